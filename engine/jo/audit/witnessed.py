"""What a relay says it took is what the ledger says was sent.

A mail of which the ledger says that nobody knows may be at the witness once, more than once, or not at all;
about all others there is no doubt. What a journal knows is settled when it meets its mail, after a restore.
"""

from jo.audit.scope import Scope, Tally, mail
from jo.flow.state import UNSENT, IntentState
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
    witness = scope.witness
    assert witness is not None
    twice, unsent, missing = Tally(), Tally(), Tally()
    is_known = bytearray(len(witness))
    doubtful, told = scope.work.audit.doubtful(), scope.work.audit.known()
    doubles = accepted = 0
    for known in scope.work.audit.ledgered():
        places = witness.places(known.mail)
        times, in_doubt = len(places), known.mail in doubtful
        is_known[places.start : places.stop] = b"\1" * times
        accepted += known.state is IntentState.ACCEPTED
        if times > 1 and in_doubt and times <= known.attempts:
            doubles += 1
        elif times > 1:
            tries = counted(known.attempts, "attempt")
            twice.add(mail(known.mail), f"accepted {times} times, in {tries}")
        is_explained = (
            in_doubt or known.mail in told or known.state in (IntentState.ACCEPTED, IntentState.OPEN)
        )
        if times and not is_explained:
            word = "not sent" if known.state in UNSENT else "waiting"
            unsent.add(mail(known.mail), f"the ledger says that it is {known.state}: {word}")
        if not times and known.state is IntentState.ACCEPTED:
            missing.add(mail(known.mail), "accepted, and not at the witness")
    for place, was_known in enumerate(is_known):
        if not was_known and witness.at(place) not in told:
            unsent.add(mail(witness.at(place)), "the ledger does not know it")
    listed = f"{doubles} accepted twice and listed as uncertain" if doubles else ""
    return (
        twice.found(len(witness), "acceptance", listed),
        unsent.found(len(witness), "acceptance"),
        missing.found(accepted, "mail"),
    )
