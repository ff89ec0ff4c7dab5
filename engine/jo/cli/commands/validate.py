"""`jo validate`: checks the project like a compiler."""

import click

from jo.cli.exits import Exit
from jo.cli.loading import check_workspace, load_workspace, present, show_diagnosis
from jo.cli.options import Format, Place, format_option, workspace_options


@click.command("validate")
@workspace_options
@format_option
def command(place: Place, *, form: Format) -> int:
    """Check the project like a compiler."""
    checked = check_workspace(load_workspace(place, form), present())
    show_diagnosis(place.console, checked.diagnosis, form)
    return Exit.OK if checked.is_valid else Exit.INVALID
