"""Stores in PostgreSQL.

Every transaction says BEGIN itself, with its isolation. One that reads is REPEATABLE READ: one state. One
that writes is READ COMMITTED: it waits for a row that another is changing and then looks at it again,
instead of failing; what it relies on stands in the conditions of its statements or is held by its lease.

A server goes away and comes back: that the connections of before are dead is noticed by the BEGIN, the one
statement that may be said twice. A connection that is lost at the COMMIT leaves open whether the server
heard it.

Whoever is stopped in the midst of a transaction, by a debugger or a hypervisor, holds what it has locked:
the server ends such a transaction before its worker's lease is over, so that others can take its work.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from jo.ports.store.errors import CommitUnknownError, StoreError
from jo.store.address import place_of
from jo.store.trouble import is_readonly, told

CONNECTIONS = 8
"""Transactions that one process may have open at once; more threads wait for their turn."""

STATEMENT_SECONDS = 300
"""The longest statement; only one over all of a large store takes seconds."""

IDLE_SECONDS = 30.0
"""How long a transaction may be open without saying anything."""

_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"

_DEFAULTS = {
    "application_name": "jo",
    "connect_timeout": "10",
    # A peer that vanished without a word is noticed within a minute, both while waiting and while writing.
    "keepalives_idle": "20",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "50000",
}
"""What the URL may say otherwise."""

_SET_UP = """
SELECT set_config('lock_timeout', %(busy)s, false),
       set_config('statement_timeout', %(statement)s, false),
       set_config('idle_in_transaction_session_timeout', %(idle)s, false),
       set_config('jit', 'off', false),
       CASE current_setting('synchronous_commit')
         WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END
"""
"""A commit that the next power failure may forget is none: the mail would be sent again. Compiling a
statement costs more than any of ours takes."""

LOOK_EVERY = 50
"""Writing transactions between two looks at the tables' sizes."""

_GROWN = """
SELECT oid::regclass::text FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
  AND pg_relation_size(oid) > 1048576 + 2 * current_setting('block_size')::bigint * relpages
"""
"""Tables that are twice as large as the server knows. It looks by itself once a minute, which is too late for
one that fills: until then it reads all of a table for one row, because it takes it for almost empty."""

_ALTER_LOCK = 0x6A6F_7461_626C_6573
"""Names the advisory lock of those who alter tables."""

_UNSOUND = """
SELECT 'The index `' || relname || '` is not valid; make it anew with REINDEX.' AS finding
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace
UNION ALL
SELECT 'The constraint `' || conname || '` does not hold for all rows.'
FROM pg_constraint WHERE NOT convalidated AND connamespace = current_schema()::regnamespace
ORDER BY finding
"""


class PostgresDatabase:
    """Implements `jo.store.engine.Database`."""

    def __init__(self, options: Mapping[str, Any], *, busy_seconds: float) -> None:
        """`options` are libpq's, of the store's address."""
        self._options: dict[str, Any] = {**_DEFAULTS, **options, "client_encoding": "UTF8"}
        self._settings = {
            "busy": f"{round(busy_seconds * 1000)}ms",
            "statement": f"{STATEMENT_SECONDS}s",
            "idle": f"{round(IDLE_SECONDS * 1000)}ms",
        }
        self.place = place_of(options)
        self._writes = count(1)
        self._engine = create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            poolclass=QueuePool,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=busy_seconds,
            hide_parameters=True,  # an exception's text must not hold anybody's data
        )

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with told(self.place):
            if next(self._writes) % LOOK_EVERY == 0:
                self._take_stock()
            with self._begun(_WRITE) as connection:
                yield connection
                self._commit(connection)

    @contextmanager
    def alter(self) -> Iterator[Connection]:
        with self.write() as connection:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ALTER_LOCK})")
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with told(self.place), self._begun(_READ) as connection:
            try:
                yield connection
            except DBAPIError as error:
                if is_readonly(error):
                    raise RuntimeError("a reading transaction was used to write") from error
                raise

    def damages(self, connection: Connection) -> Sequence[str]:
        return connection.exec_driver_sql(_UNSOUND).scalars().all()

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _begun(self, begin: str) -> Iterator[Connection]:
        """Yield a connection with an open transaction, rolled back at the end unless it was committed."""
        connection = self._engine.connect()
        try:
            try:
                connection.exec_driver_sql(begin)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                connection.rollback()
                connection.exec_driver_sql(begin)  # on a new connection: the dead ones are forgotten
            yield connection
        finally:
            connection.close()

    def _take_stock(self) -> None:
        """Let the server see how large its tables are, where they have become much larger."""
        with self._begun(_WRITE) as connection:
            for table in connection.exec_driver_sql(_GROWN).scalars().all():
                connection.exec_driver_sql(f"ANALYZE (SKIP_LOCKED) {table}")
            connection.commit()

    def _commit(self, connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        if driver.info.transaction_status is TransactionStatus.INERROR:
            raise RuntimeError("a transaction goes on after an error that ended it")
        try:
            connection.commit()
        except OperationalError as error:
            if not error.connection_invalidated:
                raise
            raise CommitUnknownError(
                f"The connection to the store {self.place} was lost at the very end of a transaction: "
                "whether it was written is not known."
            ) from error

    def _connect(self) -> psycopg.Connection[Any]:
        connection = psycopg.connect(**self._options, autocommit=True)
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            connection.close()
            raise StoreError(f"The database {self.place} is encoded in {encoding}; a store needs UTF8.")
        connection.execute(_SET_UP, self._settings)
        return connection
