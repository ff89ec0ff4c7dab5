"""The query behind facts: rows of a source as plain JSON values. Pure."""

# ruff: noqa: S608 - names reach SQL through `quoted` and `to_sql`

from collections.abc import Collection
from dataclasses import dataclass

from jo.conditions.functions import count_key
from jo.conditions.to_sql import row_alias, to_sql
from jo.conditions.types import FieldType, Place, Scope
from jo.model.project import Project
from jo.model.source import Source
from jo.ports.warehouse import Counts
from jo.warehouse.load import HIDDEN
from jo.warehouse.sql import quoted

_WHOLE, _EXACT = "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%S.%f+00:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsQuery:
    text: str
    """Gives the key as a text, whether the row is readable, and the values; sorted by key."""
    names: tuple[str, ...]
    """Of the values."""


def facts_query(
    project: Project,
    source: Source,
    fields: Collection[str],
    counts: Counts | None,
    *,
    is_marked: bool,
    only_wanted: bool,
) -> FactsQuery:
    """Return the query; with `only_wanted` its one parameter is the list of the wanted keys.

    `is_marked` says whether rows of the source may carry the mark HIDDEN.
    """
    table = project.tables[source.name]
    scope = row_scope(project, source)
    row = row_alias(scope)
    values = {
        name: _plain(f"{quoted(row)}.{quoted(name)}", declared.type)
        for name, declared in table.fields.items()
        if name in fields or name == source.key
    }
    joins: dict[str, str] = {}
    if counts is not None:
        for call in counts.calls:
            query = to_sql(call, scope, today=counts.today, now=counts.now)
            joins |= {join.alias: join.text for join in query.joins}
            values[count_key(call)] = query.text
    key = f"cast({quoted(row)}.{quoted(source.key)} as varchar)"
    readable = f"{quoted(row)}.{quoted(HIDDEN)} is null" if is_marked else "true"
    columns = [key, readable, *values.values()]
    selected = ", ".join(f"{column} as c{number}" for number, column in enumerate(columns))
    text = f"select {selected} from {quoted(source.name)} as {quoted(row)} {' '.join(joins.values())}"
    if only_wanted:
        text += f" where {key} in (select unnest($1::varchar[]))"
    return FactsQuery(text=f"{text} order by c0", names=tuple(values))


def row_scope(project: Project, source: Source) -> Scope:
    """Return the scope of a count about a row of the source; about contacts it may be about their company."""
    if source.has_contacts:
        return project.contact_scope(source, Place.PROGRAM)
    return Scope(place=Place.PROGRAM, tables=project.tables, namespaces={source.row: source.name})


def _plain(value: str, type_: FieldType) -> str:
    match type_:
        case FieldType.DATE:
            return f"cast({value} as varchar)"
        case FieldType.TIMESTAMP:
            is_whole = f"epoch_us({value}) % 1000000 = 0"
            whole, exact = (f"strftime({value}, '{form}')" for form in (_WHOLE, _EXACT))
            return f"case when {is_whole} then {whole} else {exact} end"
        case _:
            return value
