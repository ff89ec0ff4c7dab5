"""Real stores for tests: in memory, which is the fastest, or in a file of a temporary folder."""

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from jo.ports.store import Lease, Snapshot, Store, Transaction
from jo.ports.warehouse import Fact, Member
from jo.store import open_store
from jo.store.engine import BUSY_SECONDS
from tests.support.builders import NOON, a_snapshot

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


def take_members(work: Transaction, name: str, members: Sequence[Member], at: datetime = NOON) -> Snapshot:
    """Make these the members of a list by a new snapshot, as a refresh does."""
    before = work.audiences.snapshot(name)
    snapshot = a_snapshot(at, size=len(members), number=before.number + 1 if before is not None else 1)
    present = work.audiences.members(name, "", 1_000_000)
    leaving = [member.key for member in set(present) - set(members)]
    work.audiences.leave(name, snapshot.number, leaving, at)
    work.audiences.enter(name, snapshot.number, list(set(members) - set(present)), at)
    work.audiences.mark(name, snapshot)
    return snapshot


def take_facts(work: Transaction, source: str, rows: Collection[Fact], as_of: datetime = NOON) -> None:
    """Take over the rows of a source."""
    work.facts.put(source, work.facts.differing(source, rows).rows)
    work.facts.mark({source: as_of})
