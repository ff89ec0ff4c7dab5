"""Programs: a graph of steps over an audience."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from jo.conditions.condition import Condition
from jo.conditions.types import Field
from jo.model.address import Address, Kind
from jo.model.step import Step
from jo.timing.durations import Duration


class Existing(StrEnum):
    """What the first apply does with those who are in the list already."""

    SKIP = "skip"
    ENTER = "enter"


class Reentry(StrEnum):
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReentryAfter:
    after: Duration
    """Counted from the end of the last passage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    identity: tuple[str, ...] = ()
    """Stable fields, and keys of the entering event, that make one passage; `contact` is its key.

    Empty: the contact, or the row's key when the list is over other rows.
    """
    reentry: Reentry | ReentryAfter = Reentry.NEVER
    existing: Existing


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdout:
    percent: int
    by: str = "contact"
    """The field whose value is hashed: all contacts of a held-out company stay out with `company`."""
    group: str | None = None
    """Programs of one group hold out the same people; None: the program's own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAudience:
    event: str
    contacts: str | None = None


class OnUnreachable(StrEnum):
    """What becomes of a person who is suppressed in mid-passage."""

    CONTINUE = "continue"
    EXIT = "exit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    kind: ClassVar[Kind] = Kind.PROGRAM

    name: str
    description: str = ""
    audience: str | EventAudience
    """A power list, or an event."""
    entry: Entry
    holdout: Holdout | None = None
    fields: Mapping[str, Field]
    """The participant's own fields."""
    exit_when: Mapping[str, Condition]
    """By exit reason, in order; the first true one is the reason."""
    send_window: str | None = None
    recheck: bool = False
    on_unreachable: OnUnreachable = OnUnreachable.CONTINUE
    priority: int = 0
    spacing: Duration | None = None
    """Least time between two of this program's mails to one person."""
    steps: Mapping[str, Step]
    """In the order of the file; the first is where people enter."""

    @property
    def address(self) -> Address:
        return Address(self.kind, self.name)

    @property
    def first(self) -> str:
        return next(iter(self.steps))
