"""`jo run`: the reconciler, once, as a service, or on a clock that does not wait."""

import signal
from contextlib import closing, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import click

from jo.cli.exits import Exit
from jo.cli.instants import local_text, read_instant, zone_of
from jo.cli.loading import load_workspace
from jo.cli.options import Format, Place, json_option, workspace_options
from jo.cli.texts import whoever
from jo.views.console import Console

if TYPE_CHECKING:
    from jo.cli.logbook import Log
    from jo.daemon.clocks import FastClock, RealClock
    from jo.daemon.service import Worker
    from jo.ports.store import Store
    from jo.workspace.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line asks for."""

    is_once: bool
    is_fast: bool
    begin: datetime | None
    end: datetime | None
    log: str | None
    is_verbose: bool
    as_json: bool

    @property
    def is_service(self) -> bool:
        return not self.is_once and not self.is_fast


@click.command("run")
@click.option("--once", is_flag=True, help="Do what is due now, say what was done, and end.")
@click.option("--until", metavar="TIME", help="End then; a day or a time in the project's zone.")
@click.option(
    "--clock",
    type=click.Choice(["real", "fast"]),
    default="real",
    help="`fast` jumps from one moment of work to the next; for relays on this machine only.",
)
@click.option("--from", "start", metavar="TIME", help="Where a fast clock begins.")
@click.option("--release", is_flag=True, help="Lift what holds the workers of this store, and end.")
@click.option("--log", type=click.Choice(["text", "json"]), help="Write a log to standard error.")
@click.option("--verbose", is_flag=True, help="Log what happens round by round, too.")
@json_option
@workspace_options
def command(
    place: Place,
    *,
    once: bool,
    until: str | None,
    clock: str,
    start: str | None,
    release: bool,
    log: str | None,
    verbose: bool,
    as_json: bool,
) -> int:
    """Send mail and move people along: refresh lists, let people in, decide, send.

    \b
      jo run            as a service, until SIGTERM or Ctrl-C
      jo run --once     what is due now, for a timer of your own
      jo run --release  let all workers go on after a hold, and end
      jo run --clock fast --from "2026-12-01 08:00" --until 2027-02-20
                        let weeks pass in seconds, with a relay on this machine

    On PostgreSQL any number of them share the work; on SQLite, and by a fast clock, one runs a store at a
    time, and another one ends with 6. Each may be killed at any moment: the next one goes on where it was,
    and mails of which nobody knows the end are listed by `jo sends --uncertain`. A store lives by the real
    clock or by a fast one, for good.

    With --once it stays for as long as rates hold mails that are due.

    It holds, and does nothing, when work has been due for too long, or when the store is not the one that its
    journal knows. It says what it would send and waits for --release; with --once it ends with 8.
    """
    settings = load_workspace(place, Format.JSON if as_json else Format.HUMAN).settings
    asked = _read(
        settings, once=once, until=until, clock=clock, start=start, log=log, verbose=verbose, as_json=as_json
    )
    if release:
        return _release(place.console, settings, asked)
    if asked.is_fast and not _may_be_fast(place.console, settings):
        return Exit.REFUSED
    from jo.cli.running import run_worker
    from jo.wiring import has_journal_setting, open_store

    if not has_journal_setting(settings):
        place.console.error(_NO_JOURNAL)
        return Exit.INVALID

    with (
        closing(open_store(settings)) as store,
        run_worker(settings, store, is_fast=asked.is_fast) as worker,
    ):
        if isinstance(worker, str):
            place.console.error(
                f"Another `jo run` works on this store ({worker}), and only one can. This one ends."
            )
            return Exit.LOCKED
        return _run(place.console, settings, store, worker, asked)


def _read(
    settings: "Settings",
    *,
    once: bool,
    until: str | None,
    clock: str,
    start: str | None,
    log: str | None,
    verbose: bool,
    as_json: bool,
) -> Asked:
    is_fast = clock == "fast"
    if once and until is not None:
        raise click.UsageError("--once and --until exclude each other.")
    if start is not None and not is_fast:
        raise click.UsageError("--from is for a fast clock: add --clock fast.")
    if is_fast and until is None and not once:
        raise click.UsageError("A fast clock needs an end: add --until TIME, or --once.")
    return Asked(
        is_once=once,
        is_fast=is_fast,
        begin=None if start is None else read_instant(start, "--from", settings),
        end=None if until is None else read_instant(until, "--until", settings),
        log=log,
        is_verbose=verbose,
        as_json=as_json,
    )


_NO_JOURNAL = (
    "Nothing says where the journal of sends is, which knows what was sent when the store is restored from a "
    "backup. Name a folder on a disk of this machine that outlives the process:\n"
    "    [journal]\n"
    '    path = "/var/lib/jo/journal"\n'
    'or, to run without one, `path = "unsafe"`.'
)


def _release(console: Console, settings: "Settings", asked: Asked) -> int:
    """Lift all holds, and let whoever runs go on."""
    if not asked.is_service or asked.end is not None:
        raise click.UsageError("--release stands alone: it lifts the hold, and a worker goes on.")
    from jo.daemon.clocks import ClockKind, clock_of, present_in
    from jo.wiring import open_store

    with closing(open_store(settings)) as store, store.write() as work:
        at = present_in(work)
        if clock_of(work) is ClockKind.FAST:  # by it, no time passes on hold
            at = max([at, *(hold.at for hold in work.holds.active())])
        lifted = work.holds.release(whoever(None), at)
    if not lifted:
        console.remark("Nothing is on hold.")
        return Exit.OK
    causes = ", ".join(hold.cause.value for hold in lifted)
    console.remark(
        f"Lifted: {causes}. What was due goes out at {settings.run.release_rate}. A worker that runs goes on "
        "within seconds; where none does, start `jo run`."
    )
    return Exit.OK


def _may_be_fast(console: Console, settings: "Settings") -> bool:
    from jo.workspace.check_settings import is_loopback

    away = [name for name, relay in settings.relays.items() if not is_loopback(relay.host)]
    if away:
        console.error(
            f"A fast clock sends the mails of weeks at once, and the relay `{away[0]}` is not on this "
            "machine. Point every relay to 127.0.0.1, where `jo sink` can take the mails."
        )
    return not away


def _run(console: Console, settings: "Settings", store: "Store", worker: "Worker", asked: Asked) -> int:
    from jo.cli.listening import Diary, Listener
    from jo.cli.running import collecting_seldom, told_to_stop
    from jo.daemon.clocks import RealClock
    from jo.daemon.loop import Tick, run_out, run_through
    from jo.daemon.service import Event
    from jo.daemon.ticker import Bell, Ticker, run_due
    from jo.wiring import open_loop

    clock = _clock(console, settings, store, asked)
    if clock is None:
        return Exit.REFUSED
    bell, log = Bell(), _log(console, asked)

    def stop() -> None:
        worker.stopping = True
        bell.ring()

    def on_trouble(event: Event) -> None:
        if asked.is_fast and event.name in _ENDS_FAST:
            worker.stopping = True

    def after_each(tick: Tick) -> None:
        diary.note(tick)
        if tick.standstill is not None and asked.is_fast:
            worker.stopping = True
        if progress is not None:
            progress.at(f"{local_text(tick.at, settings)}  {diary.sent:,} mails sent")

    listener = Listener(console, log, on_trouble, is_verbose=asked.is_verbose)
    diary = Diary(zone_of(settings))
    started = {"owner": worker.owner, "clock": clock.kind.value}
    with told_to_stop(stop) as heard:
        shown = console.progress("Running") if log is None else nullcontext()
        with (
            shown as progress,
            open_loop(settings, store, clock, worker, listener.tell, waits=not asked.is_service) as loop,
            collecting_seldom(),
        ):
            listener.tell(Event(name="run.started", at=clock.now(), fields=started))
            if not _is_applied(store):
                listener.tell(Event(name="run.unapplied", at=clock.now()))
            if asked.is_once and isinstance(clock, RealClock):
                run_due(loop, worker, bell, after_each)
            elif asked.is_once:
                run_out(loop, worker, after_each)
            elif isinstance(clock, RealClock):
                Ticker(loop, worker, bell, after_each).run(asked.end)
            else:
                run_through(loop, clock, worker, _given(asked.end), after_each)
            last = loop.finish()
            if last is not None:
                after_each(last)
        why = "signal" if heard else "trouble" if listener.has_failed else "done"
        listener.tell(Event(name="run.stopped", at=clock.now(), fields={"why": why}))
    bell.close()
    report = diary.report(is_interrupted=bool(heard) or (asked.is_fast and worker.stopping))
    if report is not None and not asked.is_service:
        from jo.views import run as view

        console.show(view.as_json(report) if asked.as_json else view.render(report, console.look))
    if report is not None and report.standstill is not None and not asked.is_service:
        return Exit.NOT_CONVERGED
    if heard:
        return Exit.INTERRUPTED if heard[0] == signal.SIGINT else Exit.OK
    return Exit.FAILURE if listener.has_failed and not asked.is_service else Exit.OK


_ENDS_FAST = frozenset({"tick.trouble", "relay.trouble", "links.dead"})
"""What a fast clock cannot wait out: it would let mails expire while no time passes."""


def _is_applied(store: "Store") -> bool:
    with store.read() as work:
        return work.specs.generation() > 0


def _log(console: Console, asked: Asked) -> "Log | None":
    """Return how to log: as asked; a service that nobody watches logs as text."""
    from jo.cli.logbook import Log

    if asked.log is not None:
        return Log(asked.log)
    return Log.TEXT if asked.is_service and not console.is_watched else None


def _clock(
    console: Console, settings: "Settings", store: "Store", asked: Asked
) -> "RealClock | FastClock | None":
    """Return the clock to run by; None, with a word about it, when the store lives by the other one."""
    from jo.daemon.clocks import ClockKind, FastClock, RealClock, clock_of, last_tick

    with store.read() as work:
        known, last = clock_of(work), last_tick(work)
    if not asked.is_fast:
        if known is ClockKind.FAST and last is not None:
            console.error(
                f"This store lives by a fast clock, by which it is {local_text(last, settings)}. Go on with\n"
                "    jo run --clock fast --until TIME\n"
                "For real mail, set another `url` in `[store]`."
            )
            return None
        return RealClock()
    if known is ClockKind.REAL:
        console.error(
            "This store lives by the real clock: a fast one would send now what is planned for later. "
            "To try things out, set another `url` in `[store]`."
        )
        return None
    start = max((moment for moment in (asked.begin, last) if moment is not None), default=None)
    if start is None:
        raise click.UsageError("A fast clock on a fresh store needs a beginning: add --from TIME.")
    if asked.end is not None and asked.end < start:
        console.remark(f"By the clock of this store it is {local_text(start, settings)} already.")
    return FastClock(start)


_T = TypeVar("_T")


def _given(value: _T | None) -> _T:
    assert value is not None
    return value
