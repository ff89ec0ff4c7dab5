"""What a relay says it took is what the ledger says was sent.

Both are walked through in the order of ids, side by side. A mail of which the ledger says that nobody knows
may be at the witness once, more than once, or not at all; about all others there is no doubt.
"""

from collections.abc import Iterator
from itertools import groupby

from jo.audit.scope import Scope, Tally, mail
from jo.flow.state import UNSENT, IntentState
from jo.ports.store.audit import Ledgered
from jo.reports.audit import Found, Invariant
from jo.reports.wording import counted

TWICE = Invariant(
    name="witnessed-twice",
    holds="the witness took no mail twice, but for uncertain ones",
    means="Somebody got the same mail twice, and nothing in the ledger says that it may be so.",
    advice="Look at the mail with `jo sends`, keep the store and the witness, and report it.",
)
UNSENT_THERE = Invariant(
    name="witnessed-unsent",
    holds="the witness took no mail that the ledger calls unsent",
    means="Mails went out that the ledger does not count as sent, and some of them may go out again. A store "
    "that was restored from a backup does not know what came after it.",
    advice="`jo pause all` before anything else. Then find out whether this is the store that these mails "
    "were sent from.",
)
MISSING = Invariant(
    name="witnessed-missing",
    holds="the witness took every mail that is accepted",
    means="The ledger counts mails as sent that the relay never took; or the witness is not complete.",
    advice="Look whether the witness covers all relays and all of the time. If so, report it.",
)
INVARIANTS = (TWICE, UNSENT_THERE, MISSING)


def look(scope: Scope) -> tuple[Found, Found, Found]:
    assert scope.witness is not None
    twice, unsent, missing = Tally(), Tally(), Tally()
    doubles = accepted = 0
    for public, times, known in _side_by_side(scope):
        if known is None:
            unsent.add(mail(public), "the ledger does not know it")
            continue
        accepted += known.state is IntentState.ACCEPTED
        if times > 1 and known.in_doubt and times <= known.attempts:
            doubles += 1
        elif times > 1:
            twice.add(mail(public), f"accepted {times} times, in {counted(known.attempts, 'attempt')}")
        may_be_sent = known.in_doubt or known.state in (IntentState.ACCEPTED, IntentState.OPEN)
        if times and not may_be_sent:
            word = "not sent" if known.state in UNSENT else "waiting"
            unsent.add(mail(public), f"the ledger says that it is {known.state}: {word}")
        if not times and known.state is IntentState.ACCEPTED:
            missing.add(mail(public), "accepted, and not at the witness")
    listed = f"{doubles} accepted twice and listed as uncertain" if doubles else ""
    count = len(scope.witness)
    return (
        twice.found(count, "acceptances", listed),
        unsent.found(count, "acceptances"),
        missing.found(accepted, "mails"),
    )


def _side_by_side(scope: Scope) -> Iterator[tuple[str, int, Ledgered | None]]:
    """Yield each mail that the witness or the ledger has: id, acceptances, what the ledger says of it."""
    assert scope.witness is not None
    taken = ((public, sum(1 for _ in each)) for public, each in groupby(scope.witness))
    ledger = iter(scope.work.audit.ledgered())
    seen, known = next(taken, None), next(ledger, None)
    while seen is not None or known is not None:
        if known is None or (seen is not None and seen[0] < known.mail):
            assert seen is not None
            yield seen[0], seen[1], None
            seen = next(taken, None)
        elif seen is None or known.mail < seen[0]:
            yield known.mail, 0, known
            known = next(ledger, None)
        else:
            yield seen[0], seen[1], known
            seen, known = next(taken, None), next(ledger, None)
