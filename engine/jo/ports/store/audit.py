"""What an audit reads: the rows that break a rule, found where they are, and streams of rows in order.

Everything here reads large parts of the store, and holds little of it at once.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from jo.flow.state import IntentState
from jo.model.content import MailClass


class Check(StrEnum):
    """A rule whose breaches a query finds."""

    ATTEMPTS = "attempts"
    ACCEPTANCE = "acceptance"
    ORDER = "order"
    SUPPRESSION = "suppression"
    EXPIRY = "expiry"
    PAUSE = "pause"
    ENDING = "ending"
    INSIDE = "inside"
    IDENTITY = "identity"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A row that breaks a rule."""

    fault: str
    """Which way, by a word of the query."""
    journey: str
    step: str | None = None
    mail: str | None = None
    """Public id."""
    passage: int | None = None
    at: datetime | None = None
    other: datetime | None = None
    """The moment that `at` is held against."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    count: int
    first: Sequence[Case]


class Sizes(NamedTuple):
    intents: int
    attempts: int
    passages: int
    decisions: int


class MailSum(NamedTuple):
    journey: str
    state: IntentState
    why: str
    """What holds a pending one, or the reason of an unsent one."""
    mails: int


class Transition(NamedTuple):
    """Two lines of a passage's history, one after the other, and how often they stand so."""

    revision: int
    before: tuple[str, str, str] | None
    """Step, what, detail; None for the first line."""
    after: tuple[str, str, str]
    times: int
    passage: int
    """One of those passages."""


class TokenUse(NamedTuple):
    intent: int
    lease: str
    token: int


class Sent(NamedTuple):
    address_key: str
    mail: str
    at: datetime


class Planned(NamedTuple):
    key: str
    mail: str


class Ledgered(NamedTuple):
    mail: str
    state: IntentState
    attempts: int


class Audit(Protocol):
    def sizes(self) -> Sizes: ...

    def cases(self, check: Check, limit: int) -> Cases:
        """Return how many rows break a rule, and the first of them."""
        ...

    def sums(self) -> Sequence[MailSum]:
        """Count all mails one by one."""
        ...

    def targets(self) -> Mapping[str, int]:
        """Return outreach → how many candidates were to get a mail of it, by the decisions about them."""
        ...

    def transitions(self) -> Sequence[Transition]:
        """Return each kind of two lines that follow each other in a passage's history."""
        ...

    def token_uses(self) -> Iterator[TokenUse]:
        """Return under which token each attempt was opened, in the order in which they were opened."""
        ...

    def sent(self, class_: MailClass) -> Iterator[Sent]:
        """Return the mails of a class that went out or may have, sorted by address."""
        ...

    def told_by_journals(self) -> Set[str]:
        """Return the mails of which an attempt is known from a journal alone."""
        ...

    def doubtful(self) -> Set[str]:
        """Return the mails of which an attempt is or was uncertain."""
        ...

    def known(self) -> Set[str]:
        """Return the mails that a journal knows, as taken or possibly taken, and that are not settled yet."""
        ...

    def planned(self) -> Iterator[Planned]:
        """Return key and public id of every mail."""
        ...

    def ledgered(self) -> Iterator[Ledgered]:
        """Return every mail."""
        ...
