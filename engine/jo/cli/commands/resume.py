"""`jo resume`: lifts a pause; what it held goes out with the next round."""

from contextlib import closing

import click

from jo.cli.exits import Exit
from jo.cli.loading import load_workspace
from jo.cli.options import Format, Place, workspace_options


@click.command("resume")
@click.argument("scope")
@workspace_options
def command(place: Place, *, scope: str) -> int:
    """Lift the pause of `all`, a journey or a template. `jo pause` lists what is paused."""
    settings = load_workspace(place, Format.HUMAN).settings
    from jo.daemon.clocks import present_in
    from jo.diagnostics.nearest import suggestion
    from jo.flow.state import Why
    from jo.ports.store import Sweep, SweepKind
    from jo.wiring import open_store

    with closing(open_store(settings)) as store, store.write() as work:
        scopes = [item.scope for item in work.operations.overrides()]
        if not work.operations.resume(scope):
            place.console.error(f"{scope} is not paused. {suggestion(scope, scopes, noun='pause')}")
            return Exit.FAILURE
        work.sweeps.add([Sweep(kind=SweepKind.RECONSIDER, subject=Why.PAUSE, at=present_in(work))])
    place.console.remark(f"{scope} goes on.")
    return Exit.OK
