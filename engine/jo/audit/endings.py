"""Whoever has left a program gets nothing more of it."""

from jo.audit.scope import Scope
from jo.ports.store.audit import Check
from jo.reports.audit import Found, Invariant

INVARIANT = Invariant(
    name="endings",
    holds="no mail is planned, tried or left for people who have left",
    means="People who have left a program get its mails, or would.",
    advice="Withdraw what waits with `jo sends withdraw`, and report it.",
)

_WORDS = {
    "planned-after": "planned at {at}, after the passage had ended at {other}",
    "tried-after": "tried at {at}, after the passage had ended at {other}",
    "left-waiting": "still waits, and the passage ended at {at}",
}


def look(scope: Scope) -> Found:
    return scope.cases(Check.ENDING, scope.sizes.passages, "passage", _WORDS)
