"""`jo doctor`: looks at everything that has to be there for mail to go out."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from jo.cli.exits import Exit
from jo.cli.loading import Checked, check_files, load_workspace
from jo.cli.options import Format, Place, json_option, workspace_options
from jo.cli.sources import check_sources
from jo.ports.errors import WorldError
from jo.ports.store import StoreError
from jo.reports.health import Examined, State
from jo.reports.standstill import SENTENCES
from jo.reports.wording import listed
from jo.workspace.files import read_files

if TYPE_CHECKING:
    from jo.diagnostics.diagnostic import Diagnostic
    from jo.flow.hold import Cause
    from jo.ports.store import Transaction
    from jo.views.console import Console
    from jo.workspace.settings import Settings


@click.command("doctor")
@json_option
@workspace_options
def command(place: Place, *, as_json: bool) -> int:
    """Check settings, project, store, sources, relay and links, and say what to do.

    Changes nothing. Ends with 1 when something fails, 0 when there are warnings at most.
    """
    workspace = load_workspace(place, Format.JSON if as_json else Format.HUMAN)
    from jo.views import health as view

    checked = check_files(workspace, read_files(workspace.root), datetime.now(UTC))
    found = list(_examine(checked, place.console))
    place.console.show(view.as_json(found) if as_json else view.render(found, place.console.look))
    return Exit.FAILURE if any(item.state is State.FAILING for item in found) else Exit.OK


def _examine(checked: Checked, console: "Console") -> Iterator[Examined]:
    settings = checked.settings
    yield _project(checked)
    yield from _store(settings)
    yield from _journal(settings)
    yield from _sources(checked, console)
    for name in sorted(settings.relays):
        yield _relay(name, settings)
    yield from _links(settings)


def _project(checked: Checked) -> Examined:
    from jo.diagnostics.codes import Severity

    errors = sum(item.severity is Severity.ERROR for item in checked.found)
    count = len(checked.project.resources)
    if errors:
        return Examined(
            subject="project",
            state=State.FAILING,
            detail=f"{errors} {'fault' if errors == 1 else 'faults'} in the files.",
            advice="See jo validate.",
        )
    return Examined(subject="project", state=State.FINE, detail=f"{count} resources, without errors.")


def _store(settings: "Settings") -> Iterator[Examined]:
    from jo.daemon.clocks import clock_of, last_tick
    from jo.wiring import open_store_to_read, store_file

    try:
        file = store_file(settings)
        if file is not None and not file.exists():
            yield Examined(
                subject="store",
                state=State.WARNING,
                detail="There is none yet.",
                advice="`jo apply` makes it.",
            )
            return
        with closing(open_store_to_read(settings)) as store, store.read() as work:
            generation, clock, last = work.specs.generation(), clock_of(work), last_tick(work)
            holds = work.holds.active()
            running = _running(settings, work)
    except WorldError as error:
        yield Examined(subject="store", state=State.FAILING, detail=str(error))
        return
    worked = f", last tick {last:%Y-%m-%d %H:%M} UTC" if last is not None else ", never run"
    who = (
        f"; {listed(running)} {'runs' if len(running) == 1 else 'run'} it" if running else "; nobody runs it"
    )
    kind = f" by a {clock} clock" if clock is not None else ""
    live = f"Generation {generation}" if generation else "Nothing was applied yet"
    yield Examined(subject="store", state=State.FINE, detail=f"{live}{worked}{kind}{who}.")
    for hold in holds:
        yield Examined(
            subject="hold",
            state=State.FAILING,
            detail=f"{hold.cause}: {SENTENCES[hold.cause]} {hold.detail}",
            advice="No mail goes out until somebody has looked and says\n    jo run --release",
        )


def _running(settings: "Settings", work: "Transaction") -> list[str]:
    """Return the owners of the workers that run."""
    from jo.daemon.sharing import workers
    from jo.wiring import open_run_lock

    lock, now = open_run_lock(settings), work.leases.clock()
    return [
        lease.owner for lease in workers(work) if (lease.until > now if lock is None else lock.is_taken())
    ]


def _journal(settings: "Settings") -> Iterator[Examined]:
    from jo.wiring import foresee, open_store_to_read, store_file, try_journal

    try:
        is_kept = try_journal(settings)
        file = store_file(settings)
        found: Sequence[tuple[Cause, str, str]] = ()
        if is_kept and (file is None or file.exists()):
            with closing(open_store_to_read(settings)) as store:
                with store.read() as work:
                    is_in_use = bool(_running(settings, work))
                found = () if is_in_use else foresee(settings, store)
    except StoreError:
        found = ()  # that it cannot be read is said of the store
    except WorldError as error:
        yield Examined(subject="journal", state=State.FAILING, detail=str(error))
        return
    for cause, detail, _ in found:
        yield Examined(
            subject="journal",
            state=State.FAILING,
            detail=f"{cause}: {SENTENCES[cause]} {detail}",
            advice="The next `jo run` holds for this, and says what waits.",
        )
    if not is_kept:
        yield Examined(
            subject="journal",
            state=State.WARNING,
            detail="There is none, as the settings want: a restored store sends again what was sent since.",
            advice="Name a folder as `path` in `[journal]`.",
        )
    elif not found:
        yield Examined(subject="journal", state=State.FINE, detail="It can be written.")


def _sources(checked: Checked, console: "Console") -> Iterator[Examined]:
    from jo.diagnostics.codes import Severity

    faults: dict[str, list[Diagnostic]] = {}
    with console.progress("reading sources") as progress:
        for item in check_sources(checked, progress):
            faults.setdefault(str(item.address), []).append(item)
    for name, source in sorted(checked.project.sources.items()):
        subject, mine = f"source {name}", faults.get(str(source.address), [])
        if name not in checked.settings.sources:
            advice = f"Add [sources.{name}] with a path to jo.toml."
            yield Examined(
                subject=subject, state=State.FAILING, detail="Nobody says where it lies.", advice=advice
            )
        elif mine:
            worst = any(item.severity is Severity.ERROR for item in mine)
            more = f" And {len(mine) - 1} more." if len(mine) > 1 else ""
            yield Examined(
                subject=subject,
                state=State.FAILING if worst else State.WARNING,
                detail=mine[0].detail + more,
                advice="See jo validate.",
            )
        else:
            yield Examined(subject=subject, state=State.FINE, detail="Reads as declared.")


def _relay(name: str, settings: "Settings") -> Examined:
    from jo.wiring import relay_trouble

    chosen = settings.relays[name]
    place = f"{chosen.host}:{chosen.port}"
    try:
        trouble = relay_trouble(name, settings)
    except WorldError as error:
        return Examined(
            subject=f"relay {name}",
            state=State.FAILING,
            detail=f"Its settings cannot be used: {str(error).removesuffix('.')}.",
            advice=f"`jo run` does not start so: mend `[relay.{name}]` in jo.toml, or what it refers to.",
        )
    if trouble is None:
        return Examined(subject=f"relay {name}", state=State.FINE, detail=f"{place} takes mail from here.")
    why, advice = trouble
    return Examined(
        subject=f"relay {name}",
        state=State.FAILING,
        detail=f"{place} takes no mail from here: {why.removesuffix('.')}.",
        advice=advice,
    )


def _links(settings: "Settings") -> Iterator[Examined]:
    """Look at what marketing mail needs besides a relay; a project of transactional mail may do without."""
    from jo.wiring import load_site, open_probe

    try:
        site = load_site(settings)
    except WorldError as error:
        yield Examined(
            subject="links",
            state=State.WARNING,
            detail=str(error),
            advice="`jo init --key` makes a signing key. Marketing mail needs both.",
        )
        return
    yield Examined(subject="signing key", state=State.FINE, detail="It is there and long enough.")
    trouble = open_probe(site).trouble()
    if trouble is None:
        yield Examined(subject="links", state=State.FINE, detail=f"{site.base_url} is answered by jo serve.")
    else:
        yield Examined(
            subject="links",
            state=State.WARNING,
            detail=trouble,
            advice="Marketing mail waits until it does. Start `jo serve`.",
        )
