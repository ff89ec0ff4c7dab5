"""Nobody is in a program twice."""

from jo.audit.scope import Scope
from jo.ports.store.audit import Check
from jo.reports.audit import Found, Invariant

INVARIANT = Invariant(
    name="passages",
    holds="nobody is in a program twice",
    means="Somebody goes through a program twice at the same time, and gets each mail twice.",
    advice="Stop `jo run` and run `jo store check`: an index of the database is damaged or missing.",
)

_WORDS = {
    "inside-twice": "inside since {at}, and so is another passage of the same identity",
    "same-number": "another passage of the same identity has the same number",
}


def look(scope: Scope) -> Found:
    return scope.cases(Check.INSIDE, scope.sizes.passages, "passage", _WORDS)
