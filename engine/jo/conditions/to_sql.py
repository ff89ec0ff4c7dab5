"""From a checked condition to a SQL predicate over the rows of a power list's source.

The shape of a query. The row itself has its namespace as alias (`contact`); a referenced row is a left join
whose alias is the path to it (`contact.company`), so that equal paths share one join. A `count` is a left
join with the counted rows grouped by the field that refers here, and `in_list` one with the list's members;
each row finds at most one partner in every join, so joins never multiply rows. Whoever builds the query
writes `from SOURCE as ROW`, adds each join, and then selects and filters as it likes.

Columns are expected as the declared types say: VARCHAR, BIGINT, DOUBLE, BOOLEAN, DATE, and TIMESTAMP in UTC
without a zone. Sources are read by their names, lists by `list_relation` with the one column `member`.

Arithmetic is on doubles; what is not finite becomes NULL. Every name and value reaches SQL through SQLGlot's
expressions, never through text. What databases write differently is in `sql_texts`, and nothing here asks
which database it is. Where such a text names an operand more than once, an operand that is computed is
computed in a query of its own, so that the SQL of nested expressions stays as long as they are.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from jo.conditions import sql_texts
from jo.conditions import text as text_operations
from jo.conditions.functions import FUNCTIONS, Shape, count_key
from jo.conditions.paths import Column, Relation, counted_scope, find_column, find_relations
from jo.conditions.sql_nodes import (
    alias_of,
    cast,
    column,
    comparators,
    constant,
    is_plain,
    short_name,
    template,
)
from jo.conditions.sql_texts import Dialect, SqlText
from jo.conditions.tree import (
    And,
    Arithmetic,
    Between,
    Call,
    Compare,
    Expr,
    In,
    IsNull,
    Like,
    Literal,
    Negate,
    Not,
    Or,
    Path,
)
from jo.conditions.typed import form_of, settled, type_of
from jo.conditions.types import FieldType, Scope

if TYPE_CHECKING:
    from sqlglot import exp

MEMBER = "member"
"""The column of a list's relation: the key of a contact."""
_KEY, _COUNT = "key", "count"
_ONCE = "jo.once"
"""The alias of operands that are computed once."""


@dataclass(frozen=True, slots=True)
class Join:
    """A relation that a predicate needs beside the row; joins of several predicates merge by alias."""

    alias: str
    text: str
    """`left join … as … on …`, complete."""


@dataclass(frozen=True, slots=True)
class Query:
    """A SQL expression over one row and the joins it reads, in the order in which they must stand."""

    text: str
    joins: tuple[Join, ...]

    @property
    def from_text(self) -> str:
        """The joins as one text, to stand behind `from SOURCE as ROW`."""
        return " ".join(join.text for join in self.joins)


def to_sql(
    expr: Expr, scope: Scope, *, today: date, now: datetime, dialect: Dialect = Dialect.DUCKDB
) -> Query:
    """Return a checked condition, or any value such as a path, as SQL; a condition gives true, false or NULL.

    `today` and `now` become constants. Raises ValueError for what has no SQL: records of the store.
    """
    writer = _Writer(scope, _Clock(today, now), dialect)
    text = writer.write(settled(expr, scope)).sql(dialect=dialect)
    joins = (Join(alias, join.sql(dialect=dialect).strip()) for alias, join in writer.joins.items())
    return Query(text, tuple(joins))


def row_alias(scope: Scope) -> str:
    """Return the alias under which the row of the source must stand in the query."""
    return next(namespace for namespace in scope.namespaces if namespace not in scope.roots)


def quoted(name: str) -> str:
    """Return a name of a relation or column as SQL."""
    from sqlglot import exp

    return exp.to_identifier(name, quoted=True).sql(dialect=Dialect.DUCKDB)


def list_relation(name: str) -> str:
    """Return the name of the relation that holds the members of a list."""
    return short_name(f"list.{name}")


@dataclass(frozen=True, slots=True)
class _Clock:
    today: date
    now: datetime


