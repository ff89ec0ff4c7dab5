"""Where two databases say the same thing in different words, both spellings side by side under one name."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, Integer, Table, bindparam, column
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import TableValuedAlias

from jo.store.columns import Instant, Json

__all__ = ["Insert", "alone", "among", "changing", "clock", "insert", "pairs", "unchanged"]
# `insert` is PostgreSQL's: SQLite took over its ON CONFLICT, and both dialects compile this one.


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Return the condition that a column is in the list that is bound to `name`, however long it is.

    PostgreSQL is given an array, not a table to join: it then looks up each member of it in the index, and
    never reads all of a table because it knows as yet of a few rows only.
    """
    return _Among(column, bindparam(name, type_=Json()))


def pairs(name: str) -> TableValuedAlias:
    """Return a table of `key` and `value` from the map of texts that is bound to `name`."""
    return _Pairs(bindparam(name, type_=Json())).table_valued(column("key"), column("value"))


def alone(table: Table) -> Executable:
    """Return a statement after which nobody else writes to the table before this transaction is over."""
    return _Lock(table, "EXCLUSIVE")


def unchanged(table: Table) -> Executable:
    """Return the same for transactions that may do so side by side; none of them may write to it then."""
    return _Lock(table, "SHARE")


def changing(table: Table) -> Executable:
    """Return a statement that waits until nobody has the table `alone` or `unchanged`, and keeps it so."""
    return _Lock(table, "ROW EXCLUSIVE")


class _Lock(Executable, ClauseElement):
    inherit_cache = False

    def __init__(self, table: Table, mode: str) -> None:
        self.table = table
        self.mode = mode


def clock() -> FunctionElement[datetime]:
    """Return what time it is by the database's clock when the statement runs."""
    return _Clock()


class _Clock(FunctionElement[datetime]):
    inherit_cache = True
    name = "clock"
    type = Instant()


class _Among(FunctionElement[bool]):
    # Not of type Boolean: SQLAlchemy would then ask SQLite for `… = 1`, which no index serves.
    inherit_cache = True
    name = "among"


class _Pairs(FunctionElement[Any]):
    inherit_cache = True
    name = "pairs"


@compiles(_Lock, "sqlite")
def _lock_in_sqlite(element: _Lock, compiler: SQLCompiler, **kw: Any) -> str:
    return "SELECT 1"  # it has one writer at a time


@compiles(_Lock, "postgresql")
def _lock_in_postgresql(element: _Lock, compiler: SQLCompiler, **kw: Any) -> str:
    return f"LOCK TABLE {compiler.preparer.format_table(element.table)} IN {element.mode} MODE"


@compiles(_Clock, "sqlite")
def _clock_in_sqlite(element: _Clock, compiler: SQLCompiler, **kw: Any) -> str:
    return "CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000"


@compiles(_Clock, "postgresql")
def _clock_in_postgresql(element: _Clock, compiler: SQLCompiler, **kw: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"


@compiles(_Among, "sqlite")
def _among_in_sqlite(element: _Among, compiler: SQLCompiler, **kw: Any) -> str:
    column, listed = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({listed}))"  # noqa: S608 - parameters, no values


@compiles(_Among, "postgresql")
def _among_in_postgresql(element: _Among, compiler: SQLCompiler, **kw: Any) -> str:
    column, listed = (compiler.process(clause, **kw) for clause in element.clauses)
    members = f"ARRAY(SELECT jsonb_array_elements_text(CAST({listed} AS JSONB)))"
    is_number = isinstance(next(iter(element.clauses)).type, Integer)
    return f"{column} = ANY (CAST({members} AS BIGINT[]))" if is_number else f"{column} = ANY ({members})"


@compiles(_Pairs, "sqlite")
def _pairs_in_sqlite(element: _Pairs, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **kw)})"


@compiles(_Pairs, "postgresql")
def _pairs_in_postgresql(element: _Pairs, compiler: SQLCompiler, **kw: Any) -> str:
    return f"jsonb_each_text(CAST({compiler.process(element.clauses, **kw)} AS JSONB))"
