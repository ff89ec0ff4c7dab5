"""Computes refreshes in this process, for stores that no other process can open."""

from collections.abc import Iterator

from jo.daemon.computing import compute
from jo.ports.refresher import Step, Task, decode
from jo.ports.store import Store
from jo.ports.warehouse import Warehouse


class InlineRefresher:
    """Implements `jo.ports.refresher.Refresher`. The store and the warehouse are not its own."""

    def __init__(self, store: Store, warehouse: Warehouse) -> None:
        self._store = store
        self._warehouse = warehouse
        self._lines: Iterator[bytes] = iter(())

    def start(self, task: Task) -> None:
        self._lines = compute(self._store, self._warehouse, task)

    def next(self, seconds: float) -> Step | None:
        step = decode(next(self._lines))
        assert not isinstance(step, Task)
        return step

    def close(self) -> None:
        self._lines = iter(())
