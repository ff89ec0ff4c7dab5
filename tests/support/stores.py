"""Real stores for tests: in memory, which is the fastest, or in a file of a temporary folder."""

from pathlib import Path

from jo.ports.store import Lease, Store
from jo.store import open_store
from jo.store.engine import BUSY_SECONDS
from tests.support.builders import NOON

MEMORY_URL = "sqlite:///:memory:"


def memory_store() -> Store:
    return open_store(MEMORY_URL)


def file_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'store.db'}"


def file_store(folder: Path, busy_seconds: float = BUSY_SECONDS) -> Store:
    """Open the store of a folder; a second call opens the same one."""
    return open_store(file_url(folder), busy_seconds=busy_seconds)


def a_lease(store: Store, name: str = "send", owner: str = "worker-1", seconds: float = 60) -> Lease:
    """Take a lease at noon."""
    with store.write() as work:
        lease = work.leases.acquire(name, owner, NOON, seconds)
    assert lease is not None
    return lease
