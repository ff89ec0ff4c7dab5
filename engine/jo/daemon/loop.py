"""The loop that ticks: it runs the services in their order until nothing moves, and says when to come back.

The order within one instant is refresh, events, enroll, advance, send; when a round of all of them has done
nothing, every service's `next_at` lies behind `now`. Where workers share the work, each runs the services of
its duties, and the others on its shards. A worker that lost its lease takes a new one with the next tick and
goes on. Trouble of the world ends a tick, is told, and the next tick tries again later.

Who calls `tick` is another's concern: `run_through` jumps from tick to tick on a clock that does not wait,
`jo.daemon.ticker` waits on the real one.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jo.daemon.clocks import ClockKind, note_tick
from jo.daemon.gate import Gate
from jo.daemon.service import Counts, Event, Lasting, NotYet, Service, Tell, Worker
from jo.ports.clock import Clock, JumpingClock
from jo.ports.errors import WorldError
from jo.ports.store import ChangeRefusedError, ContentionError, JournalMovedError, LeaseLostError, Store
from jo.reports.standstill import Standstill

TROUBLE = timedelta(seconds=10)
"""How long after trouble of the world the next tick comes."""
GRACE = 30.0
"""Seconds that a worker which is told to stop waits for what is under way."""
PATIENCE = 5
"""Ticks in a row that others may come between before it is trouble."""
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
    standstill: Standstill | None = None
    """Why nothing ran; None when it did."""
    is_under_way: bool = False
    """Whether something goes on by itself: the next tick should come at once, before time passes."""
    held_until: datetime | None = None
    """Until when what is due is held for its rates, at the latest; None when nothing is."""


class Loop:
    def __init__(
        self,
        store: Store,
        services: Sequence[Service],
        clock: Clock,
        kind: ClockKind,
        gate: Gate,
        worker: Worker,
        tell: Tell,
    ) -> None:
        self._store = store
        self._gate = gate
        self._services = services
        self._lasting = [service for service in services if isinstance(service, Lasting)]
        self._clock = clock
        self._kind = kind
        self._worker = worker
        self._tell = tell
        self._failures = 0
        """Ticks in a row that others came between."""

    def tick(self) -> Tick:
        """Run the services whose work is this worker's until nothing moves; none while there is a hold."""
        now = self._clock.now()
        counts: dict[str, int] = {}
        try:
            self._worker.begin()
            standstill = self._gate.look(now)
            if standstill is not None:
                self._finish(now, counts, give_up=False)
                return Tick(at=now, counts=counts, next_at=None, standstill=standstill)
            with self._store.write(self._worker.lease) as work:
                note_tick(work, self._kind, now)
            for _ in range(ROUNDS):
                now = self._clock.now()
                if not self._round(counts) or self._worker.stopping:
                    break
            moments = [] if self._worker.stopping else [service.next_at(now) for service in self._mine()]
        except JournalMovedError:
            raise
        except LeaseLostError as error:
            self._worker.lose()
            return self._again(now, counts, Event(name="lease.lost", at=now, fields={"error": str(error)}))
        except (ContentionError, ChangeRefusedError) as error:
            return self._again(now, counts, Event(name="tick.clash", at=now, fields={"error": str(error)}))
        except WorldError as error:
            self._tell(Event(name="tick.trouble", at=now, fields={"error": str(error)}))
            return Tick(at=now, counts=counts, next_at=now + TROUBLE, trouble=str(error))
        self._failures = 0
        if counts:
            self._tell(Event(name="tick.done", at=now, fields=counts))
        next_at = min((moment for moment in moments if moment is not None), default=None)
        return Tick(
            at=now,
            counts=counts,
            next_at=next_at,
            is_under_way=self._is_under_way(),
            held_until=self._held_until(now),
        )

    def finish(self, grace: float = GRACE) -> Tick | None:
        """See through what is under way, for so many seconds; start nothing new, and break off what is left.

        What has no known end then is left to the rules for uncertain sends, as after the end of the process.
        Returns None where nothing was under way.
        """
        if not self._is_under_way():
            return None
        now = self._clock.now()
        counts: dict[str, int] = {}
        end = time.monotonic() + grace
        try:
            while self._is_under_way():
                self._worker.goes_on()
                self._finish(now, counts, give_up=time.monotonic() >= end)
        except WorldError as error:
            self._tell(Event(name="tick.trouble", at=now, fields={"error": str(error)}))
            return Tick(at=now, counts=counts, next_at=None, trouble=str(error))
        return Tick(at=now, counts=counts, next_at=None)

    def _finish(self, now: datetime, counts: dict[str, int], *, give_up: bool) -> None:
        for service in self._lasting:
            if service.is_under_way:
                _add(counts, service.name, service.finish(now, give_up=give_up))

    def _is_under_way(self) -> bool:
        return any(service.is_under_way for service in self._lasting)

    def _held_until(self, now: datetime) -> datetime | None:
        moments = [] if self._worker.stopping else [service.held_until(now) for service in self._lasting]
        return max((moment for moment in moments if moment is not None), default=None)

    def _again(self, now: datetime, counts: Counts, event: Event) -> Tick:
        """End a tick that others have come between: the next one follows at once, unless that has not helped
        some times.
        """
        self._failures += 1
        self._tell(event)
        if self._failures <= PATIENCE:
            return Tick(at=now, counts=counts, next_at=now, is_under_way=True)
        error = str(event.fields["error"])
        self._tell(Event(name="tick.trouble", at=now, fields={"error": error}))
        return Tick(at=now, counts=counts, next_at=now + TROUBLE, trouble=error)

    def _mine(self) -> Iterator[Service]:
        """Yield the services that go by shards, and those whose duty the worker has by then."""
        for service in self._services:
            if service.duty is None or service.duty in self._worker.duties:
                yield service

    def _round(self, counts: dict[str, int]) -> bool:
        """Run each service once, at the instant that it is then; return whether anything moved."""
        moved = False
        for service in self._mine():
            now = self._clock.now()
            self._worker.busy = service.duty
            try:
                moved = _add(counts, service.name, service.run_once(now)) or moved
            except NotYet:
                self._finish(now, counts, give_up=False)
                break
            finally:
                self._worker.busy = None
            if not self._worker.goes_on():
                break
        return moved


def _add(counts: dict[str, int], service: str, found: Counts) -> bool:
    """Add what a service has done; return whether it was anything."""
    for word, count in found.items():
        name = f"{service}.{word}"
        counts[name] = counts.get(name, 0) + count
    return any(found.values())


def run_through(
    loop: Loop, clock: JumpingClock, worker: Worker, until: datetime, after_each: Callable[[Tick], None]
) -> None:
    """Tick at each moment of work, and at last at `until`, or until the worker is told to stop."""
    while not worker.stopping:
        tick = run_out(loop, worker, after_each)
        if clock.now() >= until:
            break
        clock.jump(until if tick.next_at is None else min(tick.next_at, until))


def run_out(loop: Loop, worker: Worker, after_each: Callable[[Tick], None]) -> Tick:
    """Tick, and go on while something is under way; the tick returned is the last one."""
    while True:
        tick = loop.tick()
        after_each(tick)
        if worker.stopping or not tick.is_under_way:
            return tick
