"""How a record lies in a file: 36 bytes, so that its position says where it is.

A record's checksum is taken over its own bytes and the checksum of the record before. So a record in the
wrong place, or of another history, does not fit; and because the checksum before is read from the file, the
records behind a damaged one still can be held to theirs. A first byte of zero is room that is not used yet.

The records that are written and synced together begin with one that says so. A write that a crash cut
short leaves a bad record with no such beginning behind it: nothing of it was synced, so nothing of it was
sent. A bad record with one behind it was good once, and that is damage.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import NamedTuple
from zlib import crc32

from jo.flow.state import AttemptState

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_BODY = struct.Struct("<BBxxI16sq")
_CHECK = struct.Struct("<I")
SIZE = _BODY.size + _CHECK.size

_FIRST = 1


class What(IntEnum):
    """What a record says."""

    OPENED = 1
    ACCEPTED = 2
    DEFERRED = 3
    REJECTED = 4
    UNCERTAIN = 5
    BEGUN = 6
    """A worker begins; the digest is the store's id."""
    SEEN = 7
    """How far the store has come: the digest is a number. It also says that the store took note of what
    stands before."""


WHAT = {
    AttemptState.OPEN: What.OPENED,
    AttemptState.ACCEPTED: What.ACCEPTED,
    AttemptState.DEFERRED: What.DEFERRED,
    AttemptState.REJECTED: What.REJECTED,
    AttemptState.UNCERTAIN: What.UNCERTAIN,
}
STATE = {what: state for state, what in WHAT.items()}


class Record(NamedTuple):
    """A tuple, because two of them are made for each mail."""

    what: What
    digest: bytes
    """16 bytes."""
    at: datetime
    number: int = 0
    """Of the attempt."""


@dataclass(frozen=True, slots=True)
class Found:
    """A place in a file and what stands there. Decoded only when asked: files are long."""

    position: int
    check: int
    """As it stands in the file."""
    body: bytes
    is_whole: bool

    @property
    def begins(self) -> bool:
        return self.is_whole and bool(self.body[1] & _FIRST)

    def says(self, what: What) -> bool:
        return self.is_whole and self.body[0] == what

    def record(self) -> Record | None:
        """Return the record; None for one that cannot be read."""
        return _record(self.body) if self.is_whole else None


def write(records: Iterable[Record], check: int) -> tuple[bytes, int]:
    """Return the bytes of what is synced together and the last checksum; `check` is the one before."""
    parts: list[bytes] = []
    first = _FIRST
    for what, digest, at, number in records:
        body = _BODY.pack(what, first, number, digest, (at - _EPOCH) // _MICROSECOND)
        check = crc32(body, check)
        parts += (body, _CHECK.pack(check))
        first = 0
    return b"".join(parts), check


def read(data: bytes, first: int, check: int) -> Iterator[Found]:
    """Yield what stands in the data, up to the room that was never used.

    `first` is the position of its first record, `check` the checksum before that one.
    """
    used = len(data.rstrip(b"\0"))
    for number, start in enumerate(range(0, min(used, len(data) - SIZE + 1), SIZE)):
        body = data[start : start + _BODY.size]
        stands = _CHECK.unpack_from(data, start + _BODY.size)[0]
        yield Found(first + number, stands, body, crc32(body, check) == stands)
        check = stands


def last_record(data: bytes) -> Record | None:
    """Return the last record of the data without a look at its checksum; None for one that makes no sense."""
    used = len(data.rstrip(b"\0"))
    start = (used - 1) // SIZE * SIZE
    return _record(data[start : start + _BODY.size]) if used and len(data) >= start + SIZE else None


def _record(body: bytes) -> Record | None:
    what, _, number, digest, at = _BODY.unpack(body)
    try:
        return Record(
            what=What(what),
            digest=digest,
            at=_EPOCH + timedelta(microseconds=at),
            number=number,
        )
    except (ValueError, OverflowError):  # zero, or of a later release
        return None
