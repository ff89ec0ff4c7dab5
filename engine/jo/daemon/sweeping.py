"""The sweeping service: goes on with work over very many rows, part by part, until there is none."""

import time
from collections.abc import Callable
from datetime import datetime

from jo.daemon.pace import Pace
from jo.daemon.service import Counts, Duty, Worker
from jo.flow.state import Why
from jo.ports.store import Lease, Store, Sweep, SweepKind


class Sweeping:
    name = "sweep"
    duty = Duty.RESCUE

    def __init__(self, store: Store, worker: Worker) -> None:
        self._store = store
        self._worker = worker
        self._is_fresh = True

    def run_once(self, now: datetime) -> Counts:
        if self._is_fresh:
            self._look_anew(now)
        rows = sweep(self._store, lambda: self._worker.lease, self._worker.goes_on)
        return {"rows": rows} if rows else {}

    def next_at(self, now: datetime) -> datetime | None:
        """Sweeps come with an apply, a refresh or a command; the loop looks regularly."""
        return None

    def _look_anew(self, now: datetime) -> None:
        """Whoever starts a worker after trouble with links expects its mails to go now, not in a minute."""
        with self._store.write(self._worker.lease) as work:
            work.sweeps.add([Sweep(kind=SweepKind.RECONSIDER, subject=Why.DEAD_LINKS, at=now)])
        self._is_fresh = False


def sweep(
    store: Store,
    lease: Callable[[], Lease | None] = lambda: None,
    goes_on: Callable[[], bool] = lambda: True,
) -> int:
    """Do all that is left to do of sweeps, in transactions that are over soon. Returns over how many rows."""
    with store.read() as work:
        is_idle = work.sweeps.is_idle()
    pace, total = Pace(), 0
    while not is_idle and goes_on():
        began = time.monotonic()
        with store.write(lease()) as work:
            rows = work.sweeps.go_on(pace.rows)
        if rows is None:
            break
        pace.took(rows, time.monotonic() - began)
        total += rows
    return total