@dataclass(slots=True)
class _Writer:
    """Writes expressions over one row and collects the joins that they need, by alias."""

    scope: Scope
    clock: _Clock
    dialect: Dialect
    joins: "dict[str, exp.Join]" = field(default_factory=dict)

    def write(self, expr: Expr) -> "exp.Expr":
        from sqlglot import exp

        match expr:
            case Literal():
                return constant(expr)
            case Path(words):
                return self._column(words)
            case Call():
                return self._call(expr)
            case Compare(by, left, right):
                return comparators()[by](this=self._compared(left), expression=self._operand(right))
            case In(subject, items):
                return exp.In(
                    this=self._compared(subject), expressions=[self._operand(item) for item in items]
                )
            case Between(subject, low, high):
                return exp.Between(
                    this=self._compared(subject), low=self._operand(low), high=self._operand(high)
                )
            case Like(subject, pattern, any_case):
                return self._like(subject, pattern, any_case=any_case)
            case IsNull(subject):
                return exp.Is(this=self._operand(subject), expression=exp.Null())
            case Not(item):
                return exp.Not(this=self._operand(item))
            case And(items):
                return exp.and_(*map(self._operand, items), copy=False)
            case Or(items):
                return exp.or_(*map(self._operand, items), copy=False)
            case Arithmetic():
                return self._arithmetic(expr)
            case Negate(operand):
                return exp.Neg(this=self._operand(operand))

    def _operand(self, expr: Expr) -> "exp.Expr":
        from sqlglot import exp

        node = self.write(expr)
        return node if isinstance(expr, Literal | Path | Call) else exp.Paren(this=node)

    def _compared(self, expr: Expr) -> "exp.Expr":
        """Write the first of operands that are compared with each other."""
        operand = self._operand(expr)
        is_text = type_of(expr, self.scope) is FieldType.TEXT
        return self._fill(sql_texts.COMPARED, a=operand) if is_text else operand

    def _like(self, subject: Expr, pattern: Expr, *, any_case: bool) -> "exp.Expr":
        from sqlglot import exp

        left, right = self._operand(subject), self._operand(pattern)
        if any_case:
            assert isinstance(pattern, Literal)
            left = self._fill(sql_texts.LOWER, a=left)
            right = exp.Literal.string(text_operations.lower(str(pattern.value)))
        return self._fill(sql_texts.LIKE, a=left, b=right)

    def _arithmetic(self, expr: Arithmetic) -> "exp.Expr":
        left, right = (cast(self._operand(part), "DOUBLE") for part in (expr.left, expr.right))
        return self._fill(sql_texts.ARITHMETIC[expr.by], a=left, b=right)

    def _fill(self, text: SqlText, **operands: "exp.Expr") -> "exp.Expr":
        """Put operands into a text, computed ones only once."""
        from sqlglot import exp

        parsed, uses = template(text.of(self.dialect), self.dialect)
        computed = {
            name: node for name, node in operands.items() if uses.get(name, 0) > 1 and not is_plain(node)
        }
        values = {**operands, **{name: column(_ONCE, name) for name in computed}}

        def filled(node: "exp.Expr") -> "exp.Expr":
            if not isinstance(node, exp.Placeholder):
                return node
            return values[node.name].copy() if node.name in values else self._given(node.name)

        node = parsed.transform(filled)
        if not computed:
            return node
        # `offset 0` keeps PostgreSQL from putting the expression back where its name stands.
        columns = [each.as_(name, quoted=True) for name, each in computed.items()]
        once = exp.select(*columns, copy=False).offset(0, copy=False).subquery(_ONCE, copy=False)
        once.set("alias", alias_of(_ONCE))
        return exp.Subquery(this=exp.select(node, copy=False).from_(once, copy=False))

    def _given(self, name: str) -> "exp.Expr":
        """Return what a text names beside its operands."""
        from sqlglot import exp

        match name:
            case "today":
                return constant(Literal(FieldType.DATE, self.clock.today))
            case "now":
                return constant(Literal(FieldType.TIMESTAMP, self.clock.now.astimezone(UTC)))
            case "capitals" | "capitals_mapped":
                letters, mapped = text_operations.letters_beyond_ascii(text_operations.lower)
            case _:
                letters, mapped = text_operations.letters_beyond_ascii(text_operations.upper)
        return exp.Literal.string(mapped if name.endswith("_mapped") else letters)

    # -- functions -------------------------------------------------------------------------------------

    def _call(self, call: Call) -> "exp.Expr":
        from sqlglot import exp

        if call.name == "count":
            return self._count(call)
        if call.name == "in_list":
            return self._in_list(call)
        function = FUNCTIONS[call.name]
        form = form_of(call, self.scope)
        if form.sql is None:
            raise ValueError(f"{call.name} reads the store's records and has no SQL")
        if function.shape is Shape.SAME_TYPE:
            first, *others = call.arguments
            arguments = [self._compared(first), *map(self._operand, others)]
            return exp.Anonymous(this=form.sql.of(self.dialect), expressions=arguments)
        operands = zip("ab", map(self._operand, call.arguments), strict=False)
        return exp.Paren(this=self._fill(form.sql, **dict(operands)))

    def _in_list(self, call: Call) -> "exp.Expr":
        from sqlglot import exp

        [name] = call.arguments
        assert isinstance(name, Literal)
        alias = list_relation(str(name.value))
        namespace = "contact" if "contact" in self.scope.namespaces else row_alias(self.scope)
        self._join(alias, exp.to_identifier(alias, quoted=True), MEMBER, self._key_of(namespace))
        return exp.Paren(this=exp.Not(this=exp.Is(this=column(alias, MEMBER), expression=exp.Null())))

    def _count(self, call: Call) -> "exp.Expr":
        """Join the counted rows, grouped by the field that refers here: one scan for all rows."""
        from sqlglot import exp

        source, *conditions = call.arguments
        assert isinstance(source, Path)
        [relation] = find_relations(source, self.scope)
        alias = f"count.{sha256(count_key(call).encode()).hexdigest()[:12]}"
        if alias not in self.joins:
            self._join(alias, self._counted(relation, conditions), _KEY, self._key_of(relation.anchor))
        return exp.Coalesce(this=column(alias, _COUNT), expressions=[exp.Literal.number(0)])

    def _counted(self, relation: Relation, conditions: list[Expr]) -> "exp.Expr":
        from sqlglot import exp

        scope = counted_scope(relation, self.scope)
        inner = _Writer(scope, self.clock, self.dialect)
        row = row_alias(scope)
        via = self._key_column(row, relation.via, relation.table.fields[relation.via].type)
        wanted = [inner.write(settled(condition, scope)) for condition in conditions]
        table = exp.Table(this=exp.to_identifier(relation.table.name, quoted=True), alias=alias_of(row))
        counted = exp.Count(this=exp.Star())
        query = exp.select(via.copy().as_(_KEY, quoted=True), counted.as_(_COUNT, quoted=True)).from_(table)
        for join in inner.joins.values():
            query = query.join(join, copy=False)
        return exp.Subquery(this=query.where(*wanted, copy=False).group_by(via, copy=False))

    # -- columns and joins -----------------------------------------------------------------------------

    def _column(self, words: tuple[str, ...]) -> "exp.Expr":
        found = find_column(words, self.scope)
        if not isinstance(found, Column) or found.namespace not in self.scope.namespaces:
            raise ValueError(f"{'.'.join(words)} is no column of a source")
        alias = self._row(found.namespace)
        for reference, table in found.hops:
            alias = self._reference(alias, reference, table)
        return column(alias, found.name)

    def _row(self, namespace: str) -> str:
        """Return the alias of a namespace's row, joined when it is not the row itself."""
        root = self.scope.roots.get(namespace)
        if root is None:
            return row_alias(self.scope)
        found = find_column(root, self.scope)
        if not isinstance(found, Column):
            raise ValueError(f"the root of {namespace} is no reference")
        alias = self._row(found.namespace)
        for reference, table in (*found.hops, (found.name, found.field.ref or "")):
            alias = self._reference(alias, reference, table)
        return alias

    def _reference(self, alias: str, reference: str, table: str) -> str:
        from sqlglot import exp

        joined = short_name(f"{alias}.{reference}")
        relation, target = exp.to_identifier(table, quoted=True), self.scope.tables[table]
        self._join(
            joined, relation, target.key, self._key_column(alias, reference, target.fields[target.key].type)
        )
        return joined

    def _key_of(self, namespace: str) -> "exp.Expr":
        table = self.scope.tables[self.scope.namespaces[namespace]]
        return self._key_column(self._row(namespace), table.key, table.fields[table.key].type)

    def _key_column(self, alias: str, name: str, type_: FieldType) -> "exp.Expr":
        """Write a column of keys, to be compared with others."""
        node = column(alias, name)
        return self._fill(sql_texts.COMPARED, a=node) if type_ is FieldType.TEXT else node

    def _join(self, alias: str, relation: "exp.Expr", key: str, value: "exp.Expr") -> None:
        from sqlglot import exp

        if alias in self.joins:
            return
        if isinstance(relation, exp.Subquery):
            relation.set("alias", alias_of(alias))
        else:
            relation = exp.Table(this=relation, alias=alias_of(alias))
        on = exp.EQ(this=value, expression=column(alias, key))
        self.joins[alias] = exp.Join(this=relation, side="LEFT", on=on)
