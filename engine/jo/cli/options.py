"""The options that commands share, each spelled and explained once."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Any

import click

from jo.views.console import Console

Command = Callable[..., Any]


class Format(StrEnum):
    """How diagnostics are shown."""

    HUMAN = "human"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a command works and where it shows what it found."""

    console: Console
    project: Path | None
    """The folder that was named; None: look upwards from here."""
    environment: str | None


def color_option(command: Command) -> Command:
    """Add `--no-color`; the console then has none."""

    def drop(context: click.Context, _: click.Parameter, value: bool) -> None:
        console = context.find_object(Console)
        if value and console is not None:
            console.drop_color()

    option = click.option(
        "--no-color", is_flag=True, expose_value=False, callback=drop, help="No color (also NO_COLOR)."
    )
    return option(command)


def workspace_options(command: Command) -> Command:
    """Add `--project`, `--env` and `--no-color`, and hand the command a `Place` first."""

    @wraps(command)
    def with_place(project: Path | None, environment: str | None, **words: Any) -> Any:
        console = click.get_current_context().find_object(Console)
        assert console is not None
        return command(Place(console=console, project=project, environment=environment), **words)

    decorated: Command = color_option(with_place)
    decorated = click.option(
        "--env", "environment", metavar="NAME", help="Use [env.NAME] of jo.toml (also JO_ENV)."
    )(decorated)
    return click.option(
        "-C",
        "--project",
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        metavar="DIR",
        help="The project's folder; by default the nearest one upwards that holds jo.toml.",
    )(decorated)


def console_option(command: Command) -> Command:
    """Add `--no-color` for a command that needs no project, and hand it the console first."""

    @wraps(command)
    def with_console(**words: Any) -> Any:
        console = click.get_current_context().find_object(Console)
        assert console is not None
        return command(console, **words)

    return color_option(with_console)


def json_option(command: Command) -> Command:
    """Add `--json` as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")(command)


def format_option(command: Command) -> Command:
    """Add `--format`, and `--json` as its short form; the command gets a `Format` as `form`."""

    @wraps(command)
    def with_format(*places: Any, form: str | None, as_json: bool, **words: Any) -> Any:
        if as_json and form not in (None, Format.JSON):
            raise click.UsageError(f"--json and --format {form} exclude each other.")
        chosen = Format.JSON if as_json else Format(form or Format.HUMAN)
        return command(*places, form=chosen, **words)

    decorated: Command = json_option(with_format)
    return click.option(
        "--format", "form", type=click.Choice([str(item) for item in Format]), help="How to show findings."
    )(decorated)


def no_options_before(context: click.Context) -> bool:
    """Tell whether a subcommand follows, which does all the work; it has options of its own.

    Raises click's UsageError for options that stand before it: they would be lost.
    """
    if context.invoked_subcommand is None:
        return False
    given = [
        name
        for name in context.params
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    ]
    if given:
        raise click.UsageError(f"Options stand behind `{context.invoked_subcommand}`.", context)
    return True
