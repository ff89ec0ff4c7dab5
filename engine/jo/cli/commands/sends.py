"""`jo sends`: the mails of the ledger by state, and what somebody says about them."""

from contextlib import closing
from typing import TYPE_CHECKING

import click

from jo.cli.exits import Exit
from jo.cli.instants import zone_of
from jo.cli.loading import load_workspace
from jo.cli.options import Format, Place, json_option, no_options_before, workspace_options
from jo.cli.sends import resolve, withdraw
from jo.flow.state import IntentState

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from jo.ports.store import IntentLine
    from jo.reports.sends import SendLine


@click.group("sends", invoke_without_command=True)
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([str(state) for state in IntentState]),
    metavar="STATE",
    help="Only these: " + ", ".join(IntentState) + ". May be repeated.",
)
@click.option("--journey", metavar="ADDRESS", help="Only of this one, such as program/onboarding.")
@click.option("--contact", metavar="KEY", help="Only to this contact.")
@click.option(
    "--uncertain", is_flag=True, help="Only those of which nobody knew the end, whatever became of them."
)
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="How many.")
@json_option
@workspace_options
def command(
    place: Place,
    *,
    states: tuple[str, ...],
    journey: str | None,
    contact: str | None,
    uncertain: bool,
    limit: int,
    as_json: bool,
) -> int:
    """List mails by when they went out, ended or are due.

    \b
      jo sends --state pending                    what waits, and for what
      jo sends --uncertain                        what may have gone out twice, or not at all
      jo sends --journey program/onboarding --state failed

    The first digits of a mail's id name it; its Message-ID begins with all of them.
    """
    if no_options_before(click.get_current_context()):
        return Exit.OK
    settings = load_workspace(place, Format.JSON if as_json else Format.HUMAN).settings
    from jo.reports.sends import SendsReport
    from jo.views import sends as view
    from jo.wiring import open_store_to_read

    with closing(open_store_to_read(settings)) as store, store.read() as work:
        found = work.reports.intents(
            journey=journey,
            states=[IntentState(state) for state in states],
            contact=contact,
            was_uncertain=uncertain,
            limit=limit + 1,
        )
    zone = zone_of(settings)
    report = SendsReport(
        lines=tuple(send_line(item, zone) for item in found[:limit]), is_cut=len(found) > limit
    )
    place.console.show(view.as_json(report) if as_json else view.render(report, place.console.look))
    return Exit.OK


command.add_command(resolve.command)
command.add_command(withdraw.command)


def send_line(line: "IntentLine", zone: "ZoneInfo") -> "SendLine":
    from jo.flow.intent import public_id
    from jo.reports.sends import SendLine

    intent = line.intent
    held = f"{intent.why}: {intent.detail}" if intent.why and intent.detail else intent.why or intent.detail
    said = f"{line.last_code} {line.last_text}" if line.last_code is not None else line.last_text
    evidence = tuple(
        f"{item.says}: {item.said.text} ({item.said.who}, {item.said.at.astimezone(zone):%Y-%m-%d %H:%M})"
        for item in line.evidence
    )
    at = intent.outcome_at or intent.ended_at
    if intent.state is IntentState.UNCERTAIN:  # its outcome is when somebody noticed, minutes or days later
        at = line.attempted_at or at
    return SendLine(
        at=(at or intent.due_at).astimezone(zone),
        journey=intent.journey,
        step=intent.step,
        occurrence=intent.occurrence,
        contact=intent.contact,
        address=intent.address,
        template=intent.template,
        state=intent.state.value,
        why=(said if intent.outcome_at is not None else held) or said,
        attempts=intent.attempts,
        attempted_at=line.attempted_at.astimezone(zone) if line.attempted_at is not None else None,
        message_id=public_id(intent.key),
        evidence=evidence,
    )
