"""`jo resume`: lifts a pause; what it held goes out with the next round."""

from contextlib import closing

import click

from jo.cli.exits import Exit
from jo.cli.loading import load_workspace
from jo.cli.options import Format, Place, workspace_options
from jo.cli.pauses import pause_text
from jo.cli.texts import Words, whoever


@click.command("resume")
@click.argument("scope")
@click.option("--who", type=Words(), metavar="NAME", help="Who says so; by default the user of this machine.")
@workspace_options
def command(place: Place, *, scope: str, who: str | None) -> int:
    """Lift the pause of `all`, a journey or a template. `jo pause` lists what is paused."""
    settings = load_workspace(place, Format.HUMAN).settings
    from jo.daemon.clocks import present_in
    from jo.diagnostics.nearest import suggestion
    from jo.flow.state import Why
    from jo.ports.store import Sweep, SweepKind
    from jo.wiring import open_store

    with closing(open_store(settings)) as store, store.write() as work:
        now = present_in(work)
        lifted = work.operations.resume(scope, whoever(who), now)
        if lifted is None:
            pauses = {item.scope: item for item in work.operations.overrides()}
            near = suggestion(scope, pauses, noun="pause") if pauses else "Nothing is paused."
            said = f"{scope} is not paused. {near}" if pauses else near
            if scope in pauses:
                said = (
                    f"{scope} was paused anew at this very moment, {pause_text(pauses[scope], settings)}. "
                    "Nothing was lifted."
                )
            place.console.error(said)
            return Exit.FAILURE
        work.sweeps.add([Sweep(kind=SweepKind.RECONSIDER, subject=Why.PAUSE, at=now)])
    place.console.remark(f"{scope} goes on. It was paused {pause_text(lifted, settings)}.")
    return Exit.OK
