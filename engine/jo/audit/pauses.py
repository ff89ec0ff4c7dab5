"""A pause holds."""

from jo.audit.scope import Scope
from jo.ports.store.audit import Check
from jo.reports.audit import Found, Invariant

INVARIANT = Invariant(
    name="pauses",
    holds="no mail is tried during a pause",
    means="Mail went out that somebody had held by hand.",
    advice="Look at `jo pause` and at the mail with `jo sends`, and report it.",
)

_WORDS = {"paused": "tried at {at}, paused since {other}"}


def look(scope: Scope) -> Found:
    return scope.cases(Check.PAUSE, scope.work.operations.paused(), "pause", _WORDS)
