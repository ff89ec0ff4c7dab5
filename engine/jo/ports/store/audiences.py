"""Who is in a list and since when, and what was decided about each candidate."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from jo.ports.warehouse import Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What is known of a list's last refresh."""

    refreshed_at: datetime
    as_of: datetime
    size: int
    generation: int
    """The generation whose spec it was computed with."""
    kept_because: str | None = None
    """The broken bound for which the members before were kept."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Reason → rows that the list left out, such as `not distinct`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersDelta:
    entered: int
    left: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    key: str
    contact: str | None
    member_since: datetime
    last_reason: str | None = None
    """Why they were refused the last time; None when nothing was decided yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndecidedPage:
    """Some of those who are undecided; perhaps nobody, and yet not the last page."""

    found: Sequence[Undecided]
    """Sorted by key."""
    end: str | None
    """The key behind which the next page begins; None: there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateDecision:
    """What was decided about a candidate of a program (occurrence empty) or an outreach's occurrence."""

    journey: str
    occurrence: str
    key: str
    """The member's key in the list."""
    contact: str | None
    reason: str
    """Empty: entered, or an intent was created."""
    final: bool
    at: datetime


class Audiences(Protocol):
    """Membership of lists as intervals, and the decisions that follow from it."""

    def snapshot(self, name: str) -> Snapshot | None: ...

    def difference(self, name: str, members: Iterable[Member]) -> int:
        """Return how many would enter or leave if these were the members; changes nothing."""
        ...

    def sync(self, name: str, members: Iterable[Member], snapshot: Snapshot) -> MembersDelta:
        """Make `members` (each key once) the present ones as of `snapshot.refreshed_at`.

        A member behind whom stands another contact than before leaves and enters. `snapshot.size` is what
        the caller counted; it is kept as given.
        """
        ...

    def keep(self, name: str, snapshot: Snapshot) -> None:
        """Record a refresh that changed nobody, because a bound was broken."""
        ...

    def size(self, name: str) -> int: ...

    def present(self, name: str, contacts: Collection[str]) -> frozenset[str]:
        """Return those of the contact keys that are behind a present member."""
        ...

    def keys(self, names: Collection[str]) -> frozenset[str]:
        """Return the keys of the present members of these lists."""
        ...

    def contacts(self, names: Collection[str]) -> frozenset[str]:
        """Return the contact keys behind the present members of these lists."""
        ...

    def undecided(
        self, journey: str, occurrence: str, name: str, since: datetime, limit: int, after: str = ""
    ) -> UndecidedPage:
        """Return present members without a decision that holds: none at all, or a passing one before `since`.

        At most `limit`, beginning behind the key `after`. No page looks through more than some members, so
        that no transaction is long where a long list has nobody left.
        """
        ...

    def decide(self, decisions: Sequence[CandidateDecision]) -> None:
        """Record what was decided about candidates; a later decision about the same one replaces it."""
        ...
