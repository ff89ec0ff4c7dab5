"""The lock that makes one process the only one to run a SQLite store.

A lease in the database ends when its time is over, and after a crash the next worker would have to wait for
that. A lock of the operating system ends with the process that holds it, however that ends: whoever gets it
knows that nobody else is alive, and may seize the lease at once.
"""

import fcntl
import os
from pathlib import Path

from jo.ports.store import StoreError


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
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return False
        self._file = file
        return True

    def give_back(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
