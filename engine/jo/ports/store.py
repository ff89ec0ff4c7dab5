"""The port to jo's own memory: what was applied, who is where, what was sent.

All reading and writing happens inside a transaction: `Store.write` commits all of it or nothing, and holds
the lease it was opened with against the database first, so that a worker that lost its lease cannot write.
Instants go in and come out as aware UTC datetimes, exact to the microsecond. Everything that takes many
values takes them at once: a batch is one statement, not a loop.

The sections of a transaction (`specs`, `facts`, …) are views of the same transaction, one per concern.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from jo.flow.intent import AttemptEnd, Fixed, Intent, Settled, Suppression
from jo.flow.passage import Note, Passage, StepIntent
from jo.flow.state import IntentState, Why
from jo.ports.errors import WorldError
from jo.ports.warehouse import Fact, Member


class StoreError(WorldError):
    """The store cannot be read or written now: it is away, full, locked or damaged."""


class StoreVersionError(StoreError):
    """The store's tables belong to another version of jo."""


class LeaseLost(StoreError):
    """The lease of this writer is over; nothing of its transaction was written."""


class StaleGeneration(StoreError):
    """Another apply came first; nothing was written."""


# --- what was applied -------------------------------------------------------------------------------


class SpecState(StrEnum):
    LIVE = "live"
    RETIRED = "retired"
    """Gone from git: no new entries, people finish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An immutable compiled spec. Its id is unique within the store and never used again."""

    id: int
    address: str
    fingerprint: str
    document: Mapping[str, Any]
    """The canonical form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSpec:
    revision: Revision
    state: SpecState
    since: datetime
    """When the resource was first applied (again, after it was gone)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecChange:
    """What an apply does to one resource."""

    address: str
    state: SpecState | None
    """None deletes it from the live state; its revisions and history stay."""
    fingerprint: str = ""
    document: Mapping[str, Any] | None = None
    """None keeps the present revision."""
    step_keys: Mapping[str, str] = field(default_factory=dict)
    """For programs: step → internal key, for steps that have none yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The record of an apply."""

    generation: int
    at: datetime
    actor: str
    commit: str | None
    digest: str
    plan: Mapping[str, Any]
    """The plan as it was applied."""
    settings: Mapping[str, Any]
    """The project's own zone and variables at that time."""
    approvals: Sequence[str] = ()


class Specs(Protocol):
    def generation(self) -> int:
        """Return the number of applies so far; 0 for a fresh store."""
        ...

    def live(self) -> Sequence[LiveSpec]:
        """Return all that is live or retired, sorted by address."""
        ...

    def revisions(self, ids: Collection[int]) -> Mapping[int, Revision]: ...

    def commit(self, expected: int, changes: Sequence[SpecChange], deployment: Deployment) -> None:
        """Record an apply as generation `expected + 1`. Raises StaleGeneration when another came first."""
        ...

    def step_keys(self, program: str) -> Mapping[str, str]:
        """Return step → internal key, of all steps that the program ever had."""
        ...

    def history(self, limit: int) -> Sequence[Deployment]:
        """Return the latest deployments, newest first."""
        ...


# --- the outside world, as copied -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsDelta:
    """What a sync changed, as keys."""

    changed: Sequence[str]
    """New or different, sorted."""
    gone: Sequence[str]


