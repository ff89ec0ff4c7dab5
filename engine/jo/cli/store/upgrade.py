"""`jo store upgrade`: the tables of a newer jo."""

from datetime import datetime
from pathlib import Path

import click

from jo.cli.exits import Exit
from jo.cli.loading import load_workspace, present
from jo.cli.options import Format, Place, workspace_options
from jo.reports.wording import size


@click.command("upgrade", short_help="Bring the tables to the version of this jo.")
@click.option("--no-backup", "has_no_backup", is_flag=True, help="Make no copy of a SQLite store first.")
@workspace_options
def command(place: Place, *, has_no_backup: bool) -> int:
    """Bring the store's tables to the version of this jo, all of the way or none of it.

    No worker may run meanwhile. A store in SQLite is copied first, to a file beside it; a store in PostgreSQL
    is yours to copy. There is no way back but that copy.
    """
    settings = load_workspace(place, Format.HUMAN).settings
    from jo.wiring import (
        backup_store,
        check_store,
        refuse_newer_store,
        store_alone,
        store_file,
        upgrade_store,
    )

    with store_alone(settings) as other:
        if other is not None:
            place.console.error(f"{other} works on this store. Stop every `jo run`, then upgrade.")
            return Exit.LOCKED
        found = check_store(settings)
        if found.version == found.newest:
            place.console.show(f"The store {found.place} is up to date: version {found.newest}.\n")
            return Exit.OK
        refuse_newer_store(found.version)
        file = store_file(settings)
        if file is not None and found.version is not None and not has_no_backup:
            made = backup_store(settings, _beside(file, found.version, present()))
            place.console.remark(f"The store as it was is in {made.file} ({size(made.size)}).")
        before, after = upgrade_store(settings)
    place.console.show(f"The store {found.place} is upgraded: from version {before or 'none'} to {after}.\n")
    return Exit.OK


def _beside(file: Path, version: str, now: datetime) -> Path:
    return file.with_name(f"{file.name}.{version}-{now:%Y%m%dT%H%M%S}")
