"""One file of a journal: a head, and room for records that is filled from the front.

The head says which journal it is, the position of the first record and the checksum before it. Room is made
by writing zeros ahead: a full disk shows before anything depends on it, and a sync has no length to update.
"""

import errno
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from jo.journal.records import SIZE, Found, Record, last_record, read
from jo.ports.journal import JournalError, Mark

_MAGIC = b"jo-jrnl1"
_HEAD = struct.Struct("<8s16sQI")
_HEAD_SIZE = _HEAD.size + 4
CAPACITY = 100_000
"""Records of one file."""
_AHEAD = 7_000
"""Records that room is made for at once, about 250 KB."""
_SUFFIX = ".journal"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

_sync = getattr(os, "fdatasync", os.fsync)
"""Not every system tells the two apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    journal: str
    """The journal's id."""
    before: Mark
    """What its records come behind."""

    @property
    def first(self) -> int:
        return self.before.position + 1

    @property
    def check(self) -> int:
        """What the checksum of the first record is taken over besides its own bytes."""
        return crc32(self._body())

    def encoded(self) -> bytes:
        return self._body() + self.check.to_bytes(4, "little")

    def _body(self) -> bytes:
        return _HEAD.pack(_MAGIC, bytes.fromhex(self.journal), self.before.position, self.before.check)


class JournalFile:
    """A file as it is read, and the last one of a journal as it is written."""

    def __init__(self, path: Path, *, writable: bool = False) -> None:
        """Raises JournalError, also for a file that is no journal's."""
        self.path = path
        try:
            self._file = os.open(path, os.O_RDWR if writable else os.O_RDONLY)
        except OSError as error:
            raise trouble(path, error) from error
        try:
            self.head = self._read_head()
        except BaseException:
            self.close()
            raise
        self.end = self.head.before
        """Once it was found."""
        self._room = 0

    def found(self) -> Iterator[Found]:
        """Yield what stands in it."""
        return read(self._data(), self.head.first, self.head.check)

    def last(self) -> Record | None:
        return last_record(self._data())

    def find_end(self) -> None:
        """Find the end, which is before what a crash left half written."""
        end, torn = self.head.before, None
        for each in self.found():
            if each.begins:
                torn = None
            elif not each.is_whole and torn is None:
                torn = end
            end = Mark(position=each.position, check=each.check)
        self.end = torn or end

    def recover(self) -> None:
        """Find the end, and cut off what is behind it."""
        self.find_end()
        try:
            os.ftruncate(self._file, self._offset(self.end.position + 1))
        except OSError as error:
            raise trouble(self.path, error) from error
        self._room = self.end.position

    def last_check(self) -> int:
        """Return what the checksum of the next record is taken over besides its own bytes."""
        return self.end.check if self.end.position >= self.head.first else self.head.check

    def has_room(self, records: int) -> bool:
        return self.end.position + records < self.head.first + CAPACITY

    def check_place(self) -> None:
        """Make sure that it still is what its name stands for, since nobody finds what is written elsewhere.

        Raises JournalError.
        """
        try:
            is_there = os.path.samestat(os.fstat(self._file), self.path.stat())
        except FileNotFoundError:
            is_there = False
        except OSError as error:
            raise trouble(self.path, error) from error
        if not is_there:
            raise JournalError(
                f"The journal {self.path} was taken away or replaced while it is in use. No mail goes out "
                "without it: put it back, or start `jo run` again, and it says what is missing."
            )

    def reserve(self, records: int) -> None:
        """Make room on the disk. Raises JournalError."""
        if self.end.position + records <= self._room:
            return
        last = min(self.head.first + CAPACITY - 1, self.end.position + max(records, _AHEAD))
        start = self._offset(self._room + 1)
        try:
            write_all(self._file, bytes(self._offset(last + 1) - start), start)
            _sync(self._file)
        except OSError as error:
            raise trouble(self.path, error) from error
        self._room = last

    def write(self, data: bytes, check: int) -> None:
        """Write and sync whole records behind the last. Raises JournalError; then none of them counts."""
        start = self._offset(self.end.position + 1)
        try:
            write_all(self._file, data, start)
            _sync(self._file)
        except OSError as error:
            raise trouble(self.path, error) from error
        self.end = Mark(position=self.end.position + len(data) // SIZE, check=check)

    def close(self) -> None:
        os.close(self._file)

    def _data(self) -> bytes:
        try:
            return os.pread(self._file, CAPACITY * SIZE, _HEAD_SIZE)
        except OSError as error:
            raise trouble(self.path, error) from error

    def _offset(self, position: int) -> int:
        return _HEAD_SIZE + (position - self.head.first) * SIZE

    def _read_head(self) -> Head:
        data = os.pread(self._file, _HEAD_SIZE, 0)
        if len(data) == _HEAD_SIZE:
            magic, journal, position, check = _HEAD.unpack_from(data)
            head = Head(journal=journal.hex(), before=Mark(position=position, check=check))
            if magic == _MAGIC and head.encoded() == data:
                return head
        raise JournalError(
            f"{self.path} is no file of a journal of jo, or its beginning is damaged. Move it away, "
            "and jo says what is missing."
        )


def journal_files(folder: Path) -> list[Path]:
    """Return the files of a journal in order; whatever else lies in the folder is none of ours."""
    found = [path for path in folder.iterdir() if path.suffix == _SUFFIX and path.stem.isdecimal()]
    return sorted(found, key=first_of)


def first_of(path: Path) -> int:
    """Return the position of a file's first record, as its name says."""
    return int(path.stem)


def create(folder: Path, head: Head) -> Path:
    """Make a file with no records. It gets its name when its head is on the disk, so no head is ever torn.

    Raises JournalError.
    """
    path = folder / f"{head.first:012}{_SUFFIX}"
    draft = path.with_suffix(".new")
    try:
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            write_all(file, head.encoded(), 0)
            os.fsync(file)
        finally:
            os.close(file)
        draft.replace(path)
        sync_folder(folder)
    except OSError as error:
        raise trouble(path, error) from error
    return path


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def write_all(file: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(file, view, offset)
        view, offset = view[written:], offset + written


def trouble(path: Path, error: OSError) -> JournalError:
    said = "its disk is full" if error.errno in _FULL else (error.strerror or str(error)).lower()
    return JournalError(f"The journal {path} cannot be used: {said}. No mail goes out without it.")
