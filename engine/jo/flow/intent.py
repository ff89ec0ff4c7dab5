"""An intent: the planned mail of one identity, and everything decided about it before and after an attempt.

The key is the identity: program, identity value, passage, step key and occurrence, or outreach, occurrence
and address. It never holds a version or the clock, so nothing that changes can make a second mail of it.
The content floats until the first attempt; that one fixes template revision, version, facts and date, and
from then on the bytes are the same for every attempt.

What is made anew for each mail is a tuple, here and along its way: a frozen dataclass takes more than twice
the time to make, and sets its fields by calls.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from jo.flow.state import AttemptState, IntentState, Why
from jo.model.content import MailClass, OnUncertain


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """What the first attempt fixed; with the key, all that the bytes depend on."""

    revisions: Mapping[str, int]
    """Those of `template`, `sender`, `settings` and, where there is one, `topic`."""
    version: str
    language: str | None
    """The person's, as the source has it."""
    facts: Mapping[str, Any]
    """Plain data by namespace: what a mail of these revisions reads, and no more of the person."""
    at: datetime
    """The date that stands in the mail."""


class Intent(NamedTuple):
    """A tuple in the order of the ledger's row, because it is made of nothing else, for each mail."""

    id: int
    key: str
    journey: str
    """Address of the program or outreach."""
    passage: int | None
    step: str | None
    occurrence: str
    contact: str
    address: str
    """Fixed when the intent was created."""
    template: str
    class_: MailClass
    topic: str | None
    state: IntentState
    why: Why | None
    """What holds it while it is pending."""
    detail: str
    """For people: the exit that withdrew it, the relay's words, the scope that suppressed it."""
    priority: int
    created_at: datetime
    due_at: datetime
    expires_at: datetime
    attempts: int = 0
    fixed: Fixed | None = None
    outcome_at: datetime | None = None
    ended_at: datetime | None = None


OUTREACH_RETIRED = "the outreach was retired"
"""Why mails of an outreach are withdrawn that is no longer in git."""


@lru_cache(4096)  # asked several times for each mail, from its building to its end
def public_id(key: str) -> str:
    """Return the name of an intent outside: in Message-ID and links. It tells nothing about the person."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def program_key(program: str, identity: str, passage: int, step_key: str, occurrence: str) -> str:
    return _joined("p", program, identity, passage, step_key, occurrence)


def outreach_key(outreach: str, occurrence: str, address_key: str) -> str:
    return _joined("o", outreach, occurrence, address_key)


def _joined(*parts: str | int) -> str:
    """Return one text for the parts, different for different parts whatever they hold."""
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


class Scope(StrEnum):
    """How far a suppression reaches. A topic's suppression has the scope `topic:NAME`."""

    ALL = "all"
    MARKETING = "marketing"


TOPIC_PREFIX = "topic:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """An address that must not be written to, within a scope."""

    scope: str
    """`all`, `marketing` or `topic:NAME`."""
    cause: str
    """`unsubscribe`, `bounce`, `complaint`, `import` or `operator`."""
    at: datetime


def suppressed_by(class_: MailClass, topic: str | None, found: tuple[Suppression, ...]) -> Suppression | None:
    """Return the suppression that forbids a mail of this class and topic, the widest first.

    Transactional mail skips opt-outs of marketing and topics, never the scope `all`. Internal mail goes to
    colleagues: it has no opt-out, and is held only by `all` as well.
    """
    scopes = {item.scope: item for item in found}
    if Scope.ALL in scopes:
        return scopes[Scope.ALL]
    if class_ is not MailClass.MARKETING:
        return None
    return scopes.get(Scope.MARKETING) or (scopes.get(TOPIC_PREFIX + topic) if topic else None)


class Standing(NamedTuple):
    """All that bears on whether a pending intent may open an attempt now, read in the same transaction."""

    suppressions: tuple[Suppression, ...] = ()
    refuses_marketing: bool = False
    """The source says that the person does not consent to marketing mail."""
    paused: str | None = None
    """The scope of the pause that covers it, such as `program/onboarding`."""
    paused_until: datetime | None = None
    """When that pause runs out; None: when somebody lifts it."""
    withdrawn: str | None = None
    """The exit that is true for the passage now, or why the passage is over."""
    skipped: bool = False
    """Whether the step's `if` is false now."""
    window_opens: datetime | None = None
    """The next allowed moment; None when no window ever opens again."""
    cap_frees: datetime | None = None
    """When the cap leaves room again; None: it has room."""
    stale: bool = False
    """Whether the person's facts are older than their source allows."""
    links_dead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAttempt:
    """The intent may go out now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """The intent stays pending; look again at `until`."""

    why: Why
    until: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The intent ends without an attempt."""

    state: IntentState
    detail: str


AttemptDecision = OpenAttempt | Keep | End

RECHECK = timedelta(minutes=1)
"""How soon a mail is looked at again that dead links hold: nobody says when they are alive again."""


