"""`jo status`: where everything stands, in counts that add up."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from jo.cli.exits import Exit
from jo.cli.instants import zone_of
from jo.cli.loading import load_workspace
from jo.cli.options import Format, Place, json_option, workspace_options

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from jo.daemon.live import Live
    from jo.model.address import Address
    from jo.ports.store import JourneyCounts, Transaction
    from jo.reports.pauses import PauseLine
    from jo.reports.status import Counts, JourneyStatus, ListLine, Mails, StatusReport, StepLine, WorkerLine


_SIGNS = 5
"""Turns at sharing the work without a sign, after which somebody should know of it."""


@click.command("status")
@click.argument("journey", required=False)
@json_option
@workspace_options
def command(place: Place, *, journey: str | None, as_json: bool) -> int:
    """Show where everything stands: lists, people in programs, mails. JOURNEY: only that one.

    The numbers add up: candidates are those who entered and those who did not, with why not; people are those
    inside, by step, and those whose program has ended; and every mail that was ever planned is accepted,
    uncertain, waiting or not sent, with why.
    """
    settings = load_workspace(place, Format.JSON if as_json else Format.HUMAN).settings
    from jo.daemon.live import load
    from jo.views import status as view
    from jo.wiring import open_run_lock, open_store_to_read

    with closing(open_store_to_read(settings)) as store, store.read() as work:
        live = load(work, work.specs.generation())
        only = _find(live, journey) if journey is not None else None
        lock = open_run_lock(settings)
        is_run_locked = None if lock is None else lock.is_taken()
        seconds = settings.store.lease_seconds
        report = _read(work, live, zone_of(settings), only, is_run_locked, seconds)
    place.console.show(view.as_json(report) if as_json else view.render(report, place.console.look))
    return Exit.OK


def _find(live: "Live", text: str) -> "Address":
    """Return the journey of that name or address. Ends the command when there is none."""
    from jo.diagnostics.nearest import suggestion

    programs, outreaches = live.project.programs.values(), live.project.outreaches.values()
    journeys = [*(item.address for item in programs), *(item.address for item in outreaches)]
    found = next((item for item in journeys if text in (item.name, str(item))), None)
    if found is None:
        near = suggestion(text, [item.name for item in journeys], noun="journey")
        raise click.UsageError(f"There is no journey `{text}` that was applied. {near}")
    return found


def _read(
    work: "Transaction",
    live: "Live",
    zone: "ZoneInfo",
    only: "Address | None",
    is_run_locked: bool | None,
    lease_seconds: int,
) -> "StatusReport":
    from jo.daemon.clocks import ClockKind, clock_of, last_tick, present_in
    from jo.reports.status import StatusReport

    now, last = present_in(work), last_tick(work)
    latest = next(iter(work.specs.history(1)), None)
    return StatusReport(
        now=now.astimezone(zone),
        zone=zone.key,
        is_fast=clock_of(work) is ClockKind.FAST,
        generation=live.generation,
        applied_at=latest.at.astimezone(zone) if latest is not None else None,
        applied_by=latest.actor if latest is not None else "",
        last_tick=last.astimezone(zone) if last is not None else None,
        workers=_workers(work, zone, is_run_locked, lease_seconds),
        lag=_lag(work, now),
        holds=tuple(replace(hold, at=hold.at.astimezone(zone)) for hold in work.holds.active()),
        pauses=_pauses(work, now, zone),
        lists=_lists(work, live, zone, only),
        journeys=_journeys(work, live, now, zone, only),
    )


def _workers(
    work: "Transaction", zone: "ZoneInfo", is_run_locked: bool | None, lease_seconds: int
) -> "tuple[WorkerLine, ...]":
    """Return the workers. Where there is a lock, it tells whether one lives; else the lease does."""
    from jo.daemon.sharing import SHARING_SECONDS, holdings
    from jo.reports.status import WorkerLine

    now = work.leases.clock()  # leases go by it, whatever clock the store lives by

    def silence(until: datetime) -> timedelta | None:
        """Return how long ago a lease was renewed; None while that is what it takes."""
        since = now - (until - timedelta(seconds=lease_seconds))
        is_long = is_run_locked is None and since > _SIGNS * timedelta(seconds=SHARING_SECONDS)
        return since if is_long else None

    return tuple(
        WorkerLine(
            owner=part.lease.owner,
            is_alive=part.lease.until > now if is_run_locked is None else is_run_locked,
            until=part.lease.until.astimezone(zone),
            silence=silence(part.lease.until),
            shards=len(part.shards),
            duties=tuple(sorted(part.duties)),
        )
        for part in holdings(work)
    )


def _lag(work: "Transaction", now: datetime) -> timedelta:
    moments = (work.passages.next_due(), work.ledger.next_due())
    return max(
        (now - moment for moment in moments if moment is not None and moment < now), default=timedelta()
    )


def _pauses(work: "Transaction", now: datetime, zone: "ZoneInfo") -> "tuple[PauseLine, ...]":
    from jo.reports.pauses import PauseLine

    return tuple(
        PauseLine(
            scope=item.scope,
            who=item.who,
            why=item.why,
            at=item.at.astimezone(zone),
            until=item.until.astimezone(zone) if item.until is not None else None,
            is_over=False,
        )
        for item in work.operations.overrides()
        if item.until is None or item.until > now
    )


def _lists(
    work: "Transaction", live: "Live", zone: "ZoneInfo", only: "Address | None"
) -> "tuple[ListLine, ...]":
    from jo.reports.status import ListLine, by_size

    names = live.used_lists()
    if only is not None:
        audience = live.project.journey(only).audience
        names = [audience] if isinstance(audience, str) else []
    found = []
    for name in names:
        snapshot = work.audiences.snapshot(name)
        if snapshot is not None:
            line = ListLine(
                name=name,
                size=snapshot.size,
                refreshed_at=snapshot.refreshed_at.astimezone(zone),
                as_of=snapshot.as_of.astimezone(zone),
                kept_because=snapshot.kept_because,
                left_out=by_size(snapshot.left_out),
            )
            found.append(line)
    return tuple(found)


def _journeys(
    work: "Transaction", live: "Live", now: datetime, zone: "ZoneInfo", only: "Address | None"
) -> "tuple[JourneyStatus, ...]":
    from jo.flow.occurrence import next_opening
    from jo.ports.store import JourneyCounts
    from jo.reports.status import OutreachStatus, ProgramStatus, by_size

    name = str(only) if only is not None else None
    counts = {item.journey: item for item in work.reports.journeys(name)}
    waiting = work.reports.waiting(name)
    unsent: dict[str, dict[str, int]] = {}
    for tally in work.reports.unsent(name):
        reason = f"{tally.sort}: {tally.why}" if tally.why else tally.sort
        unsent.setdefault(tally.journey, {})[reason] = tally.count
    found: list[JourneyStatus] = []
    for program in live.project.programs.values():
        address = str(program.address)
        if name not in (None, address):
            continue
        item = counts.get(address) or _nothing(JourneyCounts, address)
        steps = _steps(
            list(program.steps),
            [(tally.sort, tally.why, tally.count) for tally in waiting if tally.journey == address],
        )
        status = ProgramStatus(
            address=address,
            is_retired=not live.is_live(program.address),
            entered=item.admitted,
            refused=by_size(item.refused),
            steps=steps,
            ended=by_size(item.ended),
            mails=_mails(item, unsent.get(address, {})),
            passages=sum(item.inside.values()) + sum(item.ended.values()),
        )
        found.append(status)
    for outreach in live.project.outreaches.values():
        address = str(outreach.address)
        if name not in (None, address):
            continue
        item = counts.get(address) or _nothing(JourneyCounts, address)
        opens = next_opening(outreach, now, live.zone) if live.is_live(outreach.address) else None
        found.append(
            OutreachStatus(
                address=address,
                is_retired=not live.is_live(outreach.address),
                mails=_mails(item, {**unsent.get(address, {}), **item.refused}),
                next_at=opens.astimezone(zone) if opens is not None else None,
            )
        )
    return tuple(found)


def _nothing(kind: "type[JourneyCounts]", journey: str) -> "JourneyCounts":
    return kind(journey=journey, admitted=0, refused={}, inside={}, ended={}, intents={})


def _steps(order: list[str], tallies: Sequence[tuple[str, str, int]]) -> "tuple[StepLine, ...]":
    """Return the steps where somebody is; one that the present program no longer has comes last."""
    from jo.reports.status import StepLine, by_size

    names = [*order, *sorted({step for step, *_ in tallies} - set(order))]
    lines = (
        StepLine(step=name, waits=by_size({why: count for step, why, count in tallies if step == name}))
        for name in names
    )
    return tuple(line for line in lines if line.waits)


def _mails(item: "JourneyCounts", unsent: "Mapping[str, int]") -> "Mails":
    from jo.reports.status import Mails, by_size

    def of(state: str) -> "Counts":
        return {why: count for (found, why), count in item.intents.items() if found == state}

    return Mails(
        accepted=sum(of("accepted").values()),
        uncertain=sum(of("uncertain").values()),
        under_way=sum(of("open").values()),
        waiting=by_size(of("pending")),
        unsent=by_size(unsent),
    )
