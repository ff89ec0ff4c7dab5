"""The gate before every tick: while there is a hold nothing runs, in any worker.

When a worker begins, it compares its journals with the store. Then, and whenever nothing has run for longer
than `hold_after`, it looks whether work is overdue: a machine that was off, a worker that was stopped and a
clock that jumped all look the same from here. A clock that went back is a hold of its own.

Nothing runs on hold because a mail that has waited for days may be wrong, and because what a wrong clock or a
wrong copy of the store would do to people inside cannot be undone. Mails that are due are marked as held, so
that everybody sees it.

A journal that is back, whole, takes its hold along. Nobody has looked at what waited meanwhile, so the rule
of `hold_after` is applied to it as if there had been no hold.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from jo.daemon.clocks import ClockKind, last_tick, note_tick
from jo.daemon.journaling import Journaling
from jo.daemon.service import Event, Tell, Worker
from jo.flow.hold import Cause, Hold
from jo.ports.store import Store, Transaction
from jo.reports.standstill import Standstill

HOLD_AFTER = timedelta(hours=6)
BACK = timedelta(minutes=1)
"""How far a clock may be behind the last tick, which may be another worker's."""
PAGE = 2_000
"""Mails that one transaction holds."""


class Gate:
    def __init__(
        self,
        store: Store,
        journaling: Journaling,
        kind: ClockKind,
        worker: Worker,
        tell: Tell,
        hold_after: timedelta = HOLD_AFTER,
    ) -> None:
        self._store = store
        self._journaling = journaling
        self._kind = kind
        self._worker = worker
        self._tell = tell
        self._hold_after = hold_after
        self._has_begun = False
        self._standstill: Standstill | None = None
        """As it was told last."""

    def look(self, now: datetime) -> Standstill | None:
        """Return why nothing may run now; None when it may. Raises WorldError."""
        is_settled = not self._has_begun and self._journaling.begin(now)
        self._journaling.look(now)
        with self._store.read() as work:
            last, holds = last_tick(work), work.holds.active()
        is_late = last is not None and now - last > self._hold_after
        is_back = last is not None and last - now > BACK
        if not self._has_begun or is_late or is_back:
            with self._store.write(self._worker.lease) as work:
                self._doubt(work, now, last, is_back=is_back)
                if is_settled and is_late and work.holds.are_mails_held():
                    work.holds.put(Cause.OVERDUE, _said(last), now)
                holds = work.holds.active()
        self._has_begun = True
        if holds:
            return self._stand_still(holds, now)
        if self._standstill is not None:
            self._standstill = None
            self._tell(Event(name="run.released", at=now))
        return None

    def _doubt(self, work: Transaction, now: datetime, last: datetime | None, *, is_back: bool) -> None:
        if is_back:
            work.holds.put(Cause.CLOCK_BACK, _said(last), now)
            note_tick(work, self._kind, now)
        if work.holds.is_overdue(now - self._hold_after, now):
            work.holds.put(Cause.OVERDUE, _said(last), now)

    def _stand_still(self, holds: Sequence[Hold], now: datetime) -> Standstill:
        """Hold what has become due, and count anew when that changes anything."""
        found = self._standstill
        if self._hold_mails(now) or found is None or found.holds != holds:
            with self._store.read() as work:
                found = Standstill(holds=holds, waiting=work.holds.waiting(now))
        if self._standstill is None or self._standstill.holds != holds:
            fields = {
                "causes": [hold.cause.value for hold in holds],
                "mails": found.mails,
                "known": found.known,
                "people": found.people,
            }
            self._tell(Event(name="run.held", at=now, fields=fields))
        self._standstill = found
        return found

    def _hold_mails(self, now: datetime) -> int:
        held, count = 0, PAGE
        while count == PAGE and self._worker.goes_on():
            with self._store.write(self._worker.lease) as work:
                count = work.holds.hold_mails(now, now, PAGE)
            held += count
        return held


def _said(last: datetime | None) -> str:
    return "" if last is None else f"Something last ran at {last:%Y-%m-%d %H:%M} UTC."
