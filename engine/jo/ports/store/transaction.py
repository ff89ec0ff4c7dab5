"""The store and its transactions."""

from contextlib import AbstractContextManager
from typing import Protocol

from jo.ports.store.audiences import Audiences
from jo.ports.store.audit import Audit
from jo.ports.store.counts import Counts
from jo.ports.store.facts import Facts
from jo.ports.store.holds import Holds
from jo.ports.store.journals import KnownJournals
from jo.ports.store.leases import Lease, Leases
from jo.ports.store.ledger import Ledger
from jo.ports.store.limits import Limits
from jo.ports.store.operations import Operations
from jo.ports.store.passages import Passages
from jo.ports.store.people import People
from jo.ports.store.reports import Reports
from jo.ports.store.shares import Shares
from jo.ports.store.specs import Specs
from jo.ports.store.sweeps import Sweeps


class Transaction(Protocol):
    @property
    def specs(self) -> Specs: ...
    @property
    def facts(self) -> Facts: ...
    @property
    def audiences(self) -> Audiences: ...
    @property
    def passages(self) -> Passages: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def people(self) -> People: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def shares(self) -> Shares: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def sweeps(self) -> Sweeps: ...
    @property
    def operations(self) -> Operations: ...
    @property
    def journals(self) -> KnownJournals: ...
    @property
    def holds(self) -> Holds: ...
    @property
    def counts(self) -> Counts: ...
    @property
    def reports(self) -> Reports: ...
    @property
    def audit(self) -> Audit: ...


class Store(Protocol):
    """May be used by many threads; a thread has one transaction at a time (RuntimeError otherwise)."""

    def write(self, lease: Lease | None = None) -> AbstractContextManager[Transaction]:
        """Open the writing transaction; commits at the end, rolls back on any exception.

        Raises LeaseLostError when the lease is not the newest of its name, StoreError for the world's
        trouble.
        """
        ...

    def read(self) -> AbstractContextManager[Transaction]:
        """Open a reading transaction: one consistent state. Methods that write raise RuntimeError."""
        ...

    def close(self) -> None: ...
