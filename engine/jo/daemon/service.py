"""What a service is, and what all services share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, runtime_checkable

from jo.ports.store import Lease, Store

LEASE_SECONDS = 60.0

Counts = Mapping[str, int]
"""What a run has done, by a word such as `entered`; empty when there was nothing to do."""


class Service(Protocol):
    @property
    def name(self) -> str: ...

    def run_once(self, now: datetime) -> Counts:
        """Do what is due, in bounded transactions. Raises WorldError when the world does not play along."""
        ...

    def next_at(self, now: datetime) -> datetime | None:
        """Return when there will be work, as far as is known; later than `now` after `run_once(now)`."""
        ...


@runtime_checkable
class Lasting(Protocol):
    """A service of which something goes on between its runs."""

    @property
    def is_under_way(self) -> bool:
        """Whether something is under way that the next run may find ended, so that it should come soon."""
        ...

    def finish(self, now: datetime, *, give_up: bool) -> Counts:
        """Wait a moment for what is under way and start nothing; giving up, break off what is left."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that the daemon tells; logs and metrics only listen. Holds no address and no name."""

    name: str
    """A fixed word with a dot, such as `send.settled`; all of them are listed in `jo.daemon.events`."""
    at: datetime
    fields: Mapping[str, Any] = field(default_factory=dict)


Tell = Callable[[Event], None]


class Worker:
    """Who this process is for the store, and whether it may go on."""

    def __init__(self, store: Store, lease: Lease, seconds: float = LEASE_SECONDS) -> None:
        self._store = store
        self._seconds = seconds
        self.lease = lease
        """What its writes carry. Renewed: read it again for each transaction."""
        self.stopping = False
        """Set from a signal handler: end what is on the wire and start nothing new."""

    def goes_on(self) -> bool:
        """Renew the lease when less than half of it is left; tell whether the worker may go on.

        Asked by every service between its batches, outside of any transaction. False: end the run with what
        was done, in good order. Raises LeaseLostError.
        """
        real = datetime.now(UTC)
        if (self.lease.until - real).total_seconds() < self._seconds / 2:
            with self._store.write() as work:
                self.lease = work.leases.renew(self.lease, real, self._seconds)
        return not self.stopping
