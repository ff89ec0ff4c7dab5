"""People in programs: where they stand, what came before, and jo's own records of them."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from jo.flow.passage import Note, Passage, Stand, StepIntent
from jo.flow.shards import ALL_SHARDS


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPassages:
    """What came before for one identity in one program."""

    count: int
    is_inside: bool
    last_ended: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event as a passage sees it."""

    name: str
    at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEngagement:
    """First open and clicks of the mails of one step."""

    opened: datetime | None
    clicked: Mapping[str, datetime]
    """Link name → first click; the key `""` is the first click on any link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageRecords:
    """jo's own records of one passage."""

    intents: Sequence[StepIntent] = ()
    """In the order in which they were created."""
    engagement: Mapping[str, StepEngagement] = field(default_factory=dict)
    """By step."""
    happenings: Sequence[Happening] = ()
    """Events of its contact since entry, sorted by time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Passages of one program that go from one stand to another, and the lines of history of each."""

    program: str
    ids: Sequence[int]
    before: Stand
    after: Stand
    notes: Sequence[Note] = ()


class Passages(Protocol):
    def past(self, program: str, identities: Collection[str]) -> Mapping[str, PastPassages]:
        """Return identity → what came before, of those that were ever in the program."""
        ...

    def enter(self, passages: Sequence[Passage]) -> Sequence[Passage]:
        """Create passages; their ids are given here. Left out of the answer is one that exists already,
        and one whose identity is still inside.
        """
        ...

    def due(self, now: datetime, limit: int, shards: Set[int] = ALL_SHARDS) -> Sequence[Passage]:
        """Return open passages of the shards due by now, sorted by due_at, then id. For a transaction that
        writes.

        Nobody else changes them before its end. Those that somebody else is changing are left out; they are
        due the next time.
        """
        ...

    def next_due(self, shards: Set[int] = ALL_SHARDS) -> datetime | None: ...

    def load(self, ids: Collection[int]) -> Mapping[int, Passage]: ...

    def records(self, ids: Collection[int]) -> Mapping[int, PassageRecords]:
        """Return id → records, one for every passage that exists."""
        ...

    def move(self, moves: Sequence[Move]) -> None:
        """Write where passages stand now, and their notes.

        Raises ChangeRefusedError when one of them no longer stands where it did, or had ended.
        """
        ...

    def note(self, ids: Sequence[int], note: Note) -> None:
        """Add a line to the histories of passages."""
        ...

    def wake(
        self,
        at: datetime,
        *,
        ids: Collection[int] = (),
        contacts: Collection[str] = (),
        rows: Collection[str] = (),
    ) -> int:
        """Make open passages due at `at`, unless they are earlier: by id, of contacts, or of the list's rows.

        Returns how many became due earlier than they were.
        """
        ...

    def wake_some(self, at: datetime, program: str, after: str, limit: int) -> tuple[int, str | None]:
        """Do so with the first open passages of a program, by identity from behind `after`.

        Returns how many were looked at, and the last identity; None when there are no more.
        """
        ...

    def inside(self, program: str, after: str, limit: int) -> Sequence[tuple[str, str, str]]:
        """Return identity, contact and the list's row of a program's open passages.

        In the database's order of identities, from behind `after`.
        """
        ...

    def last_entries(
        self, contacts: Collection[str], programs: Collection[str]
    ) -> Mapping[str, Mapping[str, datetime]]:
        """Return contact → program → when the contact last entered it."""
        ...

    def pinned(self) -> Mapping[int, int]:
        """Return revision id → open passages that are pinned to it."""
        ...
