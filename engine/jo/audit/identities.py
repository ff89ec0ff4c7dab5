"""A mail is planned once, and its id belongs to it."""

from jo.audit.scope import Scope, Tally, mail
from jo.flow.intent import public_id
from jo.ports.store.audit import Check
from jo.reports.audit import Found, Invariant, Violation

INVARIANT = Invariant(
    name="identities",
    holds="no mail is planned twice, and its id is its own",
    means="The same mail goes out more than once, or links in a mail lead to another one.",
    advice="Stop `jo run` and run `jo store check`: an index of the database is damaged or missing.",
)

_WORDS = {
    "key-twice": "another mail has the same identity",
    "id-twice": "another mail has the same id",
    "contact-twice": "the contact has another mail of the same occurrence",
}


def look(scope: Scope) -> Found:
    twice = scope.cases(Check.IDENTITY, scope.sizes.intents, "mail", _WORDS)
    strange = Tally()
    for planned in scope.work.audit.planned():
        if public_id(planned.key) != planned.mail:
            strange.add(mail(planned.mail), "its id is not the one that its identity gives")
    violations: tuple[Violation, ...] = (*twice.violations, *strange.found(0, "").violations)
    return Found(
        checked=twice.checked, noun=twice.noun, count=twice.count + strange.count, violations=violations
    )
