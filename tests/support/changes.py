"""A store that counts how many rows each of its writing transactions changes."""

from collections.abc import Iterator
from contextlib import contextmanager

from jo.ports.store import Lease, Store, Transaction


class CountingStore:
    """Only for SQLite, which knows how many rows a connection has ever changed, those of indexes apart."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.changes: list[int] = []

    @contextmanager
    def write(self, lease: Lease | None = None) -> Iterator[Transaction]:
        with self._store.write(lease) as work:
            before = _total(work)
            yield work
            self.changes.append(_total(work) - before)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        with self._store.read() as work:
            yield work

    def close(self) -> None:
        self._store.close()


def _total(work: Transaction) -> int:
    connection = work.operations._connection.connection.dbapi_connection  # type: ignore[attr-defined]
    return int(connection.total_changes)
