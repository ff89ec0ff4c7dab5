"""`jo history`: lists what was applied, when and by whom."""

import click

from jo.cli.exits import Exit
from jo.cli.loading import load_workspace
from jo.cli.options import Format, Place, json_option, workspace_options


@click.command("history")
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True, help="How many.")
@json_option
@workspace_options
def command(place: Place, *, limit: int, as_json: bool) -> int:
    """List what was applied, when and by whom, newest first."""
    settings = load_workspace(place, Format.JSON if as_json else Format.HUMAN).settings
    from jo.reports.history import HistoryLine, count_actions
    from jo.timing.zones import load_zone
    from jo.views import history as view
    from jo.wiring import open_store_to_read

    store = open_store_to_read(settings)
    try:
        with store.read() as work:
            deployments = work.specs.history(limit)
    finally:
        store.close()
    zone = load_zone(settings.zone)
    assert zone is not None
    lines = [
        HistoryLine(
            generation=item.generation,
            at=item.at.astimezone(zone),
            actor=item.actor,
            approvals=tuple(item.approvals),
            commit=item.commit,
            digest=item.digest,
            actions=count_actions(item.plan["changes"]),
        )
        for item in deployments
    ]
    place.console.show(view.as_json(lines) if as_json else view.render(lines, place.console.look))
    return Exit.OK
