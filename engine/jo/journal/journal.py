"""The journal of one worker: files in a folder of its own, the newest of which is written.

Each file begins with copies of the last words about the store, so that the newest file alone says all that
a start needs. Old files are pruned by the times of their records, never by a clock.
"""

import os
import secrets
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Self

from jo.journal.files import Head, JournalFile, create, first_of, journal_files, trouble
from jo.journal.records import STATE, WHAT, Found, Record, What, write
from jo.ports.journal import Entry, JournalError, Mark, Part

_PART = 5_000
"""Records of a part at most."""
_BEGINNING = 8
"""Room that the records about the store may need, besides those of mails."""


class ReadJournal:
    """Implements `jo.ports.journal.Told`. It changes nothing, and needs no lock while nobody writes."""

    _file: JournalFile

    def __init__(self, folder: Path, lock: os.stat_result) -> None:
        self._folder = folder
        self.file = str(lock.st_ino)
        """The lock's number on its disk: it lasts as long as the journal, under whatever name."""
        self._begun: Record | None = None
        self._seen: Record | None = None

    @property
    def id(self) -> str:
        return self._file.head.journal

    @property
    def place(self) -> str:
        return place_of(self._folder)

    @property
    def is_new(self) -> bool:
        return self._begun is None

    @property
    def end(self) -> Mark:
        return self._file.end

    @property
    def store(self) -> str | None:
        return None if self._begun is None else self._begun.digest.hex()

    @property
    def seen(self) -> int:
        return 0 if self._seen is None else int.from_bytes(self._seen.digest, "big")

    def check_at(self, position: int) -> int | None:
        path = next((path for path in reversed(self._paths()) if first_of(path) <= position), None)
        if path is None:
            return None
        with closing(JournalFile(path)) as file:
            return next((each.check for each in file.found() if each.position == position), None)

    def since(self, position: int) -> Iterator[Part]:
        paths = self._paths()
        for path, following in zip(paths, [*paths[1:], None], strict=True):
            if following is not None and first_of(following) <= position + 1:
                continue
            with closing(JournalFile(path)) as file:
                if file.head.first > position + 1:
                    yield Part(entries=(), missing=file.head.first - position - 1)
                behind = (each for each in file.found() if position < each.position <= self.end.position)
                while found := list(islice(behind, _PART)):
                    position = found[-1].position
                    yield _part(found)

    def _note(self, file: JournalFile) -> None:
        """Keep the last words about the store. That a worker began counts when the store took note of it."""
        pending: Record | None = None
        for each in file.found():
            if each.says(What.BEGUN):
                pending = each.record()
            elif each.says(What.SEEN):
                self._begun, self._seen = pending or self._begun, each.record()
                pending = None

    def _paths(self) -> list[Path]:
        try:
            return journal_files(self._folder)
        except OSError as error:
            raise trouble(self._folder, error) from error

    @classmethod
    def read(cls, folder: Path, lock: Path) -> Self | None:
        """Return the journal in a folder, closed; None where there is none. Raises JournalError."""
        found = cls(folder, lock.stat())
        paths = found._paths()
        for path in reversed(paths):
            with closing(JournalFile(path)) as file:
                file.find_end()
                if file.end != file.head.before or path == paths[0]:
                    found._file = file
                    found._note(file)
                    return found
        return None


class FileJournal(ReadJournal):
    """Implements `jo.ports.journal.Journal`. Whoever has one holds its folder's lock."""

    def __init__(self, folder: Path, lock: int, keep: timedelta) -> None:
        super().__init__(folder, os.fstat(lock))
        self._lock = lock
        self._keep = keep
        self._is_sound = True
        """False after a write failed: the file is read again before it is written again."""
        self._file = self._open()

    def reserve(self, records: int) -> None:
        self._file.check_place()
        if not self._is_sound:
            torn, self._file = self._file, self._open()
            torn.close()
        if not self._file.has_room(records + _BEGINNING):
            self._rotate(self.end)
        self._file.reserve(records + _BEGINNING)

    def append(self, entries: Iterable[Entry]) -> None:
        self._write(
            Record(WHAT[entry.state], bytes.fromhex(entry.public), entry.at, entry.number)
            for entry in entries
        )

    def begin(self, store: str, at: datetime, beyond: int = 0) -> None:
        self.reserve(1)
        if beyond > self.end.position:
            self._rotate(Mark(position=beyond, check=self.end.check))
        begun = Record(what=What.BEGUN, digest=bytes.fromhex(store), at=at)
        self._write([begun])
        self._begun = begun

    def see(self, progress: int, at: datetime) -> None:
        self.reserve(1)
        seen = Record(what=What.SEEN, digest=progress.to_bytes(16, "big"), at=at)
        self._write([seen])
        self._seen = seen

    def close(self) -> None:
        self._file.close()
        os.close(self._lock)

    def _open(self) -> JournalFile:
        """Open the newest file that has a record, and read it; make the first one."""
        paths = self._paths()
        file = None
        while paths and file is None:
            file = _recovered(paths.pop())
            if paths and file.end == file.head.before:  # its process ended before it wrote the copies
                file.close()
                file.path.unlink()
                file = None
        if file is None:
            head = Head(journal=secrets.token_hex(16), before=Mark())
            file = _recovered(create(self._folder, head))
        self._note(file)
        self._is_sound = True
        return file

    def _rotate(self, before: Mark) -> None:
        """Go on in a new file, and let go of those that nobody will need."""
        file = _recovered(create(self._folder, Head(journal=self.id, before=before)))
        self._file.close()
        self._file = file
        if self._begun is not None and self._seen is not None:
            self._file.reserve(_BEGINNING)
            self._write([self._begun, self._seen])
        self._prune()

    def _prune(self) -> None:
        finished = self._paths()[:-1]
        newest = _last_at(finished[-1]) if finished else None
        for path in finished[:-1]:
            last = _last_at(path)
            if newest is None or last is None or newest - last <= self._keep:
                break
            path.unlink(missing_ok=True)

    def _write(self, records: Iterable[Record]) -> None:
        data, check = write(records, self._file.last_check())
        if not data:
            return
        try:
            self._file.write(data, check)
        except JournalError:
            self._is_sound = False
            raise


def place_of(folder: Path) -> str:
    return f"{socket.gethostname()}:{folder}"


def _recovered(path: Path) -> JournalFile:
    file = JournalFile(path, writable=True)
    try:
        file.recover()
    except BaseException:
        file.close()
        raise
    return file


def _part(found: Sequence[Found]) -> Part:
    records = [each.record() for each in found]
    return Part(
        entries=[
            Entry(public=each.digest.hex(), number=each.number, state=STATE[each.what], at=each.at)
            for each in records
            if each is not None and each.what in STATE
        ],
        missing=sum(each is None for each in records),
    )


def _last_at(path: Path) -> datetime | None:
    with closing(JournalFile(path)) as file:
        last = file.last()
    return None if last is None else last.at
