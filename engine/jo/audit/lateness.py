"""No mail goes out when its life is over."""

from jo.audit.scope import Scope
from jo.ports.store.audit import Check
from jo.reports.audit import Found, Invariant

INVARIANT = Invariant(
    name="lateness",
    holds="no mail is tried after its life",
    means="Somebody got a mail that was too old to be sent.",
    advice="Look whether the clock was set back after it had been ahead; if not, report it.",
)

_WORDS = {"expired": "tried at {at}, expired at {other}"}


def look(scope: Scope) -> Found:
    return scope.cases(Check.EXPIRY, scope.sizes.attempts, "attempt", _WORDS)
