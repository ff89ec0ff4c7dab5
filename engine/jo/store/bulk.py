"""Many rows by one statement.

SQLite executes a statement once for each row, inside of this process, which is the fastest there is. What
SQLAlchemy does for each row on the way there costs more than SQLite itself, so it says once how the statement
reads and what becomes of each parameter, and the rows go to the driver as plain tuples.
PostgreSQL is a conversation away: there the rows travel together, as one JSON text, and the statement is
rewritten to run once over the table that the text stands for; what was a parameter becomes a column of it.
So a statement is written for one row, and a batch of thousands costs one round trip.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    Connection,
    CursorResult,
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
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.sql.visitors import replacement_traverse, traverse
from sqlalchemy.types import NullType, TypeEngine

Row = Mapping[str, Any]
"""Parameter → value. A parameter of an update that stands nowhere in it sets the column of its name."""

Write = Callable[[Any], Any]
"""Turns a value into what the driver takes."""


def execute_each(
    connection: Connection, statement: Insert | Update, rows: Sequence[Row]
) -> CursorResult[*tuple[Any, ...]]:
    """Execute a module's insert or update for each row, all with the same parameters; there must be some.

    `rowcount` counts what was changed by all of them. PostgreSQL changes a row of the table once at most,
    whatever the batch says: that none is named twice is for the caller to see to.
    """
    names, dialect = tuple(rows[0]), connection.dialect
    if dialect.name == "postgresql":
        batch = _batch(statement, names, dialect)
        return connection.execute(batch.statement, {"rows": batch.to_json(rows)})
    spoken = _spoken(statement, names, dialect)
    if spoken.answers:
        return connection.execute(statement, rows)
    return connection.exec_driver_sql(spoken.text, spoken.to_tuples(rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spoken:
    """A statement in the words of the database."""

    text: str
    answers: bool
    """Whether it returns rows, which the driver gives for one execution only."""
    parameters: Sequence[tuple[str, Write | None]]
    """In the order of the text: what a row calls it, and what its value goes through."""
    constants: Mapping[str, Any]
    """Parameters that are the same for each row."""

    def to_tuples(self, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
        return list(zip(*(self._column(name, write, rows) for name, write in self.parameters), strict=True))

    def _column(self, name: str, write: Write | None, rows: Sequence[Row]) -> list[Any]:
        if name in self.constants:
            return [self.constants[name]] * len(rows)
        if write is None:
            return [row[name] for row in rows]
        return [write(row[name]) for row in rows]


@lru_cache(maxsize=256)
def _spoken(statement: Insert | Update, names: tuple[str, ...], dialect: Dialect) -> _Spoken:
    compiled = statement.compile(
        dialect=dialect, column_keys=list(names), compile_kwargs={"render_postcompile": True}
    )
    assert isinstance(compiled, SQLCompiler)
    given = compiled.params
    writes = {name: _writer(compiled.binds.get(name), dialect) for name in compiled.positiontup or ()}
    return _Spoken(
        text=str(compiled),
        answers=bool(compiled.effective_returning),
        parameters=[(name, writes[name]) for name in compiled.positiontup or ()],
        constants={
            name: given[name] if write is None else write(given[name])
            for name, write in writes.items()
            if name not in names
        },
    )


def _writer(parameter: BindParameter[Any] | None, dialect: Dialect) -> Write | None:
    """Return what a value goes through; a member of an expanded list has no parameter of its own."""
    return None if parameter is None else parameter.type.dialect_impl(dialect).bind_processor(dialect)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    statement: Executable
    """Takes all rows as the parameter `rows`."""
    writes: Mapping[str, Write]

    def to_json(self, rows: Iterable[Row]) -> str:
        writes = self.writes.items()
        return json.dumps([{name: write(row[name]) for name, write in writes} for row in rows])


@lru_cache(maxsize=256)
def _batch(statement: Insert | Update, names: tuple[str, ...], dialect: Dialect) -> _Batch:
    types: dict[str, TypeEngine[Any]] = {column.name: column.type for column in statement.table.c}
    asked: set[str] = set()

    def ask(parameter: BindParameter[Any]) -> None:
        asked.add(parameter.key)
        if not isinstance(parameter.type, NullType):  # else it takes the type of the column that it sets
            types[parameter.key] = parameter.type

    traverse(statement, {}, {"bindparam": ask})
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


def _write_of(type_: TypeEngine[Any], dialect: Dialect) -> Write:
    return type_.dialect_impl(dialect).bind_processor(dialect) or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value
