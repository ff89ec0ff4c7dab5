"""The tidying service: removes rows that say nothing any more, so that a store of years holds what happened.

What is history stays: mails, attempts, evidence, passages, events, members of lists, holds. A rate's row says
nothing once its moment is over; with a rate for every domain there is one for each that was ever written to.
What else the daemon remembers is bounded by what was ever declared, or goes with what it is about.
"""

from datetime import datetime, timedelta

from jo.daemon.service import Counts, Duty, Worker
from jo.ports.store import Store

EVERY = timedelta(hours=1)
OVER = timedelta(hours=1)
"""How long a rate's moment has to be over; further than the clocks of those who ask may differ."""
PAGE = 500
"""Rows that one transaction removes."""


class Tidy:
    name = "tidy"
    duty = Duty.RESCUE

    def __init__(self, store: Store, worker: Worker) -> None:
        self._store = store
        self._worker = worker
        self._done_at: datetime | None = None

    def run_once(self, now: datetime) -> Counts:
        if self._done_at is not None and self._done_at <= now < self._done_at + EVERY:
            return {}
        with self._store.write(self._worker.lease) as work:
            rows = work.limits.tidy(now - OVER, PAGE)
        if rows < PAGE:
            self._done_at = now
        return {"rows": rows} if rows else {}

    def next_at(self, now: datetime) -> datetime | None:
        """Nothing waits for it: it goes along with other work."""
        return None
