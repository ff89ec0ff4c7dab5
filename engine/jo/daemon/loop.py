"""The loop that ticks: it runs the services in their order until nothing moves, and says when to come back.

The order within one instant is refresh, events, enroll, advance, send; when a round of all of them has done
nothing, every service's `next_at` lies behind `now`. The worker's lease is renewed between services, and the
loop stops when it is lost. Trouble of the world ends a tick, is told, and the next tick tries again later.

Who calls `tick` is another's concern: `run_through` jumps from tick to tick on a clock that does not wait,
`jo.daemon.ticker` waits on the real one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jo.daemon.clocks import ClockKind, note_tick
from jo.daemon.service import Counts, Event, Service, Tell, Worker
from jo.ports.clock import Clock, JumpingClock
from jo.ports.errors import WorldError
from jo.ports.store import LeaseLostError, Store

TROUBLE = timedelta(seconds=30)
"""How long after trouble of the world the next tick comes."""
ROUNDS = 10_000
"""Rounds of one tick at most; a safety net against services that feed each other without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """What one tick has done."""

    at: datetime
    """When its last round began."""
    counts: Counts
    """`service.word` → how many."""
    next_at: datetime | None
    """When a service expects work; None when nothing is planned."""
    trouble: str | None = None


class Loop:
    def __init__(
        self,
        store: Store,
        services: Sequence[Service],
        clock: Clock,
        kind: ClockKind,
        worker: Worker,
        tell: Tell,
    ) -> None:
        self._store = store
        self._services = services
        self._clock = clock
        self._kind = kind
        self._worker = worker
        self._tell = tell

    def tick(self) -> Tick:
        """Run all services until nothing moves."""
        now = self._clock.now()
        counts: dict[str, int] = {}
        try:
            self._worker.goes_on()
            with self._store.write(self._worker.lease) as work:
                note_tick(work, self._kind, now)
            for _ in range(ROUNDS):
                now = self._clock.now()
                if not self._round(now, counts) or self._worker.stopping:
                    break
            moments = [] if self._worker.stopping else [service.next_at(now) for service in self._services]
        except LeaseLostError:
            raise
        except WorldError as error:
            self._tell(Event(name="tick.trouble", at=now, fields={"error": str(error)}))
            return Tick(at=now, counts=counts, next_at=now + TROUBLE, trouble=str(error))
        if counts:
            self._tell(Event(name="tick.done", at=now, fields=counts))
        next_at = min((moment for moment in moments if moment is not None), default=None)
        return Tick(at=now, counts=counts, next_at=next_at)

    def _round(self, now: datetime, counts: dict[str, int]) -> bool:
        moved = False
        for service in self._services:
            if not self._worker.goes_on():
                break
            for word, count in service.run_once(now).items():
                name = f"{service.name}.{word}"
                counts[name] = counts.get(name, 0) + count
                moved = moved or count > 0
        return moved


def run_through(
    loop: Loop, clock: JumpingClock, worker: Worker, until: datetime, after_each: Callable[[Tick], None]
) -> None:
    """Tick at each moment of work, and at last at `until`, or until the worker is told to stop."""
    while not worker.stopping:
        tick = loop.tick()
        after_each(tick)
        if clock.now() >= until:
            break
        clock.jump(until if tick.next_at is None else min(tick.next_at, until))
