"""A store that is left alone for a moment after it did not play along.

Without it, while a store is locked, everybody who comes would wait for it in vain, and the threads that wait
would leave none for those who need no store. Reading and writing rest apart: a locked SQLite file can still
be read.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto

from jo.ports.store import Lease, Store, StoreError, Transaction

REST_SECONDS = 5.0


class _Use(Enum):
    READ = auto()
    WRITE = auto()


class RestingStore:
    """Implements `jo.ports.store.Store`; raises StoreError at once while the store rests."""

    def __init__(
        self, store: Store, on_trouble: Callable[[StoreError], None], rest_seconds: float = REST_SECONDS
    ) -> None:
        self._store = store
        self._on_trouble = on_trouble
        self._rest_seconds = rest_seconds
        self._rests_until = dict.fromkeys(_Use, 0.0)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        with self._unless_resting(_Use.READ), self._store.read() as work:
            yield work

    @contextmanager
    def write(self, lease: Lease | None = None) -> Iterator[Transaction]:
        with self._unless_resting(_Use.WRITE), self._store.write(lease) as work:
            yield work

    def close(self) -> None:
        self._store.close()

    @contextmanager
    def _unless_resting(self, use: _Use) -> Iterator[None]:
        if time.monotonic() < self._rests_until[use]:
            raise StoreError("The store did not answer a moment ago.")
        try:
            yield
        except StoreError as error:
            self._rests_until[use] = time.monotonic() + self._rest_seconds
            self._on_trouble(error)
            raise
