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
    pauses = scope.work.operations.overrides()
    remark = "pauses that were lifted are not kept" if pauses else "there is no pause now"
    found = scope.cases(Check.PAUSE, len(pauses), "pauses", _WORDS)
    return Found(
        checked=found.checked,
        noun=found.noun,
        count=found.count,
        violations=found.violations,
        remark=remark,
    )
