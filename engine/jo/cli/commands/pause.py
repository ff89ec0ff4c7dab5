"""`jo pause`: holds mail by hand, with who, why and until when."""

from contextlib import closing

import click

from jo.cli.exits import Exit
from jo.cli.instants import local_text, read_instant
from jo.cli.loading import load_workspace
from jo.cli.options import Format, Place, workspace_options
from jo.cli.pauses import pause_text
from jo.cli.texts import Words, whoever


@click.command("pause")
@click.argument("scope", required=False)
@click.option("--why", type=Words(), metavar="TEXT", help="The reason; every plan and status shows it.")
@click.option(
    "--until", metavar="TIME", help="When it ends by itself; a day or a time in the project's zone."
)
@click.option("--replace", is_flag=True, help="Put this pause in the place of one that holds.")
@click.option("--who", type=Words(), metavar="NAME", help="Who says so; by default the user of this machine.")
@workspace_options
def command(
    place: Place, *, scope: str | None, why: str | None, until: str | None, replace: bool, who: str | None
) -> int:
    """Hold mail: of everything (`all`), of a journey or of a template, until `jo resume`.

    \b
      jo pause program/onboarding --why "wrong link in the second mail"
      jo pause all --why "relay is moved" --until "2026-12-01 18:00"
      jo pause                     list the pauses

    People go on to wait and branch; only mail is held, and expires when it is held for too long.
    """
    settings = load_workspace(place, Format.HUMAN).settings
    from jo.daemon.clocks import present_in
    from jo.flow.state import Why
    from jo.ports.store import Override, Sweep, SweepKind
    from jo.reports.pauses import PauseLine, scope_trouble
    from jo.views import pauses as view
    from jo.wiring import open_store

    end = read_instant(until, "--until", settings) if until is not None else None
    with closing(open_store(settings)) as store:
        if scope is None:
            with store.read() as work:
                now = present_in(work)
                lines = [
                    PauseLine(
                        scope=item.scope,
                        who=item.who,
                        why=item.why,
                        at=item.at,
                        until=item.until,
                        is_over=item.until is not None and item.until <= now,
                    )
                    for item in work.operations.overrides()
                ]
            place.console.show(view.render(lines, settings.zone, place.console.look))
            return Exit.OK
        if not why:
            raise click.UsageError("A pause needs a reason: --why TEXT.")
        with store.write() as work:
            trouble = scope_trouble(scope, [spec.revision.address for spec in work.specs.live()])
            if trouble is not None:
                place.console.error(trouble)
                return Exit.FAILURE
            now = present_in(work)
            if end is not None and end <= now:
                raise click.UsageError("--until lies in the past.")
            override = Override(scope=scope, who=whoever(who), why=why, at=now, until=end)
            standing = work.operations.pause(override)
            while standing is not None and replace:
                work.operations.resume(scope, override.who, now)
                standing = work.operations.pause(override)
            if standing is not None:
                place.console.error(
                    f"{scope} is paused already, {pause_text(standing, settings)}. Nothing was changed; to "
                    "put this pause in its place, add --replace."
                )
                return Exit.FAILURE
            work.sweeps.add([Sweep(kind=SweepKind.RECONSIDER, subject=Why.PAUSE, at=now)])
    ending = f" until {local_text(end, settings)}" if end is not None else ""
    place.console.remark(f"Paused {scope}{ending}. Lift it with\n    jo resume {scope}")
    return Exit.OK
