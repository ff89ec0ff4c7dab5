"""Connections to a store's database: how they are made, and what a transaction on one is.

A file has one connection that writes and some that read; readers see one consistent state and never wait
for the writer (WAL). A store in memory lives on a single connection, which its transactions share by turns.

The driver opens no transactions of its own (`isolation_level=None`): it would begin them too late, at the
first statement that writes, and a writer that read something before could then fail instead of wait. So
every transaction says BEGIN itself, and a writing one says IMMEDIATE, which waits for its turn at once.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool

from jo.ports.store.errors import StoreError
from jo.store.trouble import is_readonly, told

BUSY_SECONDS = 10.0
"""How long a writer waits for another unless told otherwise; far more than any transaction of jo takes."""

READERS = 8
"""Connections that may read at once; more threads wait for their turn."""

OLDEST_SQLITE = (3, 35, 0)
"""The first that answers with RETURNING."""

PREFIX = "sqlite:///"
MEMORY = f"{PREFIX}:memory:"


class Database:
    """The connections to one store. `place` names it to people; it never holds a secret."""

    def __init__(self, url: str, *, busy_seconds: float = BUSY_SECONDS, create: bool = True) -> None:
        """Take a URL. Without `create`, a file that is not there is an error instead of a fresh store."""
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            oldest = ".".join(map(str, OLDEST_SQLITE))
            raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old for a store; jo needs {oldest}.")
        self._file = _file_of(url)
        self._mode = "rwc" if create else "rw"
        self._busy_seconds = busy_seconds
        self.place = "in memory" if self._file is None else str(self._file)
        self._writer = self._engine(1)
        self._reader = self._writer if self._file is None else self._engine(READERS)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open the writing transaction: committed at the end, rolled back by any exception."""
        with told(self.place), self._writer.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a reading transaction. A statement that writes raises RuntimeError."""
        with told(self.place), self._reader.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")
            try:
                connection.exec_driver_sql("BEGIN")
                yield connection
            except OperationalError as error:
                if is_readonly(error):
                    raise RuntimeError("a reading transaction was used to write") from error
                raise
            finally:
                connection.rollback()
                connection.exec_driver_sql("PRAGMA query_only = OFF")

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
            ":memory:" if self._file is None else f"file:{quote(str(self._file))}?mode={self._mode}",
            uri=True,
            timeout=self._busy_seconds,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        if self._file is not None:
            connection.execute("PRAGMA journal_mode = WAL")
            # NORMAL would forget the last commits when the power fails.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA cache_size = -{16 * 1024}")
        return connection


def _file_of(url: str) -> Path | None:
    """Return the file of a URL, None for the store in memory. The path is taken as it stands."""
    path = url.removeprefix(PREFIX)
    if not url.startswith(PREFIX) or not path:
        # The URL itself is not shown: it may hold a password.
        raise StoreError(f"A store's address is `{PREFIX}` and a path; others are not in this release.")
    return None if url == MEMORY else Path(path)
