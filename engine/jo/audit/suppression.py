"""Nobody who has opted out is written to."""

from jo.audit.scope import Scope
from jo.ports.store.audit import Check
from jo.reports.audit import Found, Invariant

INVARIANT = Invariant(
    name="suppression",
    holds="no mail is tried after an opt-out from it",
    means="Somebody was written to who had said no.",
    advice="Pause the journey, look at the mail with `jo sends`, and report it.",
)

_WORDS = {"suppressed": "tried at {at}, with an opt-out known since {other}"}


def look(scope: Scope) -> Found:
    return scope.cases(Check.SUPPRESSION, scope.sizes.attempts, "attempt", _WORDS)
