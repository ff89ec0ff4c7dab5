"""The ticker: calls the loop when there is work by the clock on the wall, until it is told to stop.

APScheduler is an alarm clock here and nothing more: it holds one job, the next tick, and every tick sets the
alarm for the one after it. It never decides when a person is due.

Ticks run in the scheduler's thread; the main thread only waits to be told to stop. A signal may come at any
instruction, so what its handler does has to be safe there: it sets a flag and writes a byte into a pipe.
"""

import os
import select
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from jo.daemon.loop import Loop, Tick, run_out
from jo.daemon.service import Worker

_SOON = timedelta(milliseconds=50)


class Bell:
    """Wakes who waits for it. May be rung from a signal handler or another thread, and more than once."""

    def __init__(self) -> None:
        self._listen, self._rope = os.pipe()
        os.set_blocking(self._rope, False)

    def ring(self) -> None:
        with suppress(BlockingIOError):  # it was rung often enough to be heard
            os.write(self._rope, b"!")

    def wait(self, seconds: float | None = None) -> None:
        """Wait until it is rung, or for so many seconds at most."""
        if select.select([self._listen], [], [], seconds)[0]:
            os.read(self._listen, 1)

    def close(self) -> None:
        os.close(self._listen)
        os.close(self._rope)


class Ticker:
    def __init__(self, loop: Loop, worker: Worker, bell: Bell, after_each: Callable[[Tick], None]) -> None:
        self._loop = loop
        self._worker = worker
        self._bell = bell
        self._after_each = after_each
        self._until: datetime | None = None
        self._failure: BaseException | None = None

    def run(self, until: datetime | None = None) -> None:
        """Tick until the bell rings, or until `until`. Raises what a tick has raised."""
        from apscheduler.executors.pool import ThreadPoolExecutor  # type: ignore[import-untyped]  # no types
        from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]

        self._until = until
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"misfire_grace_time": None, "coalesce": True},
            timezone=UTC,
        )
        self._scheduler.start()
        try:
            self._set_alarm(datetime.now(UTC))
            self._bell.wait()
        finally:
            self._worker.stopping = True
            self._scheduler.shutdown(wait=True)
        if self._failure is not None:
            raise self._failure

    def _set_alarm(self, at: datetime) -> None:
        self._scheduler.add_job(self._tick, "date", run_date=at)

    def _tick(self) -> None:
        try:
            tick = self._loop.tick()
            self._after_each(tick)
            now = datetime.now(UTC)
            if self._until is not None and now >= self._until:
                self._bell.ring()
            if self._worker.stopping:
                return
            longest = None if tick.trouble else now + self._worker.longest_wait
            moments = [longest, tick.next_at, self._until, now if tick.is_under_way else None]
            self._set_alarm(max(min(moment for moment in moments if moment is not None), now + _SOON))
        except BaseException as error:  # it is the main thread's to raise; here nobody would hear of it
            self._failure = error
            self._bell.ring()


def run_due(loop: Loop, worker: Worker, bell: Bell, after_each: Callable[[Tick], None]) -> None:
    """Do all that is due now, however long rates hold it; end earlier when the bell rings."""
    while True:
        tick = run_out(loop, worker, after_each)
        if worker.stopping or tick.held_until is None:
            return
        now = datetime.now(UTC)
        moments = [tick.next_at, tick.held_until, now + worker.longest_wait]
        until = max(min(moment for moment in moments if moment is not None), now + _SOON)
        bell.wait((until - now).total_seconds())
