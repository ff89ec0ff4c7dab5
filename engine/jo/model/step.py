"""What a step is: its edges, and a decision about one person as a value.

A step type is a frozen dataclass below `jo.steps`. It says where people can go next (`edges`) and, when a
person has arrived and the step is due, what is to happen (`decide`). What all steps share (`after`,
`between`, `if`) is decided once in `jo.flow` before the step is asked. A step decides on the `View` alone:
it neither reads a clock nor a database.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol, Self

from jo.conditions.condition import Condition
from jo.conditions.instant_tree import TimeExpr
from jo.model.address import Address, Kind
from jo.model.cursor import Cursor
from jo.timing.durations import Duration

COMPLETED = "completed"
"""The exit reason behind the target `end`."""


@dataclass(frozen=True, slots=True)
class Goto:
    """An edge's target: the step of that name."""

    step: str

    def __str__(self) -> str:
        return self.step


@dataclass(frozen=True, slots=True)
class Leave:
    """An edge's target: the program ends for this person, with a reason."""

    reason: str = COMPLETED

    def __str__(self) -> str:
        return "end" if self.reason == COMPLETED else f"exit: {self.reason}"


Target = Goto | Leave

SKIPPED = "skipped"
"""What a drawing says of the edge of those who only skip a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded:
    """A target that may be taken `times` times in one passage; after that, `then`."""

    next: Target
    times: int
    then: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A way out of a step, by a name that is unique within it: `next`, `met`, `when.0`, `share.a`, …"""

    name: str
    target: Target
    times: int | None = None
    """How often it may be taken in one passage; None is no bound."""
    then: Target | None = None
    """Where it leads once `times` is used up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """A window of moments, `[start, end)`, for one person."""

    start: TimeExpr
    end: TimeExpr


class IntentEnd(StrEnum):
    """How an intent ended, as far as a step needs to know."""

    OUTCOME = "outcome"
    """Accepted, failed or uncertain: `after` counts from its moment."""
    NONE = "none"
    """Skipped, suppressed, expired, withdrawn: no outcome, the person moves on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentSeen:
    """The intent of the present occurrence, as a step sees it."""

    ended: IntentEnd | None
    """None while it is pending or open."""
    at: datetime | None
    """The moment of the outcome; None when there is none."""
    is_held: bool = False
    """Whether it is uncertain and waits for somebody who knows."""


class View(Protocol):
    """All that a step may know about one person at one instant."""

    @property
    def now(self) -> datetime: ...
    @property
    def anchor(self) -> datetime:
        """The last outcome, else the entry: what durations count from."""
        ...

    @property
    def repeat(self) -> int:
        """The number of the present occurrence within this visit, from 1."""
        ...

    def after(self, start: datetime, duration: Duration) -> datetime:
        """Return the moment `duration` after `start` in the person's zone and calendar."""
        ...

    def holds(self, condition: Condition) -> bool:
        """Read a condition; unknown is false."""
        ...

    def time(self, expr: TimeExpr) -> datetime | None:
        """Return the moment, or None while one of its fields is NULL."""
        ...

    def intent(self, repeat: int) -> IntentSeen | None:
        """Return the intent of that occurrence of this visit, or None when there is none."""
        ...

    def event(self, name: str, condition: Condition | None) -> datetime | None:
        """Return when a fitting event of this passage happened first, or None."""
        ...

    def draw(self, weights: Mapping[str, int]) -> str:
        """Return one of the names at random, by weight; always the same for this person at this step."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Stay; look again at `until`, or only when something about the person changes."""

    until: datetime | None
    why: str
    """A few words for `jo why`, such as `waits 3 days`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Create the intent of the occurrence `repeat` and stay until it has ended."""

    repeat: int
    due: datetime | None = None
    """When it was due; None: with the step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """Leave by an edge; `outcome` is the moment that later durations count from, None for no outcome."""

    edge: str
    outcome: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enroll:
    """Enroll the person in another program, then go on by `next`."""

    program: str


Verdict = Hold | Send | Take | Enroll


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The part that all step types share. Subclasses name their own key in `type`.

    Type checkers see to the abstract methods. `ABC` would, too, and make each `isinstance` of another type
    three times as dear, which the checks ask of all steps.
    """

    type: ClassVar[str]
    """The key that makes a map this type of step, such as `email`."""
    sends: ClassVar[bool] = False
    """Whether it writes to the participant, so that `sent`, `opened` and `clicked` may name it."""

    description: str = ""
    after: Duration | None = None
    between: Between | None = None
    if_: Condition | None = None
    next: Target = Leave()
    """Where people go on, and where they go who skip the step. Types with edges of their own keep it at
    the end of the program unless the step can be skipped, so that it never says anything unused."""

    @classmethod
    @abstractmethod
    def lower(cls, cursor: Cursor, following: Target) -> Self:
        """Read a step that its schema has accepted; `following` is where it goes without `next`."""

    @abstractmethod
    def decide(self, view: View) -> Verdict:
        """Say what happens to a person for whom this step is due. Total and deterministic."""

    @property
    def can_be_skipped(self) -> bool:
        return self.if_ is not None or self.between is not None

    def edges(self) -> tuple[Edge, ...]:
        """Return the ways out, `next` last and only where somebody can take it."""
        return (Edge(name="next", target=self.next),)

    def skipping(self) -> tuple[Edge, ...]:
        """Return the edge of those who skip the step, for types that nobody else leaves by `next`."""
        return (Edge(name="next", target=self.next),) if self.can_be_skipped else ()

    def label(self, edge: str) -> str:
        """Return a few words on an edge for drawings: a condition, `after 5 days`, a share; often none.

        Of the edge of those who skip the step, `SKIPPED`.
        """
        return SKIPPED if edge == "next" and self.edges()[0].name != "next" else ""

    def conditions(self) -> Sequence[tuple[tuple[str | int, ...], Condition]]:
        """Return this step's conditions, each with its key path within the step."""
        return [(("if",), self.if_)] if self.if_ is not None else []

    def times(self) -> Sequence[tuple[tuple[str | int, ...], TimeExpr]]:
        """Return this step's time expressions, each with its key path within the step."""
        if self.between is None:
            return []
        return [(("between", 0), self.between.start), (("between", 1), self.between.end)]

    def references(self) -> Sequence[tuple[tuple[str | int, ...], Address]]:
        """Return the resources this step names outside its conditions, each with its key path."""
        return []

    def templates(self) -> tuple[str, ...]:
        return tuple(address.name for _, address in self.references() if address.kind is Kind.TEMPLATE)

    def passes_time(self) -> bool:
        """Tell whether a circle through this step takes time, so that it cannot spin."""
        return self.after is not None and self.after.count > 0
