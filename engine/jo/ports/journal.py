"""The port to the journal: what a worker keeps of its sends outside of the store, so that the store can be
held against it.

A record counts once it is synced, and a message leaves only after that. The journal knows mails by the digest
that is their public id, never by an address. Positions count records from 1 and never go back; a position
together with the checksum of its record, which is chained to all before it, names one history.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from jo.flow.state import AttemptState
from jo.ports.errors import WorldError


class JournalError(WorldError):
    """The journal cannot be read or written now. What was not synced has not been sent."""


class Entry(NamedTuple):
    """What the journal knows of one attempt."""

    public: str
    """The public id of the intent."""
    number: int
    """Which attempt of the intent it is, from 1."""
    state: AttemptState
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A point of a journal's history."""

    position: int = 0
    """0 is before its first record."""
    check: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some of what stands in a journal, in order."""

    entries: Sequence[Entry]
    missing: int = 0
    """Records that should be there and cannot be read: damaged, moved away, or pruned."""


class Told(Protocol):
    """What a journal tells."""

    @property
    def id(self) -> str: ...

    @property
    def file(self) -> str:
        """Which file it is: that of a copy is another one, that of a journal that was moved is the same."""
        ...

    @property
    def place(self) -> str:
        """Where it lies, for people: host and folder."""
        ...

    @property
    def is_new(self) -> bool:
        """Whether no worker has ever begun with it."""
        ...

    @property
    def end(self) -> Mark: ...

    @property
    def store(self) -> str | None:
        """The id of the store that it was last used with; None when there was none."""
        ...

    @property
    def seen(self) -> int:
        """How far that store had come when it was last seen."""
        ...

    def check_at(self, position: int) -> int | None:
        """Return the checksum of a record; None where there is none."""
        ...

    def since(self, position: int) -> Iterator[Part]:
        """Return what stands behind a position, in parts of bounded size."""
        ...


class Journal(Told, Protocol):
    """Held by one process. Used by one thread at a time."""

    def reserve(self, records: int) -> None:
        """Make sure that the journal is still there, with room for that many, before attempts are opened.

        Raises JournalError.
        """
        ...

    def append(self, entries: Iterable[Entry]) -> None:
        """Write and sync. Raises JournalError; then none of them counts."""
        ...

    def begin(self, store: str, at: datetime, beyond: int = 0) -> None:
        """Write, and sync, that a worker begins with a store; positions go on behind `beyond` at least."""
        ...

    def see(self, progress: int, at: datetime) -> None:
        """Write, and sync, how far the store has come."""
        ...


class Journals(Protocol):
    """The journals of one folder."""

    @property
    def own(self) -> Journal: ...

    def others(self) -> AbstractContextManager[Sequence[Journal]]:
        """Hold those that no living process holds."""
        ...

    def close(self) -> None: ...
