"""Everybody who was to get a mail has one, and every mail is in one state."""

from collections import Counter
from collections.abc import Mapping, Sequence

from jo.audit.scope import Scope, Tally
from jo.flow.state import IntentState
from jo.ports.store.audit import Check, MailSum
from jo.reports.audit import Found, Invariant
from jo.reports.status import Mails, by_size

INVARIANT = Invariant(
    name="accounts",
    holds="target = accepted + uncertain + waiting + not sent",
    means="Somebody who should get a mail is in no state at all: neither waiting, nor sent, nor refused.",
    advice="Look at the person with `jo why`, and report it.",
)

_WORDS = {
    "no-mail": "a candidate was to get a mail at {at}, and has none",
    "no-passage": "a candidate was let in at {at}, and has no passage",
    "foreign": "it belongs to a passage of somebody else, or of another program",
}


def look(scope: Scope) -> Found:
    lost = scope.cases(Check.ACCOUNT, scope.sizes.decisions, "candidate", _WORDS)
    tally = Tally()
    targets = scope.work.audit.targets()
    for journey, mails in accounts(scope.sums).items():
        target = targets.get(journey, mails.total)
        if target != mails.total:
            tally.add(journey, f"the target is {target}, and there are {mails.total} mails")
    sums = tally.found(0, "")
    return Found(
        checked=lost.checked,
        noun=lost.noun,
        count=lost.count + sums.count,
        violations=(*lost.violations, *sums.violations),
    )


def accounts(sums: Sequence[MailSum]) -> Mapping[str, Mails]:
    """Return journey → its mails by where they are."""
    found: dict[str, dict[str, Counter[str]]] = {}
    for item in sums:
        found.setdefault(item.journey, {}).setdefault(item.state, Counter())[item.why] += item.mails
    return {journey: _mails(states) for journey, states in sorted(found.items())}


def _mails(states: Mapping[str, Counter[str]]) -> Mails:
    def total(state: IntentState) -> int:
        return sum(states.get(state, {}).values())

    counted = (IntentState.ACCEPTED, IntentState.UNCERTAIN, IntentState.OPEN, IntentState.PENDING)
    unsent: Counter[str] = Counter()
    for state, reasons in states.items():
        if state not in counted:
            unsent.update(
                {f"{state}: {reason}" if reason else str(state): n for reason, n in reasons.items()}
            )
    return Mails(
        accepted=total(IntentState.ACCEPTED),
        uncertain=total(IntentState.UNCERTAIN),
        under_way=total(IntentState.OPEN),
        waiting=by_size(states.get(IntentState.PENDING, {})),
        unsent=by_size(unsent),
    )
