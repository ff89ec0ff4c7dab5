"""The spool: what was received while the store was busy or away, kept in synced files until it is back.

A line is on the disk before anybody is told that it was received. Each process appends to a file of its own,
which it holds a lock on; what a dead process has left behind, any other takes in. The files of a folder are
read one at a time, oldest first, by whoever has the folder's lock. How far the present one was read is
remembered in the store, in the transaction that records its lines, and a file that was begun is finished
first: so a process may die between that transaction and the removal of the file, and no line counts twice.
"""

import fcntl
import os
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from jo.ports.store import Store, Transaction
from jo.web.received import Received, from_line, to_line
from jo.web.recording import Outcome

BATCH = 500
"""Lines that are recorded in one transaction."""
_ENDING = ".jsonl"

Record = Callable[[Transaction, Sequence[Received]], Counter[Outcome]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    lines: int
    """All of them, the dropped ones too."""
    dropped: int
    """Lines that cannot be read, such as half of one that nobody was told of, or whose mail is unknown."""


NOTHING = TakenIn(lines=0, dropped=0)


class Spool:
    """A folder of files. Used by many threads."""

    def __init__(self, folder: Path) -> None:
        """Make the folder when it is not there. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        _sync_folder(folder.parent)
        self._folder = folder
        self._mutex = threading.Lock()
        self._file: int | None = None

    def append(self, items: Sequence[Received]) -> None:
        """Keep what was received; it is durable when this returns. Raises OSError."""
        data = b"".join(map(to_line, items))
        with self._mutex:
            if self._file is None:
                self._file = self._begin()
            try:
                _write(self._file, data)
                os.fsync(self._file)
            except OSError:
                # What of it is on the disk, nobody knows: the next line must not be glued to half of one.
                self._end()
                raise

    @property
    def is_empty(self) -> bool:
        return not self._waiting()

    def take_in(self, store: Store, record: Record) -> TakenIn:
        """Record everything that waits, in order, and remove it.

        Raises StoreError as soon as the store does not play along, and OSError; nothing is lost by that.
        Does nothing while another process is at it.
        """
        if self.is_empty:
            return NOTHING
        with self._mutex:
            self._end()
        with _locked(self._folder / "lock") as lock:
            return NOTHING if lock is None else self._take_in(store, record, f"spool {_name_of(lock)}")

    def close(self) -> None:
        with self._mutex:
            self._end()

    def _take_in(self, store: Store, record: Record, memory: str) -> TakenIn:
        with store.read() as work:
            begun, _, seen = (work.operations.recall(memory) or "").partition(" ")
        lines = dropped = 0
        for path in sorted(self._waiting(), key=lambda path: (path.stem != begun, path.stem)):
            with _locked(path) as file:
                if file is None:
                    continue  # its process is still writing
                skipped = int(seen) if path.stem == begun else 0
                for taken in _record_file(path, skipped, store, record, memory):
                    lines, dropped = lines + taken.lines, dropped + taken.dropped
                path.unlink()
                _sync_folder(self._folder)
        return TakenIn(lines=lines, dropped=dropped)

    def _waiting(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{_ENDING}"))

    def _begin(self) -> int:
        """Make a file of our own; its name sorts by time."""
        while True:
            path = self._folder / f"{time.time_ns():020d}-{secrets.token_hex(4)}{_ENDING}"
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file).st_nlink:  # else another process took it in before we had its lock
                _sync_folder(self._folder)
                return file
            os.close(file)

    def _end(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _record_file(path: Path, skipped: int, store: Store, record: Record, memory: str) -> Iterator[TakenIn]:
    """Record the lines of a file behind the first `skipped`; yield what each batch was."""
    with path.open("rb") as file:
        lines = islice(file, skipped, None)
        while batch := [_read(line) for line in islice(lines, BATCH)]:
            skipped += len(batch)
            with store.write() as work:
                counts = record(work, [item for item in batch if item is not None])
                work.operations.remember(memory, f"{path.stem} {skipped}")
            yield TakenIn(lines=len(batch), dropped=batch.count(None) + counts[Outcome.UNKNOWN])


def _read(line: bytes) -> Received | None:
    try:
        return from_line(line)
    except ValueError:
        return None


def _write(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


@contextmanager
def _locked(path: Path) -> Iterator[int | None]:
    """Open a file with its lock; None when somebody else has it. The file is made if it is not there."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield file
    finally:
        os.close(file)


def _name_of(lock: int) -> str:
    """Return the folder's own name, which no other folder has; the lock's file keeps it."""
    name = os.pread(lock, 64, 0).decode("ascii", errors="replace")
    if not name:
        name = secrets.token_hex(8)
        os.pwrite(lock, name.encode(), 0)
        os.fsync(lock)
    return name


def _sync_folder(folder: Path) -> None:
    """Make it durable that a file is there, or is gone."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
