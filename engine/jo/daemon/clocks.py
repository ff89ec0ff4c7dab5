"""The clocks that a store can live by.

A store lives either by the real clock or by a fast one, and by the same one for good: mails that a fast
clock has planned for February must not go out when a real one takes over in November. What time it is in a
store that lives by a fast clock is what its last tick says, for every command that works on it.
"""

from datetime import UTC, datetime
from enum import StrEnum

from jo.ports.store import Store, StoreError, Transaction

_LAST_TICK = "last-tick"
_CLOCK = "clock"


class ClockKind(StrEnum):
    REAL = "real"
    FAST = "fast"


def clock_of(work: Transaction) -> ClockKind | None:
    """Return the clock that the store lives by; None for one that nothing has run on."""
    known = work.operations.recall(_CLOCK)
    return None if known is None else ClockKind(known)


def last_tick(work: Transaction) -> datetime | None:
    known = work.operations.recall(_LAST_TICK)
    return None if known is None else datetime.fromisoformat(known)


def note_tick(work: Transaction, kind: ClockKind, now: datetime) -> None:
    work.operations.remember(_CLOCK, kind)
    work.operations.remember(_LAST_TICK, now.isoformat())


def present_in(work: Transaction) -> datetime:
    """Return what time it is for the store: by its last tick, or by the database's clock.

    The clock of whoever asks, on a machine of their own, may be wrong.
    """
    last = last_tick(work) if clock_of(work) is ClockKind.FAST else None
    return last or work.leases.clock()


class StoreClock:
    """What time it is for a store, for a process that lives beside its worker. Used by many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._is_real = False

    def now(self) -> datetime:
        """Return the present; that of the clock on the wall, too, while the store cannot be asked."""
        if self._is_real:
            return datetime.now(UTC)
        try:
            with self._store.read() as work:
                self._is_real = clock_of(work) is ClockKind.REAL
                return present_in(work)
        except StoreError:
            return datetime.now(UTC)


class RealClock:
    """The clock on the wall."""

    kind = ClockKind.REAL

    def now(self) -> datetime:
        return datetime.now(UTC)


class FastClock:
    """A clock that jumps from one moment of work to the next."""

    kind = ClockKind.FAST

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def jump(self, to: datetime) -> None:
        self._now = max(self._now, to)
