"""`jo store backup`: a copy of the store in one file."""

from pathlib import Path

import click

from jo.cli.exits import Exit
from jo.cli.loading import load_workspace
from jo.cli.options import Format, Place, workspace_options
from jo.reports.wording import size


@click.command("backup", short_help="Copy the store into one file.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@workspace_options
def command(place: Place, *, file: Path) -> int:
    """Copy the store to FILE while jo goes on: one state of it, checked and synced; overwrites nothing.

    Whoever restores a backup goes back in time. The journal notices that: it lies outside of the store, and
    what it knows as sent is not sent again. So keep it where it is, and do not copy it back with the store.
    """
    settings = load_workspace(place, Format.HUMAN).settings
    from jo.wiring import backup_store

    with place.console.progress("Copying the store"):
        made = backup_store(settings, file)
    place.console.show(f"{made.file} holds the store: {size(made.size)}, checked and synced.\n")
    place.console.remark("Keep the signing keys as well; git has the rest.")
    return Exit.OK
