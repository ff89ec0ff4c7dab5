"""`jo sends withdraw`: somebody says that mails shall not go."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

import click

from jo.cli.exits import Exit
from jo.cli.loading import load_workspace
from jo.cli.options import Format, Place, workspace_options
from jo.cli.sends.picking import check_journey, find_mails
from jo.cli.texts import Words, whoever
from jo.ports.errors import WorldError
from jo.reports.sends import short_id
from jo.reports.wording import counted

if TYPE_CHECKING:
    from jo.flow.intent import Intent
    from jo.flow.state import IntentState
    from jo.ports.store import Store, Transaction

BATCH = 500
"""Mails that end in one transaction."""

Page = Callable[["Transaction", int], "Sequence[Intent]"]
"""Returns the next mails to withdraw behind an id, at most a batch."""


@click.command("withdraw", short_help="Withdraw mails that wait, for good.")
@click.argument("names", nargs=-1, metavar="[ID]...")
@click.option("--journey", metavar="ADDRESS", help="All that wait of this one, such as program/onboarding.")
@click.option("--step", metavar="NAME", help="With --journey: only those of this step.")
@click.option("--why", type=Words(), metavar="TEXT", help="The reason; it is kept with the mail.")
@click.option("--who", type=Words(), metavar="NAME", help="Who says so; by default the user of this machine.")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@workspace_options
def command(
    place: Place,
    *,
    names: tuple[str, ...],
    journey: str | None,
    step: str | None,
    why: str | None,
    who: str | None,
    is_sure: bool,
) -> int:
    """Withdraw mails that wait, for good: they are never sent, and their people go on.

    Mails that are pending or quarantined; one that is under way or has ended stays as it is. To hold mail for
    a while, use `jo pause`.

    \b
      jo sends withdraw 3fa29bd01c --why "asked for by phone"
      jo sends withdraw --journey outreach/release-7-2 --why "the release is postponed"
      jo sends withdraw --journey program/onboarding --step day3 --why "wrong price"
    """
    if not why:
        raise click.UsageError("Say why: --why TEXT.")
    if bool(names) == (journey is not None):
        raise click.UsageError("Name the mails by their ids, or take --journey ADDRESS.")
    if step is not None and journey is None:
        raise click.UsageError("--step goes with --journey.")
    settings = load_workspace(place, Format.HUMAN).settings
    from jo.wiring import open_store

    with closing(open_store(settings)) as store:
        with store.read() as work:
            page = _of_journey(journey, step) if journey is not None else _of_names(work, names)
            count = _count(work, page)
            if journey is not None and not count:
                check_journey(work, journey, step)
        if not count:
            what = f"{journey}#{step}" if step is not None else journey
            place.console.show(f"No mail of {what} waits.\n")
            return Exit.OK
        mails = counted(count, "mail")
        if not names and not is_sure:
            if not place.console.is_interactive:
                raise click.UsageError(f"That is {mails}: say --yes, for there is nobody to ask.")
            if not place.console.confirm(f"Withdraw {mails} for good?"):
                place.console.remark("Nothing was changed.")
                return Exit.FAILURE
        ended, doubtful, known = _withdraw(store, page, f"{why} ({whoever(who)})")
    mails = counted(ended, "mail") if ended else "No mail"
    place.console.show(f"{mails} {'were' if ended > 1 else 'was'} withdrawn.\n")
    if doubtful:
        place.console.warn(
            f"{doubtful} of them may have gone out before, and now end as uncertain: `jo sends --uncertain`."
        )
    if known:
        place.console.warn(
            f"{known} had gone to the relay before the store was restored, as the journal knows, and "
            f"{'ends' if known == 1 else 'end'} as the relay answered."
        )
    return Exit.OK


def _of_journey(journey: str, step: str | None) -> Page:
    return lambda work, after: work.ledger.withdrawable(journey, BATCH, step=step, after=after)


def _of_names(work: "Transaction", names: Sequence[str]) -> Page:
    """Raises WorldError when a mail does not wait."""
    from jo.flow.intent import public_id

    chosen = sorted(find_mails(work, names), key=lambda intent: intent.id)
    for intent in chosen:
        if not _waits(intent):
            raise WorldError(
                f"The mail {short_id(public_id(intent.key))} is {intent.state}: only what waits can be "
                "withdrawn."
            )
    ids = [intent.id for intent in chosen]

    def page(work: "Transaction", after: int) -> "Sequence[Intent]":
        batch = [id_ for id_ in ids if id_ > after][:BATCH]
        found = work.ledger.load(batch)
        return [found[id_] for id_ in batch if _waits(found[id_])]

    return page


def _waits(intent: "Intent") -> bool:
    from jo.flow.state import IntentState

    return intent.state in (IntentState.PENDING, IntentState.QUARANTINED)


def _count(work: "Transaction", page: Page) -> int:
    count = after = 0
    while found := page(work, after):
        count, after = count + len(found), found[-1].id
    return count


def _withdraw(store: "Store", page: Page, detail: str) -> tuple[int, int, int]:
    """End the mails, batch by batch, and have their people looked at.

    Returns how many were withdrawn, how many of them are uncertain, and how many had an answer before.
    """
    from jo.daemon.clocks import present_in
    from jo.flow.state import IntentState

    ended = doubtful = known = after = 0
    while True:
        with store.write() as work:
            found = page(work, after)
            if not found:
                return ended, doubtful, known
            now: datetime = present_in(work)
            states = _end(work, found, detail, now)
        doubtful += states[IntentState.UNCERTAIN]
        known += states[IntentState.ACCEPTED] + states[IntentState.FAILED]
        ended += states[IntentState.WITHDRAWN] + states[IntentState.UNCERTAIN]
        after = found[-1].id


def _end(
    work: "Transaction", found: "Sequence[Intent]", detail: str, now: datetime
) -> "Counter[IntentState]":
    from jo.flow.intent import End
    from jo.flow.state import IntentState

    end = End(state=IntentState.WITHDRAWN, detail=detail)
    work.ledger.end([(intent.id, end) for intent in found], now)
    passages = sorted({intent.passage for intent in found if intent.passage is not None})
    if passages:
        work.passages.wake(now, ids=passages)
    after = work.ledger.load([intent.id for intent in found])
    return Counter(intent.state for intent in after.values())
