"""The journals of one machine: a folder with a numbered folder for each worker that runs here at a time.

A worker takes the first that no other process holds, so the next start goes on where the last one ended. A
lock of the operating system says who holds one: it ends with its process, however that ends.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path

from jo.journal.files import JournalFile, journal_files, sync_folder, trouble
from jo.journal.journal import FileJournal, ReadJournal, place_of
from jo.ports.journal import Journal

_LOCK = "lock"


class JournalFolder:
    """Implements `jo.ports.journal.Journals`."""

    def __init__(self, folder: Path, keep: timedelta) -> None:
        """Take a journal of the folder, which is made when it is not there. Raises JournalError."""
        self._folder = folder
        self._keep = keep
        self._own = next(journal for journal in map(self._take, count(1)) if journal is not None)

    @property
    def own(self) -> Journal:
        return self._own

    @contextmanager
    def others(self) -> Iterator[Sequence[Journal]]:
        with ExitStack() as stack:
            found: list[Journal] = []
            for number in self._numbers():
                journal = self._take(number)
                if journal is not None:
                    stack.callback(journal.close)
                    found.append(journal)
            yield found

    def close(self) -> None:
        self._own.close()

    def _numbers(self) -> list[int]:
        """Return which journals there are; what else lies in the folder is none of ours."""
        try:
            found = [path for path in self._folder.iterdir() if path.name.isdecimal()]
            return sorted(int(path.name) for path in found if (path / _LOCK).is_file())
        except OSError as error:
            raise trouble(self._folder, error) from error

    def _take(self, number: int) -> FileJournal | None:
        """Return the journal of that number; None while another process, or this one, holds it."""
        folder = self._folder / str(number)
        try:
            if not folder.is_dir():
                folder.mkdir(parents=True, mode=0o700)
                sync_folder(self._folder)
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise trouble(folder, error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return None
        try:
            return FileJournal(folder, lock, self._keep)
        except BaseException:
            os.close(lock)
            raise


def try_folder(folder: Path) -> None:
    """Find out, leaving nothing behind, whether a worker could take a journal here. Raises JournalError.

    A file without a name is written where the worker would write, and the newest records of each journal that
    is there are opened.
    """
    try:
        numbered = [path for path in folder.iterdir() if (path / _LOCK).is_file()] if folder.exists() else []
        for place in (_nearest(folder), *numbered):
            with tempfile.TemporaryFile(dir=place) as file:
                file.write(bytes(4096))
        for place in numbered:
            os.close(os.open(place / _LOCK, os.O_RDWR))
            for path in journal_files(place)[-1:]:
                JournalFile(path, writable=True).close()
    except OSError as error:
        raise trouble(folder, error) from error


def read_folder(folder: Path) -> tuple[str, Mapping[str, ReadJournal]]:
    """Return the place of the journal that a worker would take, and place → each that is there.

    Changes nothing. Nobody may use them meanwhile. Raises JournalError.
    """
    try:
        found = [path for path in folder.iterdir() if path.name.isdecimal() and (path / _LOCK).is_file()]
    except FileNotFoundError:
        found = []
    except OSError as error:
        raise trouble(folder, error) from error
    read = [ReadJournal.read(path, path / _LOCK) for path in found]
    return place_of(folder / "1"), {journal.place: journal for journal in read if journal is not None}


def _nearest(folder: Path) -> Path:
    """Return the folder, or the one in which it would be made."""
    return next(path for path in (folder, *folder.parents) if path.exists())
