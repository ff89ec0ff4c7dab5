"""What a service is, and what all services share."""

import time
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from jo.daemon import sharing
from jo.daemon.sharing import LEASE_SECONDS, SHARING_SECONDS, TOLERANCE, ClocksDifferError, Duty
from jo.ports.clock import Clock
from jo.ports.store import Lease, LeaseLostError, Store

__all__ = ["LEASE_SECONDS", "Counts", "Duty", "Event", "Service", "Tell", "Worker"]

Counts = Mapping[str, int]
"""What a run has done, by a word such as `entered`; empty when there was nothing to do."""


class NotYet(Exception):  # noqa: N818 - no error: a service says that those behind it have to wait
    """Ends a round: what the services behind it go by is not there yet."""


class Service(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def duty(self) -> Duty | None:
        """Return the duty that a worker needs to run it; None for one that goes by the worker's shards."""
        ...

    def run_once(self, now: datetime) -> Counts:
        """Do what is due, in bounded transactions. Raises NotYet, and WorldError when the world does not play
        along.
        """
        ...

    def next_at(self, now: datetime) -> datetime | None:
        """Return when there will be work, as far as is known; later than `now` after `run_once(now)`."""
        ...


@runtime_checkable
class Lasting(Protocol):
    """A service of which something goes on between its runs."""

    @property
    def name(self) -> str: ...

    @property
    def is_under_way(self) -> bool:
        """Whether something is under way that the next run may find ended, so that it should come soon."""
        ...

    def held_until(self, now: datetime) -> datetime | None:
        """Return until when some of what is due is held for its rates, at the latest; None when none is."""
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
    """Who this process is for the store, what it works on, and whether it may go on.

    It has no lease before `begin`, and none after it was lost or given back.
    """

    def __init__(
        self,
        store: Store,
        owner: str,
        *,
        is_alone: bool,
        clock: Clock | None = None,
        seconds: float = LEASE_SECONDS,
        sharing_seconds: float = SHARING_SECONDS,
    ) -> None:
        """`clock` is the one that services go by, when it is to be held against the database's."""
        self._store = store
        self._clock = clock
        self._seconds = seconds
        self._sharing_seconds = sharing_seconds
        self._lease: Lease | None = None
        self._former: Lease | None = None
        """The lease before, which may not be over where the store's last word about it was not heard."""
        self._renewed = self._shared = 0.0
        """When that was done last, by a clock that only goes forward."""
        self.owner = owner
        self.is_alone = is_alone
        """Whether no other worker may live beside it, so that it has all there is."""
        self.shards: Set[int] = frozenset()
        """The people and mails that it works on. Read it again for each transaction."""
        self.duties: Set[Duty] = frozenset()
        self.busy: Duty | None = None
        """The duty that it is in the midst of."""
        self.engaged: set[Duty] = set()
        """Duties of which something goes on between runs, so that they stay with it, too."""
        self.stopping = False
        """Set from a signal handler: end what is on the wire and start nothing new."""

    @property
    def lease(self) -> Lease:
        """What its writes carry. Renewed: read it again for each transaction. Raises LeaseLostError."""
        lease = self._lease
        if lease is None:
            raise LeaseLostError(f"The worker {self.owner} has no lease.")
        return lease

    @property
    def longest_wait(self) -> timedelta:
        """Return how long it may sleep: alone, only applies and events come to it from other processes."""
        return timedelta(seconds=10 if self.is_alone else min(1.0, self._seconds / 4))

    def join(self) -> bool:
        """Take a lease, unless it has one. False: it has to be alone, and another worker lives."""
        if self._lease is None:
            began = time.monotonic()
            with self._store.write() as work:
                if self._former is not None:
                    work.leases.release(self._former)
                self._lease = sharing.join(work, self.owner, self._seconds, is_alone=self.is_alone)
            self._renewed, self._shared = began, 0.0
        return self._lease is not None

    def begin(self) -> None:
        """Have a lease and a fair part of the work, as asked at the beginning of each tick.

        Raises LeaseLostError, and ClocksDifferError when the worker has given back everything for that.
        """
        if not self.join():
            raise LeaseLostError("Another worker lives by this store, and this one has to be alone.")
        if self._shared == 0.0:
            self._share()
        else:
            self.goes_on()

    def goes_on(self) -> bool:
        """Renew the lease and share the work again when it is time; tell whether the worker may go on.

        Asked by every service between its batches, outside of any transaction. What was read of a shard
        before may be another worker's after it: read `shards` and what is due anew. False: end the run with
        what was done, in good order. Raises LeaseLostError and ClocksDifferError.
        """
        now = time.monotonic()
        if not self.is_alone and not self.stopping and now - self._shared > self._sharing_seconds:
            self._share()
        elif now - self._renewed > self._seconds / 2:
            with self._store.write() as work:
                self._lease = work.leases.renew(self.lease, work.leases.clock(), self._seconds)
            self._renewed = now
        return not self.stopping

    def lose(self) -> None:
        """Know that the lease is over. What is under way ends when its writes are refused."""
        self._former, self._lease = self._lease or self._former, None
        self.shards, self.duties = frozenset(), frozenset()
        self.engaged.clear()

    def leave(self) -> None:
        """Give back the lease with all of its shares, so that others take over at once."""
        lease = self._lease
        self.lose()
        if lease is not None:
            with self._store.write() as work:
                work.leases.release(lease)

    def _share(self) -> None:
        began, earliest = time.monotonic(), self._now()
        with self._store.write(self.lease) as work:
            busy = self.engaged if self.busy is None else {*self.engaged, self.busy}
            part = sharing.share(work, self.lease, self._seconds, busy)
        self._lease, self.shards, self.duties = part.lease, part.shards, part.duties
        self._renewed = self._shared = began
        latest = self._now()
        if earliest is not None and latest is not None:
            off = max(part.clock - latest, earliest - part.clock)
            if off > TOLERANCE:
                self.leave()
                raise ClocksDifferError(
                    f"The clock of this machine and the database's differ by {off.total_seconds():.0f} "
                    "seconds. This worker does nothing until they agree; set the clock right."
                )

    def _now(self) -> datetime | None:
        return None if self._clock is None else self._clock.now()
