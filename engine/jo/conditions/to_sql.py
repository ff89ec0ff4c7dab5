"""From a checked condition to a SQL predicate over the rows of a power list's source.

The shape of a query. The row itself has its namespace as alias (`contact`); a referenced row is a left join
whose alias is the path to it (`contact.company`), so that equal paths share one join. A `count` is a left
join with the counted rows grouped by the field that refers here, and `in_list` one with the list's members;
each row finds at most one partner in every join, so joins never multiply rows. Whoever builds the query
writes `from SOURCE as ROW`, adds each join, and then selects and filters as it likes.

Columns are expected as the declared types say: VARCHAR, BIGINT, DOUBLE, BOOLEAN, DATE, and TIMESTAMP in UTC
without a zone. Sources are read by their names, lists as `list.NAME` with the one column `member`.

Arithmetic is on doubles; what is not finite becomes NULL. Every name and value reaches SQL through SQLGlot's
expressions, never through text.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from jo.conditions import text as text_operations
from jo.conditions.constants import instant_text
from jo.conditions.functions import FUNCTIONS, Shape, count_key
from jo.conditions.paths import Column, Relation, counted_scope, find_column, find_relations
from jo.conditions.tree import (
    And,
    Arithmetic,
    Between,
    Call,
    Comparator,
    Compare,
    Expr,
    In,
    IsNull,
    Like,
    Literal,
    Negate,
    Not,
    Operator,
    Or,
    Path,
)
from jo.conditions.typed import form_of, settled
from jo.conditions.types import FieldType, Scope

if TYPE_CHECKING:
    from sqlglot import exp

DIALECT = "duckdb"
"""The engine whose SQL is written and proved equal to the Python back end."""

MEMBER = "member"
"""The column of a list's relation: the key of a contact."""
_KEY, _COUNT = "key", "count"


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


def to_sql(expr: Expr, scope: Scope, *, today: date, now: datetime) -> Query:
    """Return a checked condition, or any value such as a path, as SQL; a condition gives true, false or NULL.

    `today` and `now` become constants. Raises ValueError for what has no SQL: records of the store.
    """
    writer = _Writer(scope, _Clock(today, now))
    node = writer.write(settled(expr, scope))
    return Query(_text(node), tuple(Join(alias, _text(join).strip()) for alias, join in writer.joins.items()))


def row_alias(scope: Scope) -> str:
    """Return the alias under which the row of the source must stand in the query."""
    return next(namespace for namespace in scope.namespaces if namespace not in scope.roots)


def quoted(name: str) -> str:
    """Return a name of a relation or column as SQL."""
    from sqlglot import exp

    return _text(exp.to_identifier(name, quoted=True))


@dataclass(frozen=True, slots=True)
class _Clock:
    today: date
    now: datetime


