"""The release service: lets held mails go, at a rate, once there is no hold any more.

What was due when the hold was lifted is the backlog: mails that were held, and mails that people get only now
because nobody moved them along in time. They join the others a few at a time; all that became due later goes
as ever.
"""

from datetime import datetime, timedelta

from jo.daemon.service import Counts, Duty, Worker
from jo.ports.store import Store, Transaction
from jo.timing.durations import Duration, Unit
from jo.timing.rates import Rate

RATE = Rate(1000, Duration(1, Unit.MINUTE))
SLICES = 20
"""Into how many a rate's time is cut, so that a backlog goes evenly."""
PAGE = 2_000
"""Mails that one transaction holds."""
_LET_GO = "release"


class Release:
    name = "release"
    duty = Duty.RELEASE

    def __init__(self, store: Store, worker: Worker, rate: Rate = RATE) -> None:
        self._store = store
        self._worker = worker
        slices = min(SLICES, rate.count)
        self._most = slices
        self._share = rate.count // slices
        self._slice = timedelta(seconds=rate.per.at_most_seconds()) / slices

    def run_once(self, now: datetime) -> Counts:
        with self._store.read() as work:
            released, is_any_held = work.holds.released_at(), work.holds.are_mails_held()
        if released is None and not is_any_held:
            return {}
        held = PAGE
        while released is not None and held == PAGE and self._worker.goes_on():
            with self._store.write(self._worker.lease) as work:
                held = work.holds.hold_mails(released, now, PAGE)
        with self._store.write(self._worker.lease) as work:
            number = self._share * min(self._most, self._slices_since(work, now))
            let_go = work.holds.let_go(now, number) if number else 0
            if let_go:
                work.operations.remember(_LET_GO, now.isoformat())
        return {"mails": let_go} if let_go else {}

    def next_at(self, now: datetime) -> datetime | None:
        with self._store.read() as work:
            is_needed = work.holds.are_mails_held()
        return now + self._slice if is_needed else None

    def _slices_since(self, work: Transaction, now: datetime) -> int:
        """Return for how many slices nothing was let go; one where it never was, or the clock went back."""
        last = work.operations.recall(_LET_GO)
        moment = None if last is None else datetime.fromisoformat(last)
        return 1 if moment is None or moment > now else (now - moment) // self._slice
