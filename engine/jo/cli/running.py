"""What `jo run` needs besides the daemon itself: to be a worker, alone or not, and to end when told to."""

import gc
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from jo.ports.errors import WorldError
from jo.workspace.settings import Settings

if TYPE_CHECKING:
    from jo.daemon.service import Worker
    from jo.ports.store import Store


@contextmanager
def run_worker(settings: Settings, store: "Store", *, is_fast: bool) -> "Iterator[Worker | str]":
    """Give the worker that this process is; where it has to be alone and is not, who runs the store.

    On SQLite, and by a fast clock, there is one worker. On SQLite a lock proves that all others are dead, so
    nobody waits for their leases to end.
    """
    from jo.daemon.clocks import RealClock
    from jo.daemon.service import Worker
    from jo.daemon.sharing import bury_all
    from jo.wiring import open_run_lock

    lock = open_run_lock(settings)
    if lock is not None and not lock.take():
        yield _other(store)
        return
    is_alone = lock is not None or is_fast
    worker = Worker(
        store,
        f"{socket.gethostname()}:{os.getpid()}",
        is_alone=is_alone,
        clock=None if is_alone else RealClock(),
        seconds=settings.store.lease_seconds,
    )
    try:
        if lock is not None:
            with store.write() as work:
                bury_all(work)
        if is_alone and not worker.join():
            yield _other(store)
            return
        try:
            yield worker
        finally:
            with suppress(WorldError):  # the store is away; the lease ends by itself
                worker.leave()
    finally:
        if lock is not None:
            lock.give_back()


def _other(store: "Store") -> str:
    from jo.daemon.sharing import workers

    with store.read() as work:
        found = workers(work)
    return found[0].owner if found else "another process"


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Let the garbage collector look at what has come since, and only after many objects.

    A batch is tens of thousands of small values without circles, which go by themselves. With Python's own
    settings, a third of the time of a tick is spent on looking at them and at all that is there for good.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextmanager
def told_to_stop(stop: Callable[[], None]) -> Iterator[list[int]]:
    """Call `stop` at the first SIGTERM or SIGINT, which the list then holds. A second one ends at once."""
    heard: list[int] = []

    def hear(number: int, _: object) -> None:
        if heard:
            raise KeyboardInterrupt
        heard.append(number)
        stop()

    before = {number: signal.signal(number, hear) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield heard
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
