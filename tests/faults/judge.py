"""Holds the outcome of a cell to its row of the fault table, and to the promise of the ledger."""

from collections.abc import Collection, Sequence

from jo.ports.mailer import Stage
from tests.faults.cells import Outcome, possible_stages
from tests.faults.table import End, Fate, Next, Row

PIPELINED = (Stage.MAIL, Stage.RCPT, Stage.DATA)


def objections(row: Row, outcome: Outcome) -> Sequence[str]:
    """Return in what the cell ended otherwise than its row says; empty when all is well."""
    return differences(row.end, outcome, possible_stages(row, PIPELINED))


def differences(end: End, outcome: Outcome, stages: Collection[Stage]) -> Sequence[str]:
    in_the_end = end.kept + 1 + (end.fate in (Fate.SOON, Fate.LATER))
    compared = {
        "the attempt ended": (end.kind, outcome.reply.kind),
        "the intent is": (end.fate, outcome.fate),
        "the next mail": (end.next, outcome.next),
        "copies kept": (end.kept, outcome.kept),
        "copies of both mails in the end": (in_the_end, outcome.kept_in_the_end),
        "the operator was told": (end.next is Next.RESTS, outcome.is_told),
    }
    found = [f"{what} {got}, not {want}" for what, (want, got) in compared.items() if want != got]
    if outcome.reply.stage not in stages:
        found.append(f"it ended at {outcome.reply.stage}, not at {stages}: {outcome.reply.text}")
    if not outcome.reply.text:
        found.append("the reply has no text")
    return found
