"""The states of intents and attempts, and which changes between them are legal, as tables.

An intent is the planned mail of one identity. It is pending while something holds it, open while an
attempt is under way, and then ends. An attempt that nobody knows the end of makes its intent uncertain, or
pending for another attempt with the same bytes. Evidence may come later: a reply that a fenced worker brings,
a bounce, somebody who has read the relay's log. Until then the intent is *in doubt*, and never ends as
unsent: what would have ended a pending one so makes it uncertain.
"""

from enum import StrEnum


class IntentState(StrEnum):
    PENDING = "pending"
    OPEN = "open"
    ACCEPTED = "accepted"
    SKIPPED = "skipped"
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    CARRIED = "carried"
    UNCERTAIN = "uncertain"


class Why(StrEnum):
    """What holds a pending intent."""

    DUE = "due"
    """Nothing: it goes out with the next round that has room."""
    WINDOW = "window"
    CAP = "cap"
    PAUSE = "pause"
    RATE = "rate"
    RETRY = "retry"
    STALE_FACTS = "stale-facts"
    CANARY = "canary"
    """Others of its outreach go first, so that it can still be stopped."""
    DEAD_LINKS = "dead-links"
    """The address that links in mails lead to does not answer."""
    HOLD = "hold"


class AttemptState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    UNCERTAIN = "uncertain"


INTENT_CHANGES: dict[IntentState, frozenset[IntentState]] = {
    IntentState.PENDING: frozenset(
        {
            IntentState.OPEN,
            IntentState.SKIPPED,
            IntentState.SUPPRESSED,
            IntentState.EXPIRED,
            IntentState.WITHDRAWN,
            IntentState.QUARANTINED,
            IntentState.CARRIED,
            IntentState.ACCEPTED,
            IntentState.FAILED,
            IntentState.UNCERTAIN,
        }
    ),
    IntentState.OPEN: frozenset(
        {IntentState.ACCEPTED, IntentState.PENDING, IntentState.FAILED, IntentState.UNCERTAIN}
    ),
    IntentState.UNCERTAIN: frozenset({IntentState.ACCEPTED, IntentState.PENDING, IntentState.FAILED}),
    IntentState.QUARANTINED: frozenset(
        {IntentState.PENDING, IntentState.WITHDRAWN, IntentState.ACCEPTED, IntentState.UNCERTAIN}
    ),
    IntentState.ACCEPTED: frozenset(),
    IntentState.SKIPPED: frozenset(),
    IntentState.SUPPRESSED: frozenset(),
    IntentState.EXPIRED: frozenset(),
    IntentState.WITHDRAWN: frozenset(),
    IntentState.FAILED: frozenset(),
    IntentState.CARRIED: frozenset(),
}
"""From each state, where an intent may go. A state without a way out is final. From pending and quarantined
to accepted, failed or uncertain leads only what became of an earlier attempt that was uncertain."""

ATTEMPT_CHANGES: dict[AttemptState, frozenset[AttemptState]] = {
    AttemptState.OPEN: frozenset(
        {
            AttemptState.ACCEPTED,
            AttemptState.DEFERRED,
            AttemptState.REJECTED,
            AttemptState.UNCERTAIN,
        }
    ),
    AttemptState.UNCERTAIN: frozenset({AttemptState.ACCEPTED, AttemptState.DEFERRED, AttemptState.REJECTED}),
    AttemptState.ACCEPTED: frozenset(),
    AttemptState.DEFERRED: frozenset({AttemptState.ACCEPTED}),
    AttemptState.REJECTED: frozenset(),
}
"""A deferred attempt becomes accepted when somebody said that the relay has not got the mail, and it has."""

IN_DOUBT = frozenset({IntentState.PENDING, IntentState.QUARANTINED, IntentState.UNCERTAIN})
"""States of intents that evidence about an earlier attempt may still change."""

UNSENT = frozenset(
    {
        IntentState.SKIPPED,
        IntentState.SUPPRESSED,
        IntentState.EXPIRED,
        IntentState.WITHDRAWN,
        IntentState.FAILED,
        IntentState.QUARANTINED,
    }
)
"""States of mails that certainly did not reach anybody; a quarantined one may still be mended."""

UNDER_WAY = frozenset({IntentState.PENDING, IntentState.OPEN, IntentState.QUARANTINED})
"""States in which nobody leaves the email step. A quarantined mail may still be mended, until it expires."""


def may_become(old: IntentState, new: IntentState) -> bool:
    return new in INTENT_CHANGES[old]
