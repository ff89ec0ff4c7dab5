"""The query behind a power list. Pure: a project and what must be known of the data in, SQL out.

Each list is judged in a query of its own: every row that its `where`, `include` or `fallback` lets pass, with
the reason for which it is left out, NULL for a member. The lists that a list names stand before it as common
table expressions, judged in the same way.

`include` and `exclude` go by row where both lists are over the same source, else by contact. `exclude` takes
out whom the other list holds before its `distinct`: of two excluded contacts with one address, both go.

Unknown is not NULL. Where a row, or one that it refers to, could not be read as declared, it is left out as
unreadable unless its condition is false; and whom a list leaves out so, an `exclude` of that list takes out.
"""

# ruff: noqa: S608 - names reach SQL through `quoted` and `to_sql`, texts through `literal`

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from jo.conditions.condition import Condition
from jo.conditions.paths import Column, find_column, find_relations
from jo.conditions.to_sql import list_relation, row_alias, to_sql
from jo.conditions.tree import TRUE, Call, Expr, IsNull, Path, children, conjunction, walk
from jo.conditions.types import Field, FieldType, Scope
from jo.model.power_list import PowerList
from jo.model.project import Project
from jo.ports.warehouse import EXCLUDED, NO_CONTACT, NOT_DISTINCT, UNREADABLE, SourceError
from jo.warehouse.load import HIDDEN
from jo.warehouse.reach import COMPANY, CONTACT, lists_within, selected
from jo.warehouse.sql import literal, quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a query must know of the data."""

    unreadable: frozenset[str] = frozenset()
    """Sources with rows that carry the mark HIDDEN."""
    folded: Mapping[str, str] = field(default_factory=dict)
    """Source of contacts → relation of `address` and `folded`: addresses that SQL would fold wrongly."""


def audience_query(
    project: Project, power_list: PowerList, known: Known, *, today: date, now: datetime
) -> str:
    """Return a query of `key`, `contact` and `rows`, the keys as texts, sorted by key.

    Behind the members, whose `rows` is NULL, stand the reasons: `key` is the reason, `rows` how many.
    """
    *others, _ = lists_within(project, power_list)
    judge = _Judge(project, power_list, known, today, now)
    within = []
    for each in others:
        judged = _Judge(project, each, known, today, now).query()
        # As conditions know a list: each contact once, or their join would multiply rows.
        members = f"select distinct member from {_judged(each.name)} where left_out is null"
        within += [
            f"{_judged(each.name)} as (\n{judged}\n)",
            f"{quoted(list_relation(each.name))} as ({members})",
        ]
    columns = "key, cast(member as varchar) as contact, cast(null as bigint) as rows"
    if not judge.leaves_out:
        return f"{_with(within)}select {columns} from (\n{judge.query()}\n)\norder by key"
    within.append(f"{_judged(power_list.name)} as (\n{judge.query()}\n)")
    judged = _judged(power_list.name)
    return (
        f"{_with(within)}select {columns} from {judged} where left_out is null\n"
        f"union all\n"
        f"select left_out, null, count(*) from {judged} where left_out is not null group by left_out\n"
        f"order by rows is not null, key"
    )


def _with(expressions: Iterable[str]) -> str:
    joined = ",\n".join(expressions)
    return f"with {joined}\n" if joined else ""


def _judged(name: str) -> str:
    return quoted(f"judged.{name}")


class _Judge:
    """Writes the query that judges one list: `key` (a text), `member` (the contact's key) and `left_out`."""

    def __init__(
        self, project: Project, power_list: PowerList, known: Known, today: date, now: datetime
    ) -> None:
        self._project = project
        self._list = power_list
        self._known = known
        self._today, self._now = today, now
        self._scope = _with_marks(project.list_scope(power_list), known.unreadable)
        self._row = row_alias(self._scope)
        self._source = project.sources[power_list.from_]
        self._selected = selected(project, power_list)

    @property
    def leaves_out(self) -> bool:
        """Whether a row that the conditions let pass may be left out after all."""
        each = self._list
        return bool(each.recipient or each.exclude or each.distinct or self._known.unreadable)

    def query(self) -> str:
        where = self._list.where.expr if self._list.where is not None else TRUE
        found = self._rows(where, self._list.include)
        if self._list.fallback is None:
            return self._distinct(f"(\n{found}\n)") if "address" in self._selected else found
        fallback = self._rows(self._fallback(where, self._list.fallback.where.expr), ())
        return "\n".join(
            (
                'with "jo.found" as (',
                found,
                '),\n"jo.fallback" as (\nselect * from (',
                fallback,
                ") where company is not null and company not in",
                '(select company from "jo.found" where left_out is null and company is not null)',
                'and key not in (select key from "jo.found"))',
                self._distinct('(select * from "jo.found" union all select * from "jo.fallback")'),
            )
        )

    def _rows(self, where: Expr, include: tuple[str, ...]) -> str:
        """Return the query of the rows for which the condition is true, with all that is selected of them."""
        parts = _Parts(self._scope, self._today, self._now)
        key = f"cast({parts.sql(Path((self._row, self._source.key)))} as varchar)"
        values = {name: parts.sql(path) for name, path in self._selected.items()}
        member = values.setdefault("member", "null")
        condition = f"({parts.sql(where)})"
        if include:
            added = [self._is_among(name, key, member, "left_out is null") for name in include]
            condition = f"({condition} or {' or '.join(added)})"
        reasons = []
        marks = _marks((where, *self._selected.values()), self._scope, self._known.unreadable)
        if marks:
            readable = parts.sql(conjunction(IsNull(mark) for mark in marks))
            condition = f"case when {readable} then {condition} else {condition} is not false end"
            reasons.append(f"when not ({readable}) then {literal(UNREADABLE)}")
        if self._list.recipient is not None:
            reasons.append(f"when {member} is null then {literal(NO_CONTACT)}")
        if self._list.exclude:
            kept = f"left_out is null or left_out in ({literal(NOT_DISTINCT)}, {literal(UNREADABLE)})"
            out = [self._is_among(name, key, member, kept) for name in self._list.exclude]
            reasons.append(f"when {' or '.join(out)} then {literal(EXCLUDED)}")
        if "address" in values:
            values["address"] = self._folded(values["address"], parts)
        left_out = f"case {' '.join(reasons)} end" if reasons else "cast(null as varchar)"
        columns = ", ".join(f"{value} as {name}" for name, value in values.items())
        source = f"{quoted(self._source.name)} as {quoted(self._row)}"
        select = f"select {key} as key, {columns}, {left_out} as left_out"
        return "\n".join((select, f"from {source}", *parts.joins.values(), f"where {condition}"))

    def _distinct(self, rows: str) -> str:
        if "address" not in self._selected:
            return f"select key, member, left_out from {rows}"
        number = "row_number() over (partition by address, left_out order by key)"
        is_later = f"left_out is null and address is not null and {number} > 1"
        left_out = f"case when {is_later} then {literal(NOT_DISTINCT)} else left_out end"
        return f"select key, member, {left_out} as left_out from {rows}"

    def _folded(self, address: str, parts: "_Parts") -> str:
        """Return an address as it is compared: trimmed, NFC, case-folded."""
        plain = f"lower(trim({address}))"
        relation = self._known.folded.get(self._scope.namespaces[CONTACT])
        if relation is None:
            return plain
        alias = quoted("jo.folded")
        parts.joins["jo.folded"] = f"left join {quoted(relation)} as {alias} on {alias}.address = {address}"
        return f"coalesce({alias}.folded, {plain})"

    def _is_among(self, name: str, key: str, member: str, kept: str) -> str:
        """Return whether a row stands for somebody of another list."""
        other = self._project.lists[name]
        if other.from_ == self._list.from_:
            return f"{key} in (select key from {_judged(name)} where {kept})"
        contacts = [self._project.list_scope(each).namespaces.get(CONTACT) for each in (self._list, other)]
        if None in contacts or len(set(contacts)) > 1:
            raise SourceError(f"The lists `{self._list.name}` and `{name}` have no contacts in common.")
        return f"{member} in (select member from {_judged(name)} where {kept})"

    def _fallback(self, where: Expr, instead: Expr) -> Expr:
        """Return the items of `where` that read only the company, and what replaces the others."""
        if COMPANY not in self._scope.namespaces:
            raise SourceError(f"The list `{self._list.name}` has a fallback, and its contacts no company.")
        items = Condition(where).items
        return conjunction(
            [*(item.expr for item in items if _reads_only_company(item.expr, self._scope)), instead]
        )


@dataclass(slots=True)
class _Parts:
    """Expressions of one query over rows, with the joins that they need together, by alias."""

    scope: Scope
    today: date
    now: datetime
    joins: dict[str, str] = field(default_factory=dict)

    def sql(self, expr: Expr) -> str:
        query = to_sql(expr, self.scope, today=self.today, now=self.now)
        self.joins = {**self.joins, **{join.alias: join.text for join in query.joins}}
        return query.text


def _reads_only_company(expr: Expr, scope: Scope) -> bool:
    """Tell whether a condition is the same for all contacts of a company."""
    match expr:
        case Path((namespace, *fields)):
            company = scope.roots[COMPANY]
            return (*scope.roots.get(namespace, (namespace,)), *fields)[: len(company)] == company
        case Call("in_list"):
            return False
        case Call("count", (Path() as source, *_)):
            return find_relations(source, scope)[0].anchor == COMPANY
    return all(_reads_only_company(child, scope) for child in children(expr))


def _with_marks(scope: Scope, unreadable: frozenset[str]) -> Scope:
    """Return the scope in which the mark of a row is a field like any other."""
    mark = Field(FieldType.BOOLEAN, nullable=True)
    marked = {
        name: replace(scope.tables[name], fields={**scope.tables[name].fields, HIDDEN: mark})
        for name in unreadable
    }
    return replace(scope, tables={**scope.tables, **marked})


def _marks(exprs: Iterable[Expr], scope: Scope, unreadable: frozenset[str]) -> list[Path]:
    """Return the paths to the marks of the rows that are read and may carry one."""
    rows: dict[tuple[str, ...], str] = {(row_alias(scope),): scope.namespaces[row_alias(scope)]}
    for expr in exprs:
        for node in walk(expr):
            if isinstance(node, Path):
                rows |= _rows_along(node.words, scope)
    return [Path((*words, HIDDEN)) for words, table in sorted(rows.items()) if table in unreadable]


def _rows_along(words: tuple[str, ...], scope: Scope) -> dict[tuple[str, ...], str]:
    """Return the rows on the way along a path, each by the path to it, with their sources."""
    found = find_column(words, scope)
    if not isinstance(found, Column) or found.namespace not in scope.namespaces:
        return {}
    root = scope.roots.get(found.namespace)
    rows = {} if root is None or root[0] == found.namespace else _rows_along(root, scope)
    rows[(found.namespace,)] = scope.namespaces[found.namespace]
    for index, (_, table) in enumerate(found.hops):
        rows[words[: index + 2]] = table
    return rows