class Facts(Protocol):
    def sync(self, source: str, rows: Iterable[Fact], as_of: datetime, *, whole: bool) -> FactsDelta:
        """Take over rows by difference. With `whole`, keys that are missing leave as gone."""
        ...

    def rows(self, source: str, keys: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
        """Return key → data; rows that are gone stay readable and are marked by the key `"gone": true`."""
        ...

    def as_of(self) -> Mapping[str, datetime]:
        """Return source → when the table behind the copy was written."""
        ...


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


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersDelta:
    entered: int
    left: int
    size: int


class Audiences(Protocol):
    """Membership of lists as intervals."""

    def snapshot(self, name: str) -> Snapshot | None: ...

    def sync(self, name: str, members: Iterable[Member], snapshot: Snapshot) -> MembersDelta:
        """Make `members` the present ones: open and close intervals at `snapshot.refreshed_at`."""
        ...

    def keep(self, name: str, snapshot: Snapshot) -> None:
        """Record a refresh that changed nobody, because a bound was broken."""
        ...

    def size(self, name: str) -> int: ...

    def is_member(self, name: str, keys: Collection[str]) -> frozenset[str]:
        """Return those of the contact keys that are behind a present member."""
        ...

    def contacts(self, names: Collection[str]) -> frozenset[str]:
        """Return the contact keys behind the present members of these lists."""
        ...

    def undecided(
        self, journey: str, occurrence: str, name: str, since: datetime, limit: int
    ) -> Sequence["Undecided"]:
        """Return present members without a decision that holds: none at all, or a passing one before `since`.

        Sorted by key.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    key: str
    contact: str | None
    member_since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateDecision:
    """What was decided about a candidate of a program (occurrence empty) or an outreach's occurrence."""

    journey: str
    occurrence: str
    key: str
    contact: str | None
    reason: str
    """Empty: entered, or an intent was created."""
    final: bool
    at: datetime


# --- people in programs -----------------------------------------------------------------------------


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
    engagement: Mapping[str, StepEngagement] = field(default_factory=dict)
    """By step."""
    happenings: Sequence[Happening] = ()
    """Events of its contact since entry, sorted by time."""


class Passages(Protocol):
    def past(self, program: str, identities: Collection[str]) -> Mapping[str, PastPassages]: ...

    def enter(self, passages: Sequence[Passage]) -> Sequence[Passage]:
        """Create passages; their ids are given here. One that exists already is left out of the answer."""
        ...

    def decide(self, decisions: Sequence[CandidateDecision]) -> None:
        """Record what was decided about candidates; a later decision about the same one replaces it."""
        ...

    def due(self, now: datetime, limit: int) -> Sequence[Passage]:
        """Return open passages due by now, sorted by due_at, then id."""
        ...

    def next_due(self) -> datetime | None: ...

    def load(self, ids: Collection[int]) -> Mapping[int, Passage]: ...

    def records(self, ids: Collection[int]) -> Mapping[int, PassageRecords]: ...

    def save(self, passages: Sequence[Passage]) -> None: ...

    def note(self, notes: Sequence[tuple[int, Note]]) -> None:
        """Add lines to the histories of passages."""
        ...

    def wake(
        self, at: datetime, *, contacts: Collection[str] | None = None, program: str | None = None
    ) -> int:
        """Make open passages due at `at` (or earlier, if they are). Returns how many."""
        ...

    def contacts(self) -> frozenset[str]:
        """Return the contact keys of open passages."""
        ...

    def pinned(self) -> Mapping[int, int]:
        """Return revision id → open passages that are pinned to it."""
        ...


# --- the send ledger --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedAttempt:
    """An attempt that may be under way."""

    id: int
    intent: int
    opened_at: datetime
    owner: str
    token: int


class Ledger(Protocol):
    def create(self, intents: Sequence[Intent]) -> Sequence[str]:
        """Create pending intents (their `id` is ignored). Returns the keys that were new, in order.

        A key that exists is left as it is: the database's unique key is what makes a send happen once.
        """
        ...

    def claimable(self, now: datetime, limit: int) -> Sequence[Intent]:
        """Return pending intents due by now, sorted by priority (high first), due_at, key."""
        ...

    def next_due(self) -> datetime | None:
        """Return when the next pending intent is due; None when none is pending."""
        ...

    def load(self, ids: Collection[int]) -> Mapping[int, Intent]: ...

    def open(
        self, intents: Sequence[tuple[int, Fixed]], at: datetime, lease: "Lease"
    ) -> Sequence[OpenedAttempt]:
        """Open one attempt for each intent; what the first attempt fixed is kept. One answer per intent."""
        ...

    def record(self, ends: Sequence[tuple[int, AttemptEnd, Settled]]) -> None:
        """Record ended attempts, by attempt id, and what they make of their intents."""
        ...

    def keep(self, holds: Sequence[tuple[int, Why, datetime, str]]) -> None:
        """Leave intents pending: id, why, when to look again, detail."""
        ...

    def end(self, ends: Sequence[tuple[int, IntentState, str]], at: datetime) -> None:
        """End pending intents without an attempt: id, state, detail."""
        ...

    def withdraw(self, passages: Collection[int], reason: str, at: datetime) -> int:
        """End what is pending of these passages. Returns how many."""
        ...

    def withdraw_journey(self, journey: str, reason: str, at: datetime) -> int: ...

    def abandoned(self, lease: "Lease") -> Sequence[tuple[OpenedAttempt, Intent]]:
        """Return open attempts that were opened under another token than this lease's."""
        ...

    def sent_since(
        self, address_keys: Collection[str], class_: str, since: datetime
    ) -> Mapping[str, Sequence[datetime]]:
        """Return address key → moments of mails of the class accepted, uncertain or open since, ascending."""
        ...

    def received(
        self, contacts: Collection[str], templates: Collection[str]
    ) -> Mapping[tuple[str, str], datetime]:
        """Return (contact, template) → when that template was last accepted for the contact."""
        ...

    def by_public_id(self, public: str) -> Intent | None:
        """Find the intent behind a token or Message-ID."""
        ...


class People(Protocol):
    """What people have said and done: suppression, events, engagement."""

    def suppress(self, items: Sequence[tuple[str, Suppression, str]]) -> int:
        """Record suppressions: address key, suppression, source (such as an intent's public id).

        Returns how many were new; one that exists keeps its first time.
        """
        ...

    def suppressions(self, address_keys: Collection[str]) -> Mapping[str, tuple[Suppression, ...]]: ...

    def event(
        self, source: str, id: str, name: str, happening: Happening, contact: str | None, received: datetime
    ) -> bool:
        """Record an event once per (source, id). Returns whether it was new."""
        ...

    def engage(self, public: str, what: str, link: str, at: datetime) -> bool:
        """Append a raw open or click of an intent's mail. Returns False when there is no such intent."""
        ...

    def unseen(self, limit: int) -> Sequence[tuple[int, str | None, int | None]]:
        """Return events and engagement that no passage was woken for: id, contact, passage; sorted by id."""
        ...

    def seen(self, ids: Sequence[int]) -> None: ...


# --- workers and operators --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    name: str
    owner: str
    token: int
    """Grows with every acquisition; every write carries it."""
    until: datetime


class Leases(Protocol):
    """Leases go by the database's clock, except where a virtual clock is in use: `now` is an argument."""

    def acquire(self, name: str, owner: str, now: datetime, seconds: float) -> Lease | None:
        """Return the lease, or None while another owner holds it."""
        ...

    def renew(self, lease: Lease, now: datetime, seconds: float) -> Lease:
        """Raises LeaseLost when it is no longer ours."""
        ...

    def release(self, lease: Lease) -> None: ...

    def holder(self, name: str) -> Lease | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A person's manual pause."""

    scope: str
    """`all`, or the address of a journey or template."""
    who: str
    why: str
    at: datetime
    until: datetime | None


class Operations(Protocol):
    def pause(self, override: Override) -> None: ...

    def resume(self, scope: str) -> bool: ...

    def overrides(self) -> Sequence[Override]: ...

    def remember(self, name: str, value: str) -> None:
        """Keep one small value of the daemon's own, such as the instant of its last tick."""
        ...

    def recall(self, name: str) -> str | None: ...


class Transaction(Protocol):
    @property
    def specs(self) -> Specs: ...
    @property
    def facts(self) -> Facts: ...
    @property
    def audiences(self) -> Audiences: ...
    @property
    def passages(self) -> Passages: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def people(self) -> People: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def operations(self) -> Operations: ...
    @property
    def reports(self) -> "Reports": ...


class Store(Protocol):
    def write(self, lease: Lease | None = None) -> AbstractContextManager[Transaction]:
        """Open the writing transaction; commits at the end, rolls back on any exception.

        Raises LeaseLost when the lease is not the newest of its name, StoreError for the world's trouble.
        """
        ...

    def read(self) -> AbstractContextManager[Transaction]:
        """Open a reading transaction: one consistent state."""
        ...

    def close(self) -> None: ...


# --- what status, why and the account read ----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentLine:
    """One intent for people to read, with its passage's program and the relay's last words."""

    intent: Intent
    last_code: int | None
    last_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageLine:
    passage: Passage
    notes: Sequence[Note]


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyCounts:
    """Counts of one journey: the parts add up to the targets."""

    journey: str
    refused: Mapping[str, int]
    """Reason → candidates that did not enter or get a mail."""
    inside: Mapping[str, int]
    """Step → people there now."""
    ended: Mapping[str, int]
    """Exit reason → people."""
    intents: Mapping[tuple[str, str], int]
    """(state, why or detail class) → intents; `why` is empty except for pending ones."""


class Reports(Protocol):
    def journeys(self, journey: str | None = None) -> Sequence[JourneyCounts]:
        """Return the counts of all journeys with any history, sorted by address."""
        ...

    def intents(
        self,
        *,
        journey: str | None = None,
        states: Collection[IntentState] = (),
        contact: str | None = None,
        limit: int = 1000,
    ) -> Sequence[IntentLine]:
        """Return intents sorted by outcome or due moment, then key."""
        ...

    def passages(
        self, *, program: str | None = None, contact: str | None = None, limit: int = 1000
    ) -> Sequence[PassageLine]:
        """Return passages sorted by entry, then id."""
        ...

    def decisions(
        self, *, journey: str | None = None, contact: str | None = None, limit: int = 1000
    ) -> Sequence[CandidateDecision]:
        """Return what was decided about candidates, sorted by journey, occurrence, key."""
        ...

    def contacts_at(self, address_key: str) -> Sequence[str]:
        """Return the contact keys that were ever written to or planned for at this address."""
        ...
