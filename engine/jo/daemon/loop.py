"""The loop that ticks: it runs the services in their order until nothing moves, then waits for the next work.

The order within one instant is refresh, events, enroll, advance, send; when a round of all of them has done
nothing, every service's `next_at` lies behind `now`. The loop owns the lease: it renews it between services
and stops when it is lost. Trouble of the world ends a tick, is told, and the next tick tries again later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jo.daemon.service import Counts, Event, Service, Tell, Worker
from jo.ports.clock import Clock
from jo.ports.errors import WorldError
from jo.ports.store import LeaseLostError, Store

LEASE_SECONDS = 60.0
TROUBLE = timedelta(seconds=30)
"""How long after trouble of the world the next tick comes."""
LONGEST_WAIT = timedelta(minutes=1)
"""The loop looks at least so often, because applies and events come from other processes."""
ROUNDS = 10_000
"""Rounds of one tick at most; a safety net against services that feed each other without end."""
LAST_TICK = "last-tick"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """What one tick has done."""

    at: datetime
    counts: Counts
    next_at: datetime | None
    """When a service expects work; None when nothing is planned."""
    trouble: str | None = None


class Loop:
    def __init__(
        self, store: Store, services: Sequence[Service], clock: Clock, worker: Worker, tell: Tell
    ) -> None:
        self._store = store
        self._services = services
        self._clock = clock
        self._worker = worker
        self._tell = tell

    def run(self, until: datetime | None = None) -> Tick | None:
        """Tick until told to stop, or until there is no work before `until`. Returns the last tick."""
        last: Tick | None = None
        while not self._worker.stopping:
            now = self._clock.now()
            if until is not None and now > until:
                break
            last = self.tick(now)
            moment = now + TROUBLE if last.trouble else last.next_at
            if until is not None and (moment is None or moment > until):
                break
            if not self._clock.wait(moment):
                break
        return last

    def tick(self, now: datetime) -> Tick:
        """Run all services at one instant until nothing moves."""
        counts: dict[str, int] = {}
        try:
            self._renew()
            with self._store.write(self._worker.lease) as work:
                work.operations.remember(LAST_TICK, now.isoformat())
            for _ in range(ROUNDS):
                moved = self._round(now, counts)
                if not moved or self._worker.stopping:
                    break
            moments = [] if self._worker.stopping else [service.next_at(now) for service in self._services]
        except LeaseLostError:
            raise
        except WorldError as error:
            self._tell(Event(name="tick.trouble", at=now, fields={"error": str(error)}))
            return Tick(at=now, counts=counts, next_at=None, trouble=str(error))
        next_at = min((moment for moment in moments if moment is not None), default=None)
        if counts:
            self._tell(Event(name="tick.done", at=now, fields=counts))
        return Tick(at=now, counts=counts, next_at=next_at)

    def _round(self, now: datetime, counts: dict[str, int]) -> bool:
        moved = False
        for service in self._services:
            if self._worker.stopping:
                break
            for word, count in service.run_once(now).items():
                name = f"{service.name}.{word}"
                counts[name] = counts.get(name, 0) + count
                moved = moved or count > 0
            self._renew()
        return moved

    def _renew(self) -> None:
        """Renew the lease by the real clock, whatever clock the services go by."""
        real = datetime.now(UTC)
        if (self._worker.lease.until - real).total_seconds() < LEASE_SECONDS / 2:
            with self._store.write() as work:
                self._worker.lease = work.leases.renew(self._worker.lease, real, LEASE_SECONDS)
