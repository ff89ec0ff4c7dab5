"""What `jo run` needs besides the daemon itself: to be alone, and to end when it is told to."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING

from jo.daemon.service import LEASE_SECONDS
from jo.workspace.settings import Settings

if TYPE_CHECKING:
    from jo.ports.store import Lease, Store

LEASE = "run"


@contextmanager
def run_lease(settings: Settings, store: "Store") -> "Iterator[Lease | str]":
    """Hold the lease that makes this process the only one that runs the store; else give who has it.

    A worker on this machine that died is found out by its lock, so nobody waits for its lease to end.
    """
    from jo.wiring import open_run_lock

    lock = open_run_lock(settings)
    if lock is not None and not lock.take():
        yield _holder(store)
        return
    owner, now = f"{socket.gethostname()}:{os.getpid()}", datetime.now(UTC)
    try:
        with store.write() as work:
            dead = work.leases.holder(LEASE) if lock is not None else None
            if dead is not None:
                work.leases.bury(dead, dead.until)
            lease = work.leases.acquire(LEASE, owner, now, LEASE_SECONDS)
        if lease is None:
            yield _holder(store)
            return
        try:
            yield lease
        finally:
            with store.write() as work:
                work.leases.release(lease)
    finally:
        if lock is not None:
            lock.give_back()


def _holder(store: "Store") -> str:
    with store.read() as work:
        found = work.leases.holder(LEASE)
    return found.owner if found is not None else "another process"


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


def is_on_loopback(host: str) -> bool:
    """Tell whether a relay's host is this machine, so that no mail leaves it."""
    if host.casefold() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
