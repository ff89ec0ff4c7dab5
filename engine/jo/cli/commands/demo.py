"""`jo demo`: shows the whole way on this machine, by public commands alone."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jo.cli.exits import Exit
from jo.cli.options import Place, console_option
from jo.views.console import Console

if TYPE_CHECKING:
    from jo.cli.stage import Stage

BEGIN, MIDDLE, END = "2026-12-01 08:00", "2026-12-12", "2027-02-20"
"""When the sample's eleven weeks begin, when people answer, and when they end."""


@click.command("demo")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/demo"),
    show_default=True,
    help="Where it runs; what an earlier demo left there is removed.",
)
@click.option(
    "-C",
    "--project",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="Show a copy of this project instead of the sample.",
)
@console_option
def command(console: Console, *, folder: Path, project: Path | None) -> int:
    """Run the sample project for eleven weeks in about a minute, with real mail that stays on this machine.

    Validates, plans and applies it, lets days pass on a fast clock, has people click and unsubscribe, and
    ends with an account of who got what, who waits where, and who was left out and why. Every step is a
    command that you can run yourself, and is printed before it runs.
    """
    from jo.cli.loading import load_workspace
    from jo.cli.stage import Stage
    from jo.workspace.showcase import lay_out, sample

    source = project or sample()
    lay_out(folder, source)
    settings = load_workspace(Place(console=console, project=folder, environment=None)).settings
    with Stage(console, folder, settings) as stage:
        _go_live(stage)
        _let_weeks_pass(stage)
        _account(console, stage)
    _farewell(console, stage, folder, source)
    return Exit.OK


def _go_live(stage: "Stage") -> None:
    stage.say("A project of its own, so that nothing of yours is touched. It needs a key to sign links.")
    stage.run("init", "--key")
    stage.say("Is everything right with it?")
    stage.run("validate")
    stage.say("A mail server and a web server, both on this machine only.")
    stage.start("sink", "--port", str(stage.mail_port), "--folder", "mails")
    stage.start("serve", "--log", "json")
    stage.say(f"The clock of this store is a fast one. It begins on {BEGIN}.")
    stage.run("run", "--clock", "fast", "--from", BEGIN, "--once")
    stage.say("What would go live, and for whom?")
    stage.run("plan", "--out", "plan.json")
    stage.say("Exactly this goes live.")
    stage.run("apply", "plan.json", "--actor", "demo")
    stage.say("A plan after an apply is empty.")
    stage.run("plan")


def _let_weeks_pass(stage: "Stage") -> None:
    stage.say("Eleven days pass.")
    stage.run("run", "--clock", "fast", "--until", MIDDLE)
    stage.say("Somebody follows a link.")
    clicking = stage.click()
    stage.say("Somebody has had enough of one topic, and clicks once. This is what their mail program does:")
    leaving = stage.unsubscribe()
    stage.say("Ten weeks pass.")
    stage.run("run", "--clock", "fast", "--until", END)
    stage.say("Who is where, what was sent, what was not, and why. Every candidate is accounted for.")
    stage.run("status")
    for who, what in ((clicking, "who followed a link"), (leaving, "who left the topic")):
        if who is not None:
            stage.say(f"The story of the one {what}.")
            stage.run("why", who)
    stage.say("Every mail is in a ledger. The first of them:")
    stage.run("sends", "--limit", "10")
    stage.say("A second reconcile at the same instant does nothing.")
    stage.run("run", "--clock", "fast", "--once")
    stage.say("Is everything in the ledger as it must be, and is it what the mail server took?")
    stage.run("audit", "--witness", "mails")


def _account(console: Console, stage: "Stage") -> None:
    from jo.reports.account import read_account
    from jo.views import account as view

    account = read_account(stage.ask("sends", "--limit", "1000000")["sends"], stage.ask("status"))
    stage.say("The account.")
    console.show(view.render(account, console.look))


def _farewell(console: Console, stage: "Stage", folder: Path, source: Path | None) -> None:
    mails = sorted(stage.mails.glob("*.eml"))
    stage.say(f"{len(mails)} mails lie in {stage.mails}, as files to open.")
    variables = "".join(f"{name}={value} " for name, value in stage.variables.items())
    console.show(f"Look around with `cd {folder}` and `{variables}jo status`.\n")
    if source is not None:
        journeys = os.path.relpath(source / "journeys")
        console.show(f"Change a wait in {journeys}, run the demo again, and the account changes.\n")
