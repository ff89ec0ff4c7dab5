"""`jo store check`: whether the database keeps what it promises."""

import click

from jo.cli.exits import Exit
from jo.cli.loading import load_workspace
from jo.cli.options import Format, Place, json_option, workspace_options


@click.command("check", short_help="Look for damage.")
@json_option
@workspace_options
def command(place: Place, *, as_json: bool) -> int:
    """Look for damage: of pages and indexes, of references, of the tables' version. Changes nothing.

    Ends with 1 when the store is not sound. What it holds is looked at by `jo audit`.
    """
    settings = load_workspace(place, Format.JSON if as_json else Format.HUMAN).settings
    from jo.reports.store import StoreCheck
    from jo.views import store as view
    from jo.wiring import check_store

    with place.console.progress("Checking the store"):
        found = check_store(settings)
    report = StoreCheck(
        place=found.place, version=found.version, newest=found.newest, findings=tuple(found.findings)
    )
    place.console.show(view.as_json(report) if as_json else view.render(report, place.console.look))
    return Exit.OK if report.is_sound else Exit.FAILURE
