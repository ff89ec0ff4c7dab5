"""A passage: one time of one person through one program, and what a decision does to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from jo.flow.state import UNDER_WAY, IntentState


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where a passage stands: all of it that a decision may change, and nothing of who it is about.

    Many people stand at one place, so it can be a key: equal ones stand for each other.
    """

    revision: int
    """The revision of the program's graph to which the passage is pinned."""
    anchor_at: datetime
    """The last outcome, else the entry."""
    step: str
    visit: int = 1
    """How often this passage has arrived at this step."""
    repeat: int = 0
    """The last occurrence for which an intent was created in this visit."""
    begun: bool = False
    """Whether the step was due already: `after`, `between` and `if` are not read again."""
    due_at: datetime | None = None
    """When to look again; None: only when something about the person changes."""
    why: str = ""
    visits: Mapping[str, int] = field(default_factory=dict, hash=False)
    """Step → arrivals, for the steps met so far."""
    taken: Mapping[str, int] = field(default_factory=dict, hash=False)
    """`step/edge` → times taken, for the edges that have a bound."""
    ended_at: datetime | None = None
    exit_reason: str | None = None

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One time of one person through one program."""

    id: int
    program: str
    identity: str
    """The identity value, such as the contact's key."""
    number: int
    """1 for the first passage of this identity."""
    contact: str
    row: str = ""
    """The key of the list's row behind it, where the list is over other rows."""
    entered_at: datetime
    stand: Stand

    @property
    def is_open(self) -> bool:
        return self.stand.is_open


def occurrence(visit: int, repeat: int) -> str:
    """Return the name of one mail of a step within its passage."""
    return f"{visit}.{repeat}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepIntent:
    """The intent of one occurrence, as far as its passage needs to know."""

    step: str
    occurrence: str
    state: IntentState
    outcome_at: datetime | None

    @property
    def is_held(self) -> bool:
        """Whether nobody knows if it was sent, and the person stays until somebody says so."""
        return self.state is IntentState.UNCERTAIN and self.outcome_at is None

    @property
    def is_under_way(self) -> bool:
        """Whether the person stays at the step because of it."""
        return self.state in UNDER_WAY or self.is_held


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A line of the passage's history: what happened at a step, and when it counts from."""

    at: datetime
    step: str
    what: str
    """A fixed word: `entered`, `skipped`, `took` or `ended`."""
    detail: str = ""
    """Why it was skipped or ended, or the edge that was taken."""


# What a decision does besides moving the passage. One small class per effect.


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateIntent:
    step: str
    occurrence: str
    at: datetime
    since: datetime
    """From when on it could have gone, had anybody looked: its life counts from there."""
    until: datetime | None = None
    """The end of the step's `between`: a mail that cannot go out before it is too late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawIntents:
    """End what is still pending of this passage."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTo:
    """Make the contact a candidate of another program."""

    program: str


Effect = CreateIntent | WithdrawIntents | OfferTo


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of a passage. It says nothing of who it is about."""

    stand: Stand
    notes: tuple[Note, ...] = ()
    """In the order in which it happened."""
    effects: tuple[Effect, ...] = ()
