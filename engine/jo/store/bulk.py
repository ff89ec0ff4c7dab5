"""Many rows by one statement.

SQLite executes a statement once for each row, inside of this process, which is the fastest there is.
PostgreSQL is a conversation away: there the rows travel together, as one JSON text, and the statement is
rewritten to run once over the table that the text stands for; what was a parameter becomes a column of it.
So a statement is written for one row, and a batch of thousands costs one round trip.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    Connection,
    Dialect,
    Executable,
    Insert,
    Text,
    Update,
    bindparam,
    cast,
    column,
    func,
    select,
)
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.sql.visitors import replacement_traverse, traverse
from sqlalchemy.types import NullType, TypeEngine

from jo.store.spoken import Convert, Rows, as_sqlalchemy, ask, driver, spoken, tell

Row = Mapping[str, Any]
"""Parameter → value. A parameter of an update that stands nowhere in it sets the column of its name."""


def tell_each(
    connection: Connection, statement: Insert | Update, rows: Sequence[Row], each: str | None = None
) -> int:
    """Execute a module's insert or update for each row, all with the same parameters; there must be some.

    `each` names a parameter of which a row has a list of numbers: it stands for as many rows, one for each.

    Returns how many rows of the table all of them have changed. PostgreSQL changes each once at most,
    whatever the batch says: that none is named twice is for the caller to see to.
    """
    names, dialect = tuple(rows[0]), connection.dialect
    if dialect.name == "postgresql":
        batch = _batch(statement, names, dialect)
        return tell(connection, batch.statement, {"rows": batch.to_json(rows, each)})
    said = spoken(statement, names, dialect)
    try:
        changed: int = driver(connection).executemany(said.text, said.fill_each(rows, each)).rowcount
    except dialect.loaded_dbapi.Error as error:
        raise as_sqlalchemy(connection, said.text, error) from error
    return changed


def ask_each(connection: Connection, statement: Insert | Update, rows: Sequence[Row]) -> Rows:
    """Do the same with a statement that answers, and return what it has answered for all rows."""
    names, dialect = tuple(rows[0]), connection.dialect
    if dialect.name == "postgresql":
        batch = _batch(statement, names, dialect)
        return ask(connection, batch.statement, {"rows": batch.to_json(rows)})
    return [answer for row in rows for answer in ask(connection, statement, row)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    statement: Executable
    """Takes all rows as the parameter `rows`."""
    writes: Mapping[str, Convert]

    def to_json(self, rows: Sequence[Row], each: str | None = None) -> str:
        writes = [(name, write) for name, write in self.writes.items() if name != each]
        written = [{name: write(row[name]) for name, write in writes} for row in rows]
        if each is None:
            return json.dumps(written)
        texts = []
        for row, one in zip(rows, written, strict=True):
            alike = json.dumps(one)[1:]
            texts += [f'{{"{each}": {number}, {alike}' for number in row[each]]
        return f"[{', '.join(texts)}]"


@lru_cache(maxsize=256)
def _batch(statement: Insert | Update, names: tuple[str, ...], dialect: Dialect) -> _Batch:
    types: dict[str, TypeEngine[Any]] = {column.name: column.type for column in statement.table.c}
    asked: set[str] = set()

    def note(parameter: BindParameter[Any]) -> None:
        asked.add(parameter.key)
        if not isinstance(parameter.type, NullType):  # else it takes the type of the column that it sets
            types[parameter.key] = parameter.type

    traverse(statement, {}, {"bindparam": note})
    rows = _table_of({name: types[name] for name in names})

    def replace(element: Any, **_: Any) -> Any:
        return rows.c[element.key] if isinstance(element, BindParameter) and element.key in names else None

    if isinstance(statement, Insert):
        at_once: Any = statement.from_select(list(names), select(*(rows.c[name] for name in names)))
    else:
        sets: dict[str, Any] = {name: bindparam(name) for name in names if name not in asked}
        at_once = replacement_traverse(statement.values(sets), {}, replace)
    return _Batch(statement=at_once, writes={name: _write_of(types[name], dialect) for name in names})


def _table_of(types: Mapping[str, TypeEngine[Any]]) -> TableValuedAlias:
    """Return the table that the parameter `rows` stands for."""
    columns = [column(name, type_) for name, type_ in types.items()]
    rows = cast(bindparam("rows", type_=Text()), JSON)
    return func.json_to_recordset(rows).table_valued(*columns).render_derived(with_types=True)


def _write_of(type_: TypeEngine[Any], dialect: Dialect) -> Convert:
    return type_.dialect_impl(dialect).bind_processor(dialect) or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value
