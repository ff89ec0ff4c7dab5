"""What status, why and the account read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jo.flow.evidence import Ruling
from jo.flow.intent import Intent
from jo.flow.passage import Note, Passage
from jo.flow.state import IntentState
from jo.ports.store.audiences import CandidateDecision
from jo.ports.store.ledger import Said
from jo.ports.store.passages import Happening
from jo.ports.store.people import Engaged


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What somebody said about a mail of which nobody knew the end."""

    says: Ruling
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentLine:
    """One intent for people to read, with the relay's last words."""

    intent: Intent
    last_code: int | None
    last_text: str
    attempted_at: datetime | None = None
    """When its last attempt was opened; None before the first."""
    evidence: Sequence[Evidence] = ()
    """Oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageLine:
    passage: Passage
    notes: Sequence[Note]
    """Oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyCounts:
    """Counts of one journey. Every candidate is in `admitted` or under a reason in `refused`."""

    journey: str
    admitted: int
    """Candidates that entered or got an intent, by the last decision about each."""
    refused: Mapping[str, int]
    """Reason → candidates that did not enter or get a mail."""
    inside: Mapping[str, int]
    """Step → people there now."""
    ended: Mapping[str, int]
    """Exit reason → people."""
    intents: Mapping[tuple[str, str], int]
    """(state, why) → intents; `why` is empty except for pending ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many of one journey there are of a sort, and why."""

    journey: str
    sort: str
    """A step, or the state of an intent."""
    why: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """An open or a click of a mail."""

    template: str
    what: Engaged
    link: str
    at: datetime


class Reports(Protocol):
    def journeys(self, journey: str | None = None) -> Sequence[JourneyCounts]:
        """Return the counts of all journeys with any history, sorted by address."""
        ...

    def waiting(self, journey: str | None = None) -> Sequence[Tally]:
        """Return the people inside programs by step and what they wait for, sorted by journey, step, why."""
        ...

    def unsent(self, journey: str | None = None) -> Sequence[Tally]:
        """Return the intents that ended without a mail by state and reason, sorted by journey, state, reason.

        Those that a relay refused have its own words for a reason, and count together.
        """
        ...

    def intents(
        self,
        *,
        journey: str | None = None,
        states: Collection[IntentState] = (),
        contact: str | None = None,
        was_uncertain: bool = False,
        limit: int = 1000,
    ) -> Sequence[IntentLine]:
        """Return intents sorted by outcome, end or due moment, then key.

        With `was_uncertain`, those any of whose attempts is or was uncertain, whatever became of them since.
        """
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

    def happenings(self, contact: str, limit: int = 1000) -> Sequence[Happening]:
        """Return the contact's events, sorted by time."""
        ...

    def engagement(self, contact: str, limit: int = 1000) -> Sequence[Engagement]:
        """Return the opens and clicks of the contact's mails, sorted by time."""
        ...

    def contacts_at(self, address_key: str) -> Sequence[str]:
        """Return the contact keys that were ever written to or planned for at this address, sorted."""
        ...
