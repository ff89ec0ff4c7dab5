"""The state of each mail is what its attempts say."""

from jo.audit.scope import Scope
from jo.ports.store.audit import Check
from jo.reports.audit import Found, Invariant

INVARIANT = Invariant(
    name="states",
    holds="each mail's state is what its attempts say",
    means="The ledger contradicts itself about what became of these mails.",
    advice="Stop `jo run`, keep a copy of the store, and run `jo store check`. Then restore a backup, or "
    "report it: no command of jo leaves a store so.",
)

_WORDS = {
    "numbers": "its attempts are not numbered from 1 to how many it counts",
    "none-open": "it is open, without an open attempt",
    "left-open": "it has an open attempt, and is not open",
    "never-accepted": "it is accepted, and none of its attempts was",
    "accepted-unseen": "an attempt of it was accepted, and it is not",
    "never-uncertain": "it is uncertain, and none of its attempts is",
    "doubt-forgotten": "it counts as not sent, and one of its attempts is uncertain",
    "never-rejected": "it has failed, and none of its attempts was rejected",
}


def look(scope: Scope) -> Found:
    return scope.cases(Check.ATTEMPTS, scope.sizes.intents, "mail", _WORDS)
