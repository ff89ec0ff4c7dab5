"""What happened to one person, why it did, and what comes next: the answer of `jo why`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Sort(StrEnum):
    """What a line is about; views may show each in its own way."""

    PASSAGE = "passage"
    MAIL = "mail"
    UNSENT = "unsent"
    PERSON = "person"
    """Something that the person did: an event, a click, an opt-out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    at: datetime
    """In the person's zone, as all times here."""
    where: str
    """Journey and step, such as `program/onboarding#hello`; empty for what belongs to none."""
    what: str
    sort: Sort
    rank: int = 0
    """Orders what happened at one instant: steps in the order of their program, its end last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What the person waits for in one journey."""

    where: str
    what: str
    at: datetime | None
    """When it is looked at again; None: only when something about the person changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A journey that the person is not in, with why not."""

    where: str
    why: str
    at: datetime
    is_final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    contact: str
    address: str | None
    now: datetime
    zone: str
    is_gone: bool
    """Whether the source no longer has the contact."""
    lists: tuple[str, ...]
    """Of those that journeys use, the ones the person is in now."""
    optouts: Mapping[str, str]
    """Scope → cause of what must not be sent to the address."""
    happened: tuple[Happened, ...]
    """In the order of time."""
    next: tuple[Next, ...]
    refused: tuple[Refused, ...]
