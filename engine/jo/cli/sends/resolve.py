"""`jo sends resolve`: somebody says what became of mails of which nobody knew."""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

import click

from jo.cli.exits import Exit
from jo.cli.loading import load_workspace
from jo.cli.options import Format, Place, workspace_options
from jo.cli.sends.picking import check_journey, find_mails
from jo.cli.texts import Words, whoever
from jo.flow.evidence import Ruling
from jo.ports.errors import WorldError
from jo.reports.sends import short_id
from jo.reports.wording import counted

if TYPE_CHECKING:
    from jo.flow.intent import Intent
    from jo.ports.store import Said, Store, Transaction

BATCH = 500
"""Mails that are settled in one transaction."""

_DONE = {
    Ruling.ACCEPTED: "{mails} now accepted.",
    Ruling.NOT_SENT: "{mails} pending again, and out with the next round of `jo run`.",
    Ruling.RESEND: "{mails} pending again, and out with the next round of `jo run`.",
    Ruling.CLOSE: "{mails} left uncertain, and nobody waits any more.",
}
_ASK = {
    Ruling.ACCEPTED: "Count {mails} as accepted?",
    Ruling.NOT_SENT: "Send {mails}, which no relay has?",
    Ruling.RESEND: "Send {mails} once more, though recipients may have them already?",
    Ruling.CLOSE: "Leave {mails} uncertain, and let their people go on?",
}


@click.command("resolve", short_help="Say what became of mails that nobody knows of.")
@click.argument("names", nargs=-1, metavar="[ID]...")
@click.option("--all", "is_all", is_flag=True, help="All that are in doubt.")
@click.option("--journey", metavar="ADDRESS", help="With --all: only of this one.")
@click.option("--accepted", is_flag=True, help="The relay has them.")
@click.option("--not-sent", is_flag=True, help="The relay does not have them: send them.")
@click.option("--resend", is_flag=True, help="Nobody can know: send them, at the risk of doubles.")
@click.option("--close", is_flag=True, help="Nobody can know: leave them, and let people go on.")
@click.option("--why", type=Words(), metavar="TEXT", help="How you know; it is kept with the mail.")
@click.option("--who", type=Words(), metavar="NAME", help="Who says so; by default the user of this machine.")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@workspace_options
def command(
    place: Place,
    *,
    names: tuple[str, ...],
    is_all: bool,
    journey: str | None,
    accepted: bool,
    not_sent: bool,
    resend: bool,
    close: bool,
    why: str | None,
    who: str | None,
    is_sure: bool,
) -> int:
    """Say what became of mails of which nobody knew the end.

    Look for the Message-ID in the relay's log: it begins with the id that `jo sends --uncertain` shows. What
    is sent again has the same bytes and the same Message-ID.

    \b
      jo sends resolve 3fa29bd01c --accepted --why "delivered, says the relay's log"
      jo sends resolve 3fa29bd01c --not-sent --why "the relay's log does not have it"
      jo sends resolve --all --resend --why "the relay lost its disk"
    """
    choices = {
        Ruling.ACCEPTED: accepted,
        Ruling.NOT_SENT: not_sent,
        Ruling.RESEND: resend,
        Ruling.CLOSE: close,
    }
    rulings = [ruling for ruling, is_chosen in choices.items() if is_chosen]
    if len(rulings) > 1:
        raise click.UsageError("Only one of --accepted, --not-sent, --resend and --close can be so.")
    if not rulings:
        raise click.UsageError("Say what became of them: --accepted, --not-sent, --resend or --close.")
    if not why:
        raise click.UsageError("Say how you know it: --why TEXT.")
    (ruling,) = rulings
    if bool(names) == is_all:
        raise click.UsageError("Name the mails by their ids, or take --all.")
    if journey is not None and not is_all:
        raise click.UsageError("--journey goes with --all.")
    settings = load_workspace(place, Format.HUMAN).settings
    from jo.daemon.clocks import present_in
    from jo.ports.store.ledger import OPERATOR, Said
    from jo.wiring import open_store

    with closing(open_store(settings)) as store:
        with store.read() as work:
            chosen = _in_doubt(work, journey) if is_all else _named(work, names)
            now = present_in(work)
            if journey is not None and not chosen:
                check_journey(work, journey)
        if not chosen:
            place.console.show("No mail is in doubt.\n")
            return Exit.OK
        mails = counted(len(chosen), "mail")
        if is_all and not is_sure:
            if not place.console.is_interactive:
                raise click.UsageError(f"That is {mails}: say --yes, for there is nobody to ask.")
            if not place.console.confirm(_ASK[ruling].format(mails=mails)):
                place.console.remark("Nothing was changed.")
                return Exit.FAILURE
        testimony = Said(at=now, source=OPERATOR, who=whoever(who), text=why)
        taken = _resolve(store, chosen, ruling, testimony)
    place.console.show(_DONE[ruling].format(mails=_are(taken)) + "\n")
    _tell_rest(place, chosen, taken, ruling, now)
    return Exit.OK


def _are(count: int) -> str:
    return f"{counted(count, 'mail')} {'is' if count == 1 else 'are'}"


def _in_doubt(work: "Transaction", journey: str | None) -> "list[Intent]":
    chosen: list[Intent] = []
    while page := work.ledger.in_doubt(BATCH, journey=journey, after=chosen[-1].id if chosen else 0):
        chosen += page
    return chosen


def _named(work: "Transaction", names: Sequence[str]) -> "list[Intent]":
    """Return the mails of these ids. Raises WorldError when one of them is in no doubt."""
    from jo.flow.intent import public_id
    from jo.flow.state import IN_DOUBT

    chosen = find_mails(work, names)
    for intent in chosen:
        doubtful = work.ledger.in_doubt(1, after=intent.id - 1)
        if intent.state not in IN_DOUBT or not doubtful or doubtful[0].id != intent.id:
            raise WorldError(
                f"The mail {short_id(public_id(intent.key))} is {intent.state}, and in no doubt: there is "
                "nothing to resolve."
            )
    return chosen


def _resolve(store: "Store", chosen: "Sequence[Intent]", ruling: Ruling, said: "Said") -> int:
    """Settle the mails, batch by batch, and have their people looked at. Returns how many it concerned."""
    count = 0
    for start in range(0, len(chosen), BATCH):
        batch = {intent.id: intent for intent in chosen[start : start + BATCH]}
        with store.write() as work:
            taken = work.ledger.resolve(list(batch), ruling, said)
            passages = {batch[id_].passage for id_ in taken} - {None}
            if passages:
                work.passages.wake(said.at, ids=sorted(id_ for id_ in passages if id_ is not None))
        count += len(taken)
    return count


def _tell_rest(place: Place, chosen: "Sequence[Intent]", taken: int, ruling: Ruling, now: datetime) -> None:
    expired = sum(intent.expires_at <= now for intent in chosen)
    if expired and ruling in (Ruling.NOT_SENT, Ruling.RESEND):
        place.console.warn(f"{_are(expired)} too old to be sent now; each ends as soon as it is looked at.")
    if taken < len(chosen):
        left = counted(len(chosen) - taken, "mail")
        place.console.remark(f"{left} had been settled meanwhile and stay as they are.")
