"""`jo demo`: shows the whole way on this machine, by public commands alone."""

from pathlib import Path

import click

from jo.cli.exits import Exit
from jo.cli.options import console_option
from jo.views.console import Console

BEGIN, MIDDLE, END = "2026-12-01 08:00", "2026-12-12", "2027-02-20"
"""When the sample's ten weeks begin, when somebody leaves, and when they end."""


@click.command("demo")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/demo"),
    show_default=True,
    help="Where it runs; what an earlier demo left there is removed.",
)
@console_option
def command(console: Console, *, folder: Path) -> int:
    """Run the sample project for ten weeks in about a minute, with real mail that stays on this machine.

    Validates, plans and applies it, lets days pass on a fast clock, has somebody unsubscribe, and ends with
    an account of who got what, who waits where, and who was left out and why. Every step is a command that
    you can run yourself, and is printed before it runs.
    """
    from jo.cli.stage import Stage

    with Stage(console, folder) as stage:
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
        stage.run("plan")
        stage.run("apply", "--yes", "--actor", "demo")
        stage.say("A plan after an apply is empty.")
        stage.run("plan")
        stage.say("Eleven days pass.")
        stage.run("run", "--clock", "fast", "--until", MIDDLE)
        stage.say(
            "Somebody has had enough of one topic, and clicks once. This is what their mail program does:"
        )
        stage.unsubscribe()
        stage.say("Ten weeks pass.")
        stage.run("run", "--clock", "fast", "--until", END)
        stage.say("Who is where, what was sent, what was not, and why. Every candidate is accounted for.")
        stage.run("status")
        stage.say("What was sent to whom and when: the first of them.")
        stage.run("sends", "--limit", "15")
        stage.say("And one person's whole story.")
        stage.run("why", stage.somebody())
        stage.say("A second reconcile at the same instant does nothing.")
        stage.run("run", "--clock", "fast", "--once")
        stage.farewell()
    return Exit.OK
