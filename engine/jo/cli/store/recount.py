"""`jo store recount`: the counts that a status shows, made anew."""

from contextlib import closing

import click

from jo.cli.exits import Exit
from jo.cli.loading import load_workspace
from jo.cli.options import Format, Place, workspace_options
from jo.reports.wording import counted


@click.command("recount", short_help="Mend the counts that `jo status` shows.")
@workspace_options
def command(place: Place) -> int:
    """Count everything one by one and keep that: for a store of which `jo audit` says that counts are wrong.

    Writing waits until it is done; a large store takes some seconds.
    """
    settings = load_workspace(place, Format.HUMAN).settings
    from jo.wiring import open_store

    with closing(open_store(settings)) as store, place.console.progress("Counting"), store.write() as work:
        wrong = len(work.counts.miscounts())
        if wrong:
            work.counts.recount()
    said = f"{counted(wrong, 'count')} {'was' if wrong == 1 else 'were'} wrong, and mended."
    place.console.show(f"{said}\n" if wrong else "Every count is right.\n")
    return Exit.OK
