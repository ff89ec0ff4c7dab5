"""What was accepted is not tried again."""

from jo.audit.scope import Scope
from jo.ports.store.audit import Check
from jo.reports.audit import Found, Invariant

INVARIANT = Invariant(
    name="acceptance",
    holds="no mail is tried again after it was accepted",
    means="Somebody got the same mail twice.",
    advice="Look with `jo sends --contact` who it was, and report it: the ledger is there to prevent this.",
)

_WORDS = {"tried-again": "tried again at {at}, and accepted since {other}"}


def look(scope: Scope) -> Found:
    return scope.cases(Check.ACCEPTANCE, scope.sizes.attempts, "attempt", _WORDS)
