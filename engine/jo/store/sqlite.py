"""Stores in SQLite.

A file has one connection that writes and some that read; readers see one consistent state and never wait
for the writer (WAL). A store in memory lives on a single connection, which its transactions share by turns.

The driver opens no transactions of its own (`isolation_level=None`): it would begin them too late, at the
first statement that writes, and a writer that read something before could then fail instead of wait. So
every transaction says BEGIN itself, and a writing one says IMMEDIATE, which waits for its turn at once.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool

from jo.ports.store.errors import StoreError
from jo.store.spoken import driver, say
from jo.store.trouble import is_readonly, sentence, told

READERS = 8
"""Connections that may read at once; more threads wait for their turn."""

OLDEST_SQLITE = (3, 35, 0)
"""The first that answers with RETURNING."""


class SqliteDatabase:
    """Implements `jo.store.engine.Database`. The path is taken as it stands; None is a store in memory."""

    def __init__(self, path: str | None, *, busy_seconds: float, create: bool = True) -> None:
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            oldest = ".".join(map(str, OLDEST_SQLITE))
            raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old for a store; jo needs {oldest}.")
        self._path = path
        self._mode = "rwc" if create else "rw"
        self._busy_seconds = busy_seconds
        self.place = "in memory" if path is None else path
        if path is not None and create:
            _reserve(path)
        if path is not None:
            refuse_hard_links(path)
        self._writer = self._engine(1)
        self._reader = self._writer if path is None else self._engine(READERS)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with told(self.place), self._writer.connect() as connection:
            say(connection, "BEGIN IMMEDIATE")
            yield connection
            say(connection, "COMMIT")

    alter = write  # there is only one writer at a time

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with told(self.place), self._reader.connect() as connection:
            say(connection, "PRAGMA query_only = ON")
            try:
                say(connection, "BEGIN")
                yield connection
            except OperationalError as error:
                if is_readonly(error):
                    raise RuntimeError("a reading transaction was used to write") from error
                raise
            finally:
                driver(connection).rollback()
                say(connection, "PRAGMA query_only = OFF")

    def damages(self, connection: Connection) -> Sequence[str]:
        try:
            lines = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        except DatabaseError as error:
            return [sentence(error.orig, self.place)]
        return [] if lines == ["ok"] else [f"The file is damaged: {line}." for line in lines]

    def close(self) -> None:
        self._writer.dispose()
        self._reader.dispose()

    def _engine(self, connections: int) -> Engine:
        return create_engine(
            "sqlite://",
            creator=self._connect,
            poolclass=QueuePool,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=self._busy_seconds,
            hide_parameters=True,  # an exception's text must not hold anybody's data
        )

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            ":memory:" if self._path is None else f"file:{quote(self._path)}?mode={self._mode}",
            uri=True,
            timeout=self._busy_seconds,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        if self._path is not None:
            connection.execute("PRAGMA journal_mode = WAL")
            # NORMAL would forget the last commits when the power fails.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA cache_size = -{8 * 1024}")
        return connection


def refuse_hard_links(path: str) -> None:
    """Raise StoreError for a file with several names: SQLite and the worker's lock know it by one of them."""
    try:
        names = Path(path).stat().st_nlink
    except OSError:
        return  # told when SQLite tries
    if names > 1:
        raise StoreError(
            f"The store {path} is one of {names} names of the same file (hard links). Whoever uses it by "
            "another one sees another log and another lock, and both would damage it. Keep one name: make a "
            "copy of the file with `cp` while nothing uses it, and put that in its place. To lead here from "
            "another place use a symbolic link."
        )


def _reserve(path: str) -> None:
    """Make a file that is not there, for its owner only: it will hold people's addresses.

    What SQLite lays beside it has the same mode. One that is there is not touched: closing it would drop the
    locks that this process has on it. What cannot be made is told when SQLite tries.
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
