"""What evidence about an attempt makes of it and of its intent.

An attempt whose end nobody knew stays *uncertain* until something says what became of it: a reply that comes
after its worker was fenced off, a bounce, somebody who has read the relay's log. Evidence speaks about one
attempt. An intent is accepted as soon as one of its attempts is, and does not end as unsent while one of them
is uncertain. Evidence never moves what has ended for good, and an attempt that is open speaks for itself.

Two rulings are no evidence but orders of somebody who has waited long enough: to send again in spite of the
doubt, and to let the person go on in spite of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jo.flow.intent import Intent, Settled
from jo.flow.state import ATTEMPT_CHANGES, IN_DOUBT, UNSENT, AttemptState, IntentState, Why


class Ruling(StrEnum):
    """What somebody says about a mail of which nobody knew the end."""

    ACCEPTED = "accepted"
    """The relay has it."""
    NOT_SENT = "not sent"
    """The relay does not have it."""
    REJECTED = "rejected"
    """The relay, or the recipient's, refused it for good."""
    RESEND = "resend"
    """Nobody knows; send it once more."""
    CLOSE = "close"
    """Nobody knows; leave it so, and let the person go on."""


OF_REPLY = {
    AttemptState.ACCEPTED: Ruling.ACCEPTED,
    AttemptState.DEFERRED: Ruling.NOT_SENT,
    AttemptState.REJECTED: Ruling.REJECTED,
}
"""What a late reply says. One that is itself uncertain says nothing."""

_SAYS = {ruling: state for state, ruling in OF_REPLY.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An attempt that has ended."""

    id: int
    number: int
    state: AttemptState
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What evidence changes; None where it changes nothing."""

    attempt: AttemptState | None
    intent: Settled | None


def weigh(
    intent: Intent, tried: Tried, ruling: Ruling, at: datetime, text: str, *, is_in_doubt_besides: bool
) -> Weighed:
    """Say what a ruling about one attempt changes.

    `is_in_doubt_besides` says whether another attempt of the intent is uncertain.
    """
    attempt = _SAYS.get(ruling)
    is_over = intent.state in UNSENT and intent.state not in IN_DOUBT
    if attempt is not None and (is_over or attempt not in ATTEMPT_CHANGES[tried.state]):
        return Weighed(attempt=None, intent=None)
    if intent.state not in IN_DOUBT:
        return Weighed(attempt=attempt, intent=None)
    settled = None
    is_uncertain = intent.state is IntentState.UNCERTAIN
    is_last = intent.state is IntentState.PENDING and tried.number == intent.attempts
    known_since = intent.outcome_at or tried.ended_at
    match ruling:
        case Ruling.ACCEPTED:
            settled = _ended(IntentState.ACCEPTED, at, known_since, text)
        case Ruling.CLOSE if intent.outcome_at is None:
            settled = _ended(IntentState.UNCERTAIN, at, known_since, text)
        case Ruling.RESEND if is_uncertain:
            settled = _pending(intent, at, text)
        case Ruling.NOT_SENT if is_uncertain and not is_in_doubt_besides:
            settled = _pending(intent, at, text)
        case Ruling.REJECTED if (is_uncertain or is_last) and not is_in_doubt_besides:
            settled = _ended(IntentState.FAILED, at, known_since, text)
    return Weighed(attempt=attempt, intent=settled)


def beside(settled: Settled, others: Sequence[Tried]) -> Settled:
    """Say what an ended attempt makes of its intent beside what is known of its other attempts."""
    if settled.state is IntentState.ACCEPTED:
        return settled
    accepted = next((other for other in others if other.state is AttemptState.ACCEPTED), None)
    if accepted is not None:
        return settled._replace(state=IntentState.ACCEPTED, why=None, outcome_at=accepted.ended_at)
    doubtful = next((other for other in others if other.state is AttemptState.UNCERTAIN), None)
    if doubtful is not None and settled.state is IntentState.FAILED:
        return settled._replace(state=IntentState.UNCERTAIN, outcome_at=doubtful.ended_at)
    return settled


def _ended(state: IntentState, at: datetime, outcome_at: datetime, text: str) -> Settled:
    return Settled(state=state, why=None, due_at=at, outcome_at=outcome_at, detail=text)


def _pending(intent: Intent, at: datetime, text: str) -> Settled:
    due_at = min(at, intent.expires_at)
    return Settled(state=IntentState.PENDING, why=Why.RETRY, due_at=due_at, outcome_at=None, detail=text)