@dataclass(slots=True)
class _Writer:
    """Writes expressions over one row and collects the joins that they need, by alias."""

    scope: Scope
    clock: _Clock
    joins: "dict[str, exp.Join]" = field(default_factory=dict)

    def write(self, expr: Expr) -> "exp.Expr":
        from sqlglot import exp

        match expr:
            case Literal():
                return _constant(expr)
            case Path(words):
                return self._column(words)
            case Call():
                return self._call(expr)
            case Compare(by, left, right):
                return _comparators()[by](this=self._operand(left), expression=self._operand(right))
            case In(subject, items):
                return exp.In(
                    this=self._operand(subject), expressions=[self._operand(item) for item in items]
                )
            case Between(subject, low, high):
                operands = map(self._operand, (subject, low, high))
                return exp.Between(**dict(zip(("this", "low", "high"), operands, strict=True)))
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

    def _like(self, subject: Expr, pattern: Expr, *, any_case: bool) -> "exp.Expr":
        from sqlglot import exp

        left, right = self._operand(subject), self._operand(pattern)
        if any_case:
            assert isinstance(pattern, Literal)
            left, right = exp.Lower(this=left), exp.Literal.string(text_operations.lower(str(pattern.value)))
        return exp.Like(this=left, expression=right)

    def _arithmetic(self, expr: Arithmetic) -> "exp.Expr":
        """Compute in doubles and keep only what is finite. A divisor of zero gives no finite value either."""
        from sqlglot import exp

        kinds = {
            Operator.PLUS: exp.Add,
            Operator.MINUS: exp.Sub,
            Operator.TIMES: exp.Mul,
            Operator.OVER: exp.Div,
        }
        left, divisor = (_cast(self._operand(part), "DOUBLE") for part in (expr.left, expr.right))
        right = exp.Nullif(this=divisor, expression=_double("0.0")) if expr.by is Operator.OVER else divisor
        node: exp.Expr = kinds[expr.by](this=left, expression=right)
        for odd in ("inf", "-inf", "nan"):
            node = exp.Nullif(this=node, expression=_double(odd))
        return node

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
        arguments = [self._operand(argument) for argument in call.arguments]
        if function.shape is Shape.SAME_TYPE:
            return exp.Anonymous(this=form.sql, expressions=arguments)
        values = {
            "today": _constant(Literal(FieldType.DATE, self.clock.today)),
            "now": _constant(Literal(FieldType.TIMESTAMP, self.clock.now.astimezone(UTC))),
            **dict(zip("ab", arguments, strict=False)),
        }
        return exp.Paren(this=exp.replace_placeholders(_template(form.sql).copy(), **values))

    def _in_list(self, call: Call) -> "exp.Expr":
        from sqlglot import exp

        [name] = call.arguments
        assert isinstance(name, Literal)
        alias = f"list.{name.value}"
        namespace = "contact" if "contact" in self.scope.namespaces else row_alias(self.scope)
        self._join(alias, exp.to_identifier(alias, quoted=True), MEMBER, self._key_of(namespace))
        return exp.Paren(this=exp.Not(this=exp.Is(this=_column(alias, MEMBER), expression=exp.Null())))

    def _count(self, call: Call) -> "exp.Expr":
        """Join the counted rows, grouped by the field that refers here: one scan for all rows."""
        from sqlglot import exp

        source, *conditions = call.arguments
        assert isinstance(source, Path)
        [relation] = find_relations(source, self.scope)
        alias = f"count.{sha256(count_key(call).encode()).hexdigest()[:12]}"
        if alias not in self.joins:
            self._join(alias, self._counted(relation, conditions), _KEY, self._key_of(relation.anchor))
        return exp.Coalesce(this=_column(alias, _COUNT), expressions=[exp.Literal.number(0)])

    def _counted(self, relation: Relation, conditions: list[Expr]) -> "exp.Expr":
        from sqlglot import exp

        scope = counted_scope(relation, self.scope)
        inner = _Writer(scope, self.clock)
        row = row_alias(scope)
        via = _column(row, relation.via)
        wanted = [inner.write(settled(condition, scope)) for condition in conditions]
        table = exp.Table(this=exp.to_identifier(relation.table.name, quoted=True), alias=_alias(row))
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
        return _column(alias, found.name)

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

        joined = f"{alias}.{reference}"
        relation = exp.to_identifier(table, quoted=True)
        self._join(joined, relation, self.scope.tables[table].key, _column(alias, reference))
        return joined

    def _key_of(self, namespace: str) -> "exp.Expr":
        table = self.scope.tables[self.scope.namespaces[namespace]]
        return _column(self._row(namespace), table.key)

    def _join(self, alias: str, relation: "exp.Expr", key: str, value: "exp.Expr") -> None:
        from sqlglot import exp

        if alias in self.joins:
            return
        if isinstance(relation, exp.Subquery):
            relation.set("alias", _alias(alias))
        else:
            relation = exp.Table(this=relation, alias=_alias(alias))
        on = exp.EQ(this=value, expression=_column(alias, key))
        self.joins[alias] = exp.Join(this=relation, side="LEFT", on=on)


def _text(node: "exp.Expr") -> str:
    return node.sql(dialect=DIALECT)


def _alias(name: str) -> "exp.Expr":
    from sqlglot import exp

    return exp.TableAlias(this=exp.to_identifier(name, quoted=True))


def _column(alias: str, name: str) -> "exp.Expr":
    from sqlglot import exp

    return exp.column(name, table=alias, quoted=True)


def _constant(literal: Literal) -> "exp.Expr":
    from sqlglot import exp

    match literal.value:
        case bool() as value:
            return exp.true() if value else exp.false()
        case str() as value:
            return exp.Literal.string(value)
        case int() as value:
            return exp.Literal.number(value)
        case float() as value:
            return _double(repr(value))
        case datetime() as value:
            return _cast(exp.Literal.string(instant_text(value)), "TIMESTAMP")
        case value:
            return _cast(exp.Literal.string(value.isoformat()), "DATE")


def _cast(node: "exp.Expr", type_: str) -> "exp.Expr":
    """Cast without SQLGlot's own `cast`, which copies what it is given and parses the type's name."""
    from sqlglot import exp

    return exp.Cast(this=node, to=exp.DataType(this=exp.DataType.Type[type_]))


def _double(written: str) -> "exp.Expr":
    """Cast from text: a bare `0.1` would be a decimal, and its cast may miss the nearest double."""
    from sqlglot import exp

    return _cast(exp.Literal.string(written), "DOUBLE")


@cache
def _comparators() -> "dict[Comparator, type[exp.Binary]]":
    from sqlglot import exp

    return {
        Comparator.EQUAL: exp.EQ,
        Comparator.UNEQUAL: exp.NEQ,
        Comparator.LESS: exp.LT,
        Comparator.AT_MOST: exp.LTE,
        Comparator.MORE: exp.GT,
        Comparator.AT_LEAST: exp.GTE,
    }


@cache
def _template(sql: str) -> "exp.Expr":
    from sqlglot import parse_one

    return parse_one(sql, dialect=DIALECT)
