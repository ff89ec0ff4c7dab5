"""jo's own memory in a SQL database.

Importing this package loads SQLAlchemy: only wiring does, and only when a store is needed.
"""

from jo.ports.store import Store
from jo.store.check import CheckReport, check
from jo.store.engine import BUSY_SECONDS, MEMORY, connect
from jo.store.store import SqlStore
from jo.store.upgrade import upgrade
from jo.store.versions import prepare

__all__ = ["CheckReport", "check", "open_store", "open_store_to_read", "upgrade"]


def open_store(url: str, *, busy_seconds: float = BUSY_SECONDS) -> Store:
    """Open the store at a URL: `sqlite:///path`, `sqlite:///:memory:` or `postgresql://user@host/database`.

    A fresh one is created; in PostgreSQL the database has to be there, and only the tables are made.

    A transaction waits `busy_seconds` for its turn, and then raises StoreError.
    Raises StoreError, and StoreVersionError when the store's tables are of another version of jo.
    """
    database = connect(url, busy_seconds=busy_seconds)
    try:
        prepare(database)
    except BaseException:
        database.close()
        raise
    return SqlStore(database)


def open_store_to_read(url: str) -> Store:
    """Open a store for somebody who changes nothing: where there is none yet, an empty one in memory.

    Of SQLite the file has to be there. Raises StoreError and StoreVersionError.
    """
    database = connect(url, create=False)
    try:
        if prepare(database, create=False):
            return SqlStore(database)
    except BaseException:
        database.close()
        raise
    database.close()
    return open_store(MEMORY)
