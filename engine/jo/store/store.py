"""The store over a database: transactions, each with its sections."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from jo.ports.store import Lease
from jo.store.audiences import SqlAudiences
from jo.store.audit.section import SqlAudit
from jo.store.counts import SqlCounts
from jo.store.engine import Database
from jo.store.facts import SqlFacts
from jo.store.holds import SqlHolds
from jo.store.journals import SqlJournals
from jo.store.leases import SqlLeases, fence
from jo.store.ledger import SqlLedger
from jo.store.limits import SqlLimits
from jo.store.operations import SqlOperations
from jo.store.passages import SqlPassages
from jo.store.people import SqlPeople
from jo.store.reports import SqlReports
from jo.store.shares import SqlShares
from jo.store.specs import SqlSpecs
from jo.store.sweeps import SqlSweeps


class SqlTransaction:
    def __init__(self, connection: Connection, lease: Lease | None) -> None:
        self.counts = SqlCounts(connection, lease)
        self.specs = SqlSpecs(connection)
        self.facts = SqlFacts(connection)
        self.audiences = SqlAudiences(connection, self.counts)
        self.passages = SqlPassages(connection, self.counts)
        self.ledger = SqlLedger(connection, self.counts, lease)
        self.sweeps = SqlSweeps(connection, self.passages, self.ledger)
        self.holds = SqlHolds(connection, self.counts)
        self.journals = SqlJournals(connection)
        self.people = SqlPeople(connection)
        self.leases = SqlLeases(connection)
        self.shares = SqlShares(connection)
        self.limits = SqlLimits(connection)
        self.operations = SqlOperations(connection)
        self.reports = SqlReports(connection, self.counts)
        self.audit = SqlAudit(connection)


class SqlStore:
    """Implements `jo.ports.store.Store`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._here = threading.local()

    @contextmanager
    def write(self, lease: Lease | None = None) -> Iterator[SqlTransaction]:
        with self._alone(), self._database.write() as connection:
            if lease is not None:
                fence(connection, lease)
            work = SqlTransaction(connection, lease)
            yield work
            work.counts.write()

    @contextmanager
    def read(self) -> Iterator[SqlTransaction]:
        with self._alone(), self._database.read() as connection:
            yield SqlTransaction(connection, None)

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Refuse a transaction inside another one: on a single connection it would wait for itself."""
        if getattr(self._here, "busy", False):
            raise RuntimeError("a transaction of the store inside another one of the same thread")
        self._here.busy = True
        try:
            yield
        finally:
            self._here.busy = False
