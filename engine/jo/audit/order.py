"""Nothing happens before what it follows from."""

from jo.audit.scope import Scope
from jo.ports.store.audit import Check
from jo.reports.audit import Found, Invariant

INVARIANT = Invariant(
    name="order",
    holds="no mail is tried early, and nothing ends before it began",
    means="Moments in the ledger are in the wrong order. Most often a clock was set back while jo ran.",
    advice="Compare the clocks of all machines that run jo, and let NTP keep them.",
)

_WORDS = {
    "early": "tried at {at}, before it was planned at {other}",
    "ended-first": "an attempt of it ended at {at}, before it was opened at {other}",
    "overlap": "tried again at {at}, before the attempt before had ended at {other}",
    "outcome-first": "its outcome is of {at}, before its first attempt at {other}",
    "before-entry": "planned at {at}, before the person entered at {other}",
    "left-first": "ended at {at}, before it began at {other}",
}


def look(scope: Scope) -> Found:
    return scope.cases(Check.ORDER, scope.sizes.attempts, "attempt", _WORDS)
