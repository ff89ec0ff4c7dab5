"""`jo demo`: the sample project on this machine, by public commands alone, with nothing leaving it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jo.cli.exits import Exit
from jo.cli.options import Place, console_option
from jo.views.console import Console

if TYPE_CHECKING:
    from jo.cli.demonstration import Stage

FROM, FIRST, LAST = "2026-12-01 08:00", "2026-12-05", "2027-02-20"
"""Where the clock begins, when somebody opts out, and where it ends."""


@click.command("demo")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/demo"),
    show_default=True,
    help="Where it plays; made afresh each time.",
)
@click.option(
    "--project",
    "-C",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="Show this project instead of the sample.",
)
@click.option(
    "--from", "start", metavar="TIME", default=FROM, show_default=True, help="Where the clock begins."
)
@click.option("--until", metavar="TIME", default=LAST, show_default=True, help="Where it ends.")
@console_option
def command(console: Console, *, folder: Path, project: Path | None, start: str, until: str) -> int:
    """Run the sample project on this machine: check, plan, apply, send, and let weeks pass in seconds.

    Each step is a public command, shown as you would type it. Mail goes by SMTP to a `jo sink` of its own,
    which keeps every mail as a file; links lead to a `jo serve` of its own. The folder stays, to look
    around in, or to change the project and see what `jo plan` says.
    """
    from jo.cli.demonstration import Stage
    from jo.cli.loading import load_workspace
    from jo.workspace.showcase import lay_out, sample

    lay_out(folder, project or sample())
    place = Place(console=console, project=folder, environment=None)
    stage = Stage(console, folder, load_workspace(place).settings)
    _play(stage, start, until)
    _account(console, stage)
    return Exit.OK


def _play(stage: "Stage", start: str, until: str) -> None:
    stage.scene("The project is a folder of YAML and templates. A key signs the links in its mails.")
    stage.play("init --key")
    stage.play("validate")
    stage.scene("A store that lives by a fast clock: days pass when it is told to, and not before.")
    stage.play(f'run --clock fast --from "{start}" --once')
    stage.scene("What an apply would do, the apply itself, and that nothing is left to do.")
    stage.play("plan")
    stage.play("apply --yes")
    stage.play("plan")
    stage.scene("A relay that keeps every mail as a file, and the server that links in mails lead to.")
    with (
        stage.server(f"sink --port {stage.relay_port} --folder mails", stage.relay_port),
        stage.server("serve", stage.web_port),
    ):
        stage.scene("The first days.")
        first = min(FIRST, until)
        stage.play(f"run --clock fast --until {first}")
        _answer(stage)
        stage.scene("Weeks go by: waits end, branches are taken, the schedules of outreaches come.")
        stage.play(f"run --clock fast --until {until}")
    stage.scene("Where everything stands.")
    stage.play("status")


def _answer(stage: "Stage") -> None:
    """Let two recipients do something, and tell what it means for one of them."""
    opting_out = stage.find("accepted", "List-Unsubscribe-Post:")
    if opting_out is not None:
        send, message = opting_out
        stage.scene(f"{send['contact']} unsubscribes, with the one click of a mail program.")
        stage.unsubscribe(message)
    clicking = stage.find("accepted", "/c/")
    if clicking is not None:
        send, message = clicking
        stage.scene(f"{send['contact']} follows a link.")
        stage.click(message)
    if opting_out is not None:
        stage.play(f"why {opting_out[0]['contact']}")


def _account(console: Console, stage: "Stage") -> None:
    from jo.reports.account import read_account
    from jo.views import account as view
    from jo.views.terminal import Ink

    sends = stage.ask("sends --json --limit 1000000")["sends"]
    account = read_account(sends, stage.ask("status --json"))
    console.show_lines([[], [("The account", Ink.STRONG)], []])
    console.show(view.render(account, console.look))
    mails = sorted(stage.mails.glob("*.eml"))
    example = f", such as {mails[0].name}" if mails else ""
    lines = [
        f"{len(mails):,} mails lie in {stage.mails}{example}.",
        f"Look around:  cd {stage.folder} && {stage.variables}jo status",
        "Ask why:      jo why PERSON, with a contact's key or address",
        "Change a wait in journeys/ and see what it means:  jo plan",
    ]
    console.show_lines([[], *([(line, Ink.PLAIN)] for line in lines)])
