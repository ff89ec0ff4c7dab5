"""`jo`: finds the command, runs it, and turns whatever happens into an exit code and a sentence.

Commands are imported when they are called, so that `jo --help` costs no library that it does not need.
"""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from importlib import import_module
from typing import Any

import click

from jo._version import __version__
from jo.cli.exits import Exit
from jo.cli.texts import settle
from jo.ports.errors import SettingsError, WorldError
from jo.views.console import Console

COMMANDS: dict[str, dict[str, str]] = {
    "Write": {
        "init": "Start a project in a folder, ready to run.",
        "validate": "Check the project like a compiler.",
        "explain": "Explain a diagnostic code.",
        "graph": "Draw a program, or what refers to what.",
        "preview": "Show the mail of a person in each version.",
    },
    "Review and apply": {
        "plan": "Show what an apply would change, and for whom.",
        "show": "Show a plan file again.",
        "apply": "Make what was reviewed live.",
        "history": "List what was applied, when and by whom.",
    },
    "Run": {
        "run": "Send mail and move people along, once or as a service.",
        "serve": "Answer unsubscribe links, clicks and events.",
        "event": "Record an event of the outside world.",
        "pause": "Hold mail of everything, a journey or a template.",
        "resume": "Lift a pause.",
    },
    "Look": {
        "status": "Show the journeys: who is where, what was sent.",
        "why": "Tell what happened to a person, and what comes next.",
        "sends": "List sends, and say what became of those nobody knows.",
        "doctor": "Check settings, store, sources, relay and links.",
        "audit": "Hold the store against what must be so.",
        "store": "Back up, check or upgrade the store.",
    },
    "Try": {
        "demo": "Run the sample project on this machine, with nothing leaving it.",
        "sink": "Take mail on this machine and keep it as files.",
    },
}
"""Group → command → what it does, in the order of the help page."""

LATER = frozenset(
    {
        "simulate",
        "test",
        "drift",
        "rollback",
        "import",
        "replay",
        "subject",
        "diff",
        "enrollments",
    }
)
"""Commands that a later release brings."""


class Jo(click.Group):
    """The command group; loads `jo.cli.commands.NAME` when NAME is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for group in COMMANDS.values() for name in group]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        return settle(import_module(f"jo.cli.commands.{cmd_name}").command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise click.UsageError(_unknown(args[0], self.list_commands(ctx)), ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        widest = max(map(len, self.list_commands(ctx)))
        for group, commands in COMMANDS.items():
            with formatter.section(group):
                formatter.write_dl([(name.ljust(widest), does) for name, does in commands.items()])


def _unknown(name: str, known: Sequence[str]) -> str:
    if name in LATER:
        return f"`jo {name}` is not in this release."
    from jo.diagnostics.nearest import nearest

    close = nearest(name, known)
    return f"There is no command `{name}`." + (f" Did you mean `jo {close}`?" if close else "")


@click.group(
    cls=Jo,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=True,
)
@click.version_option(__version__, "--version", message="jo %(version)s")
@click.pass_context
def jo(context: click.Context) -> None:
    """Customer journeys as code: declare who gets which mail and when, review it, apply it, run it.

    \b
      jo init my-journeys     start a project
      jo validate             check it
      jo plan                 see what would change, and for whom
      jo apply                make it live
      jo run                  send, and move people along

    Settings come from flags, then JO_* variables, then jo.toml, which is looked for upwards from here.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `jo` and end the process with its exit code."""
    sys.exit(run(jo, sys.argv[1:] if arguments is None else list(arguments)))


def run(group: Callable[..., Any], arguments: Sequence[str]) -> int:
    """Return the exit code of a command line; everything that can happen ends here."""
    console = Console.of_process(os.environ)
    with redirect_stdout(console.stream):
        code = _run(group, arguments, console)
    trouble = console.finish()
    if trouble is None:
        return code
    console.error(f"The output cannot be written: {trouble}.")
    return code or Exit.FAILURE


def _run(group: Callable[..., Any], arguments: Sequence[str], console: Console) -> int:
    try:
        code = group(args=list(arguments), prog_name="jo", standalone_mode=False, obj=console)
        return int(code) if code is not None else Exit.OK
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        _show_usage(error, console)
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        console.remark("Interrupted. Nothing is lost: run the command again to go on.")
        return Exit.INTERRUPTED
    except WorldError as error:
        console.error(str(error))
        return Exit.INVALID if isinstance(error, SettingsError) else Exit.FAILURE
    except (Exception, SystemExit) as error:  # click makes an exit of a broken pipe
        return _bug(error, console)


def _show_usage(error: click.ClickException, console: Console) -> None:
    context = error.ctx if isinstance(error, click.UsageError) else None
    console.error(error.format_message())
    if context is not None:
        console.remark(f"Try\n    {context.command_path} --help")


def _bug(error: BaseException, console: Console) -> int:
    """Keep the traceback in a file and say what to report; it may name people, so it is not printed."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="jo-bug-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(f"jo {__version__}, Python {sys.version}\n\n{''.join(traceback.format_exception(error))}")
    console.error(
        f"This is a bug in jo ({type(error).__name__}). Nothing half-done was written.\n"
        f"What happened is kept in {file.name}; please report it with the command you ran. "
        "It may name people: read it before you pass it on."
    )
    return Exit.FAILURE
