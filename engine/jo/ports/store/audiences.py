"""Who is in a list and since when, and what was decided about each candidate."""

from collections.abc import Collection, Mapping, Sequence
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
    number: int
    """Grows with each snapshot but those that kept the members of before. What a membership begins and ends
    with is such a number: it holds for whoever reads from the moment when the list has that number."""


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

    def members(self, name: str, after: str, limit: int) -> Sequence[Member]:
        """Return present members behind the key `after`, in the database's order, and with them those who
        enter with the next snapshot, without those who leave with it.
        """
        ...

    def leave(self, name: str, number: int, keys: Collection[str], at: datetime) -> None:
        """End memberships with the list's snapshot of that number, the next one; not seen before its mark."""
        ...

    def enter(self, name: str, number: int, members: Sequence[Member], at: datetime) -> None:
        """Begin memberships with the list's snapshot of that number, the next one; not seen before its mark.

        Each key once, and none whose membership has not ended.
        """
        ...

    def mark(self, name: str, snapshot: Snapshot) -> None:
        """Make a snapshot the list's newest: from now on it has that number, and those are its members."""
        ...

    def take_back(self, before: int | None, limit: int) -> int | None:
        """Undo what memberships began and ended behind the numbers of their lists, newest first.

        Looks at `limit` of them, older than the one that a former call has returned, and returns how far it
        has come; None at the end.
        """
        ...

    def present(self, name: str, contacts: Collection[str]) -> frozenset[str]:
        """Return those of the contact keys that are behind a present member."""
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
