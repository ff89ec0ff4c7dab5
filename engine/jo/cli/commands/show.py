"""`jo show`: shows a plan file again, as it was when it was made."""

from pathlib import Path

import click

from jo.cli.exits import Exit
from jo.cli.options import console_option, json_option
from jo.cli.plans import PlanFormat, read_plan, show_plan
from jo.views.console import Console


@click.command("show")
@click.argument("planfile", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--markdown", is_flag=True, help="Write Markdown, for a comment on a pull request.")
@json_option
@console_option
def command(console: Console, *, planfile: Path, markdown: bool, as_json: bool) -> int:
    """Show a plan that `jo plan --out` kept. Needs neither the project nor its store."""
    if markdown and as_json:
        raise click.UsageError("--markdown and --json exclude each other.")
    _, document = read_plan(planfile)
    form = PlanFormat.MARKDOWN if markdown else PlanFormat.JSON if as_json else PlanFormat.TEXT
    show_plan(console, document, form)
    return Exit.OK