def decide_attempt(intent: Intent, standing: Standing, now: datetime) -> AttemptDecision:
    """Say whether an attempt may open. What ends an intent is read before what only holds it.

    A hold without an end of its own lasts until the intent expires: whoever lifts a pause, brings newer facts
    or changes a window has the intents looked at again.
    """
    if now >= intent.expires_at:
        return End(state=IntentState.EXPIRED, detail=f"held by {intent.why}" if intent.why else "")
    if standing.withdrawn is not None:
        return End(state=IntentState.WITHDRAWN, detail=standing.withdrawn)
    found = suppressed_by(intent.class_, intent.topic, standing.suppressions)
    if found is not None:
        return End(state=IntentState.SUPPRESSED, detail=f"{found.scope} ({found.cause})")
    if intent.class_ is MailClass.MARKETING and standing.refuses_marketing:
        return End(state=IntentState.SUPPRESSED, detail="no consent to marketing")
    if standing.skipped:
        return End(state=IntentState.SKIPPED, detail="its condition is false")
    if standing.paused is not None:
        until = min(standing.paused_until or intent.expires_at, intent.expires_at)
        return Keep(why=Why.PAUSE, until=until, detail=standing.paused)
    if standing.window_opens is None:
        return Keep(why=Why.WINDOW, until=intent.expires_at, detail="no window opens before it expires")
    if standing.window_opens > now:
        return Keep(why=Why.WINDOW, until=min(standing.window_opens, intent.expires_at))
    if standing.stale:
        return Keep(why=Why.STALE_FACTS, until=intent.expires_at)
    if standing.links_dead:
        return Keep(why=Why.DEAD_LINKS, until=now + RECHECK)
    if standing.cap_frees is not None:
        return Keep(why=Why.CAP, until=min(standing.cap_frees, intent.expires_at))
    return OpenAttempt()


ON_UNCERTAIN = {
    MailClass.MARKETING: OnUncertain.ASSUME_SENT,
    MailClass.TRANSACTIONAL: OnUncertain.RESEND,
    MailClass.INTERNAL: OnUncertain.RESEND,
}
"""What becomes of an uncertain mail whose template does not say it. A lost newsletter does less harm than a
doubled one; of a receipt, and of a note to a colleague, the opposite is true."""

DEFAULT_EXPIRY = timedelta(days=3)
"""How long a mail may stay pending when neither step, outreach nor template says so."""

RELAY_RETRY = timedelta(minutes=1)
"""How long a mail waits of which the relay could not say anything."""
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=4)


class AttemptEnd(NamedTuple):
    """What is known of an attempt that is over."""

    state: AttemptState
    stage: str
    """Where in the dialog it was decided, as the mailer names it."""
    code: int | None
    text: str
    at: datetime
    is_about_message: bool = True
    """False when the relay could not be reached, or left before it looked at the message."""


class Settled(NamedTuple):
    """The intent's state after an attempt."""

    state: IntentState
    why: Why | None
    due_at: datetime
    outcome_at: datetime | None
    """None for an uncertain one: the person stays until somebody says what became of it."""
    detail: str


def settle(intent: Intent, end: AttemptEnd, on_uncertain: OnUncertain | None = None) -> Settled:
    """Say what an ended attempt makes of its intent. `intent.attempts` counts the attempt that ended;
    `on_uncertain` is what the template says.
    """
    match end.state:
        case AttemptState.ACCEPTED:
            return _settled(IntentState.ACCEPTED, end)
        case AttemptState.REJECTED:
            return _settled(IntentState.FAILED, end)
        case AttemptState.DEFERRED:
            return _again(intent, end, end.text)
        case AttemptState.UNCERTAIN:
            match on_uncertain or ON_UNCERTAIN[intent.class_]:
                case OnUncertain.RESEND:
                    return _again(intent, end, f"uncertain: {end.text}")
                case OnUncertain.ASSUME_SENT:
                    return _settled(IntentState.UNCERTAIN, end)
                case OnUncertain.HOLD:
                    return _settled(IntentState.UNCERTAIN, end)._replace(outcome_at=None)
        case AttemptState.OPEN:
            raise ValueError("an attempt that is open has not ended")


def _settled(state: IntentState, end: AttemptEnd) -> Settled:
    return Settled(state=state, why=None, due_at=end.at, outcome_at=end.at, detail=end.text)


def _again(intent: Intent, end: AttemptEnd, detail: str) -> Settled:
    """Let an intent be tried again after a while."""
    wait = backoff(intent.attempts) if end.is_about_message else RELAY_RETRY
    due_at = min(end.at + wait, intent.expires_at)
    return Settled(state=IntentState.PENDING, why=Why.RETRY, due_at=due_at, outcome_at=None, detail=detail)


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts: doubling from 5 minutes to 4 hours."""
    doublings = min(attempts - 1, 10)
    return min(FIRST_RETRY * (1 << doublings), LONGEST_RETRY)
