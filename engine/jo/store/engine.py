"""The database behind a store, and what a transaction on it is: one interface, two databases.

A writing transaction is committed whole or not at all. Writers of SQLite take turns; those of PostgreSQL
run side by side, so a statement that writes names in its condition what it relies on, and a worker holds the
row of its lease. A reading transaction sees one state of the store, whatever is committed meanwhile.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection

from jo.ports.errors import SettingsError
from jo.store.address import POSTGRES, read_address

BUSY_SECONDS = 10.0
"""How long a transaction waits for others unless told otherwise; far more than any takes."""

SQLITE = "sqlite:///"
MEMORY = f"{SQLITE}:memory:"


class Database(Protocol):
    """The connections to one store. All of its methods raise StoreError for the world's trouble."""

    @property
    def place(self) -> str:
        """What the store is called before people; it never holds a secret."""
        ...

    def write(self) -> AbstractContextManager[Connection]:
        """Open a writing transaction: committed at the end, rolled back by any exception."""
        ...

    def read(self) -> AbstractContextManager[Connection]:
        """Open a reading transaction. A statement that writes raises RuntimeError."""
        ...

    def alter(self) -> AbstractContextManager[Connection]:
        """Open a writing transaction for tables themselves, which others who alter them wait for."""
        ...

    def damages(self, connection: Connection) -> Sequence[str]:
        """Return what is wrong with pages and indexes, one sentence each."""
        ...

    def close(self) -> None: ...


def connect(url: str, *, busy_seconds: float = BUSY_SECONDS, create: bool = True) -> Database:
    """Take a URL; nothing is connected before the first transaction.

    Without `create`, a SQLite file that is not there is an error instead of a fresh store.
    Raises StoreError, and SettingsError for what is no address.
    """
    if url.startswith(SQLITE) and url != SQLITE:
        from jo.store.sqlite import SqliteDatabase

        path = url.removeprefix(SQLITE)
        return SqliteDatabase(None if url == MEMORY else path, busy_seconds=busy_seconds, create=create)
    if url.startswith(POSTGRES):
        options = read_address(url)
        from jo.store.postgres import PostgresDatabase

        return PostgresDatabase(options, busy_seconds=busy_seconds)
    # The URL itself is not shown: it may hold a password.
    raise SettingsError(
        f"`url` in `[store]`, or what that refers to, is no address of a store: it has to be `{SQLITE}` and "
        f"a path, or `{POSTGRES}user@host/database`."
    )
