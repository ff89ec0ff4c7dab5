"""`jo`: finds the command, runs it, and turns whatever happens into an exit code and a sentence.

Commands are imported when they are called, so that `jo --help` costs no library that it does not need.
"""

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import click

from jo._version import __version__
from jo.cli.exits import Exit
from jo.ports.errors import WorldError

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
        "sends": "List sends by state.",
        "doctor": "Check settings, store, sources, relay and links.",
    },
    "Try": {
        "demo": "Run the sample project on this machine, with nothing leaving it.",
        "sink": "Take mail on this machine and keep it as files.",
    },
}
"""Group → command → what it does, in the order of the help page."""


class Jo(click.Group):
    """The command group; loads `jo.cli.commands.NAME` when NAME is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for group in COMMANDS.values() for name in group]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"jo.cli.commands.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from jo.diagnostics.nearest import nearest

        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            close = nearest(args[0], self.list_commands(ctx))
            hint = f" Did you mean `jo {close}`?" if close else ""
            raise click.UsageError(f"There is no command `{args[0]}`.{hint}", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for group, commands in COMMANDS.items():
            with formatter.section(group):
                formatter.write_dl(list(commands.items()), col_max=14)


@click.group(
    cls=Jo,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=False,
)
@click.version_option(__version__, "--version", message="jo %(version)s")
def jo() -> None:
    """Customer journeys as code: declare who gets which mail and when, review it, apply it, run it.

    \b
      jo init my-journeys     start a project
      jo validate             check it
      jo plan                 see what would change, and for whom
      jo apply                make it live
      jo run                  send, and move people along

    Settings come from flags, then JO_* variables, then jo.toml, which is looked for upwards from here.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `jo` and end the process with its exit code."""
    code = run(jo, sys.argv[1:] if arguments is None else list(arguments))
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _silence()
    sys.exit(code)


def run(group: Callable[..., Any], arguments: Sequence[str]) -> int:
    """Return the exit code of a command line; everything that can happen ends here."""
    try:
        code = group(args=list(arguments), prog_name="jo", standalone_mode=False)
        return int(code) if code is not None else Exit.OK
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show(sys.stderr)
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        print("Interrupted. Nothing is lost: run the command again to go on.", file=sys.stderr)  # noqa: T201
        return Exit.INTERRUPTED
    except BrokenPipeError:
        _silence()
        return Exit.OK
    except WorldError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - no view is there yet
        return Exit.FAILURE
    except Exception:
        return _bug()


def _silence() -> None:
    """Point standard output nowhere: whoever read it has gone, and Python would complain once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _bug() -> int:
    """Keep the traceback in a file and say what to report; it may name people, so it is not printed."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="jo-bug-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(f"jo {__version__}, Python {sys.version}\n\n{traceback.format_exc()}")
    kind = sys.exc_info()[0]
    print(  # noqa: T201 - no view is there yet
        f"This is a bug in jo ({kind.__name__ if kind else 'unknown'}). Nothing half-done was written.\n"
        f"What happened is kept in {file.name}; please report it with the command you ran.",
        file=sys.stderr,
    )
    return Exit.FAILURE
