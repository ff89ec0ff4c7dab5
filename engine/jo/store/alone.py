"""The lock that makes one process the only one to run a SQLite store.

A lease in the database ends when its time is over, and after a crash the next worker would have to wait for
that. A lock of the operating system ends with the process that holds it, however that ends: whoever gets it
knows that nobody else is alive, and may seize the lease at once.
"""

import fcntl
import os
import time
from pathlib import Path

from jo.ports.store import StoreError

_PATIENCE = 0.2
"""Seconds; whoever only asks whether the lock is taken holds it for a moment."""


class RunLock:
    """Beside the store's file. Another process on this machine, or none, holds it."""

    def __init__(self, store: Path) -> None:
        self._path = store.with_name(f"{store.name}.run")
        self._file: int | None = None

    def take(self) -> bool:
        """Take the lock; False when another process has it. Raises StoreError."""
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(f"The lock {self._path} cannot be made: {error.strerror}.") from error
        last = time.monotonic() + _PATIENCE
        while not _lock(file, fcntl.LOCK_EX):
            if time.monotonic() > last:
                os.close(file)
                return False
            time.sleep(0.01)
        self._file = file
        return True

    def is_taken(self) -> bool:
        """Tell whether a process has the lock."""
        try:
            file = os.open(self._path, os.O_RDONLY)
        except OSError:
            return False
        try:
            return not _lock(file, fcntl.LOCK_SH)
        finally:
            os.close(file)

    def give_back(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _lock(file: int, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
