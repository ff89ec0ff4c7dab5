"""The counts that a status shows are those of the rows."""

from jo.audit.scope import Scope, Tally
from jo.reports.audit import Found, Invariant

INVARIANT = Invariant(
    name="counts",
    holds="the counts of `jo status` are those of the rows",
    means="`jo status` shows wrong numbers. No mail goes out or stays because of them.",
    advice="Count anew with `jo store recount`, and report it.",
)


def look(scope: Scope) -> Found:
    tally = Tally()
    for item in scope.work.counts.miscounts():
        about = " ".join(word for word in (item.what, item.word, item.why) if word)
        tally.add(item.journey, f"{about}: {item.kept} by the count, {item.found} by the rows")
    checked = scope.sizes.intents + scope.sizes.passages + scope.sizes.decisions
    return tally.found(checked, "row")
