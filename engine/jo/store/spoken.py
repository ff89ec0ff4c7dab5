"""Statements in the words of a database: put there once, then only given their values.

SQLAlchemy looks at a statement and its values anew each time and wraps each row of the answer, which costs
several times what the database does for a few rows. A statement of a module is always the same. So it is
asked once how it reads, what becomes of each value on its way in and of each column on the way out; the
driver gets the text and plain values, and gives plain tuples. What goes wrong is told as SQLAlchemy tells it,
so nobody has to know which way a statement went.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Dialect, Executable, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

Convert = Callable[[Any], Any]
"""From a value to what the driver takes, or back."""

Rows = Sequence[tuple[Any, ...]]
"""Of an answer."""

NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A statement as one database understands it."""

    text: str
    is_positional: bool
    parameters: Sequence[tuple[str, Convert | None]]
    """What each is called, in the order of the text, and what its value goes through."""
    constants: Mapping[str, Any]
    """Parameters that are the same each time, as the driver takes them."""
    columns: Sequence[tuple[int, Convert]]
    """The columns of the answer that go through something."""

    def fill(self, values: Mapping[str, Any]) -> Sequence[Any] | Mapping[str, Any]:
        """Return the parameters of one execution."""
        given = {**self.constants, **values} if self.constants else values
        if self.is_positional:
            return [given[name] if write is None else write(given[name]) for name, write in self.parameters]
        return {name: given[name] if write is None else write(given[name]) for name, write in self.parameters}

    def fill_each(self, rows: Sequence[Mapping[str, Any]], each: str | None = None) -> Rows:
        """Return the parameters of an execution for each row, column by column, which is faster.

        A row that has a list of numbers under `each` stands for as many, one for each.
        """
        filled = list(zip(*(self._column(name, write, rows) for name, write in self.parameters), strict=True))
        if each is None:
            return filled
        at = [name for name, _ in self.parameters].index(each)
        return [(*one[:at], number, *one[at + 1 :]) for one in filled for number in one[at]]

    def read(self, rows: Rows) -> Rows:
        """Return an answer as it is meant."""
        if not self.columns or not rows:
            return rows
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        for number, read in self.columns:
            columns[number] = list(map(read, columns[number]))
        return list(zip(*columns, strict=True))

    def _column(self, name: str, write: Convert | None, rows: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
        if name in self.constants:
            return [self.constants[name]] * len(rows)
        if write is None:
            return [row[name] for row in rows]
        return [write(row[name]) for row in rows]


def ask(connection: Connection, statement: Executable, values: Mapping[str, Any] = NOTHING) -> Rows:
    """Execute a module's statement, and return the rows of its answer."""
    said = spoken(statement, tuple(values), connection.dialect)
    try:
        rows = driver(connection).execute(said.text, said.fill(values)).fetchall()
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_sqlalchemy(connection, said.text, error) from error
    return said.read(rows)


def tell(connection: Connection, statement: Executable, values: Mapping[str, Any] = NOTHING) -> int:
    """Execute a module's statement that has no answer, and return how many rows it has changed."""
    said = spoken(statement, tuple(values), connection.dialect)
    try:
        changed: int = driver(connection).execute(said.text, said.fill(values)).rowcount
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_sqlalchemy(connection, said.text, error) from error
    return changed


def say(connection: Connection, text: str) -> None:
    """Execute words of the database's own, such as BEGIN."""
    try:
        driver(connection).execute(text)
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_sqlalchemy(connection, text, error) from error


@lru_cache(maxsize=512)
def spoken(statement: Executable, names: tuple[str, ...], dialect: Dialect) -> Spoken:
    """Put a statement, to which the parameters of these names are given, into the words of a database."""
    compiled: Any = statement.compile(  # type: ignore[attr-defined]
        dialect=dialect, column_keys=list(names), compile_kwargs={"render_postcompile": True}
    )
    assert isinstance(compiled, SQLCompiler)
    given = compiled.params
    order = list(given) if compiled.positiontup is None else compiled.positiontup
    writes = {name: _writer(compiled.binds.get(name), dialect) for name in order}
    reads = [type_.dialect_impl(dialect).result_processor(dialect, None) for type_ in _answer(statement)]
    constants = {
        name: given[name] if write is None else write(given[name])
        for name, write in writes.items()
        if name not in names
    }
    return Spoken(
        text=str(compiled),
        is_positional=compiled.positiontup is not None,
        parameters=[(name, None if name in constants else writes[name]) for name in order],
        constants=constants,
        columns=[(number, read) for number, read in enumerate(reads) if read is not None],
    )


def driver(connection: Connection) -> Any:
    """Return the driver's own connection."""
    return connection.connection.driver_connection


def as_sqlalchemy(connection: Connection, text: str, error: Exception) -> BaseException:
    """Return what SQLAlchemy would raise for the driver's error; a connection that is lost is given up."""
    dialect = connection.dialect
    is_lost = dialect.is_disconnect(error, driver(connection), None)  # type: ignore[arg-type]
    if is_lost:
        connection.invalidate(error)
    return DBAPIError.instance(
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,  # an exception's text must not hold anybody's data
        connection_invalidated=is_lost,
        dialect=dialect,
    )


def _answer(statement: Executable) -> Sequence[TypeEngine[Any]]:
    """Return the types of the columns of a statement's answer; none where there is no answer."""
    if isinstance(statement, Select):
        return [column.type for column in statement.selected_columns]
    if isinstance(statement, UpdateBase):
        return [column.type for column in statement.exported_columns]
    return ()


def _writer(parameter: BindParameter[Any] | None, dialect: Dialect) -> Convert | None:
    """Return what a value goes through; a member of an expanded list has no parameter of its own."""
    return None if parameter is None else parameter.type.dialect_impl(dialect).bind_processor(dialect)
