"""`jo apply`: makes what was reviewed live, all of it or nothing."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jo.cli.exits import Exit
from jo.cli.loading import Checked, load_checked, present, present_in
from jo.cli.options import Place, workspace_options
from jo.cli.plans import PlanFormat, live_plan, read_plan, same_changes, show_plan
from jo.cli.texts import Words, whoever
from jo.reports.wording import counted
from jo.views.console import Console

if TYPE_CHECKING:
    from datetime import datetime

    from jo.apply.applying import Actor, Applied
    from jo.plan.plan import Plan, ReviewedPlan
    from jo.ports.store import Lease, Store

LEASE = "apply"
LEASE_SECONDS = 60.0
"""Longer than an apply takes; after a crash the next one waits no longer than this."""
_TRIES = 5
"""How often a commit is tried that workers come between."""
_REMEMBERED = 1000
"""Deployments that are searched for a plan that was applied before."""


@click.command("apply")
@click.argument("planfile", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--actor", type=Words(), metavar="NAME", help="Who applies, for the record (also JO_ACTOR).")
@click.option(
    "--approved-by", "approvals", multiple=True, metavar="NAME", help="Who approved; may be repeated."
)
@workspace_options
def command(
    place: Place, *, planfile: Path | None, yes: bool, actor: str | None, approvals: tuple[str, ...]
) -> int:
    """Make the project live, all of it or nothing.

    With PLANFILE, goes only when everything that would happen was in that plan; else it stops with 4 and
    shows the difference. Without one it shows the plan and asks.
    """
    console = place.console
    if planfile is None and not yes and not console.is_interactive:
        raise click.UsageError("Nobody is here to be asked: hand in a plan file, or say --yes.")
    reviewed = read_plan(planfile)[0] if planfile is not None else None
    checked = load_checked(place, present())
    from jo.wiring import open_store

    store = open_store(checked.settings)
    try:
        if reviewed is not None and (spent := _spent(store, reviewed)) is not None:
            console.show(f"Nothing to do: this plan is already generation {spent}.\n")
            return Exit.OK
        plan = live_plan(checked, store, present_in(store), console, count=True)
        stopped = _stopped(console, plan, reviewed)
        if stopped is not None:
            return stopped
        if not yes and not _agreed(console, plan, reviewed):
            return Exit.FAILURE
        with _lease(console, store) as lease:
            return (
                Exit.LOCKED if lease is None else _apply(place, checked, store, lease, plan, actor, approvals)
            )
    finally:
        store.close()


def _spent(store: "Store", reviewed: "ReviewedPlan") -> int | None:
    """Return the generation that this plan became, if it was applied since it was made."""
    if not reviewed.changes:
        return None
    with store.read() as work:
        return next(
            (
                item.generation
                for item in work.specs.history(_REMEMBERED)
                if item.digest == reviewed.digest and item.generation > reviewed.generation
            ),
            None,
        )


def _stopped(console: Console, plan: "Plan", reviewed: "ReviewedPlan | None") -> Exit | None:
    """Say why the plan does not go, or that there is nothing to do; None when it may go."""
    from jo.plan.plan import compare, to_document

    if plan.is_empty:
        console.show("Nothing to do: what is live is what git says.\n")
        return Exit.OK
    if reviewed is not None and (stale := compare(reviewed, plan)).is_stale:
        _show_difference(console, plan, stale.unreviewed)
        return Exit.STALE
    if reviewed is None or plan.is_refused:
        show_plan(console, to_document(plan), PlanFormat.TEXT)
    if plan.is_refused:
        console.error("A guard refuses this plan. Nothing was changed.")
        return Exit.REFUSED
    if reviewed is not None:
        for guard in plan.guards:
            if (guard.code, guard.address) not in reviewed.guards:
                console.warn(f"{guard.code} {guard.address}: {guard.detail} {guard.help}")
    return None


def _show_difference(console: Console, plan: "Plan", unreviewed: tuple[str, ...]) -> None:
    """Show only what would happen and was not reviewed."""
    from jo.plan.plan import to_document

    document = to_document(plan)
    only = [change for change in document["changes"] if change["address"] in unreviewed]
    show_plan(console, {**document, "changes": only, "guards": []}, PlanFormat.TEXT)
    differ = "differs" if len(only) == 1 else "differ"
    console.error(
        f"The plan is stale: {counted(len(only), 'change')} {differ} from what was reviewed. Nothing was "
        "changed. Make and review a new plan with\n    jo plan --out FILE"
    )


def _agreed(console: Console, plan: "Plan", reviewed: "ReviewedPlan | None") -> bool:
    if reviewed is not None and not console.is_interactive:
        return True  # it was reviewed, and there is nobody to ask
    what = counted(len(plan.changes), "change")
    if console.confirm(f"\nMake {'this' if len(plan.changes) == 1 else 'these'} {what} live?"):
        return True
    console.remark("Nothing was changed.")
    return False


@contextmanager
def _lease(console: Console, store: "Store") -> "Iterator[Lease | None]":
    """Hold the lease that makes this apply the only one; None, with a word about it, when another has it."""
    owner = f"{socket.gethostname()}:{os.getpid()}"
    with store.write() as work:
        lease = work.leases.acquire(LEASE, owner, work.leases.clock(), LEASE_SECONDS)
        holder = work.leases.holder(LEASE)
    if lease is None:
        who, until = (holder.owner, f"{holder.until:%H:%M:%S} UTC") if holder else ("somebody", "soon")
        console.error(
            f"Another apply is under way ({who}), until {until} at the latest. Nothing was changed."
        )
    try:
        yield lease
    finally:
        if lease is not None:
            with store.write() as work:
                work.leases.release(lease)


def _apply(
    place: Place,
    checked: Checked,
    store: "Store",
    lease: "Lease",
    plan: "Plan",
    actor: str | None,
    approvals: tuple[str, ...],
) -> int:
    """Compute the plan again under the lease, and commit it when it is still the same."""
    from jo.apply.applying import Actor
    from jo.daemon.sweeping import sweep
    from jo.plan.change import address, change_digest
    from jo.ports.store import StaleGenerationError

    now = present_in(store)
    newer = live_plan(checked, store, now, place.console, count=False)
    if newer.digest != plan.digest:
        known = {change_digest(change) for change in plan.changes}
        unseen = tuple(address(item) for item in newer.changes if change_digest(item) not in known)
        _show_difference(place.console, newer, unseen)
        return Exit.STALE
    who = Actor(name=actor or whoever(os.environ.get("JO_ACTOR")), approvals=approvals)
    try:
        done = _commit(store, lease, same_changes(plan, newer), who, now)
        sweep(store)
    except StaleGenerationError:
        place.console.error("Another apply came first. Nothing was changed: plan again.")
        return Exit.STALE
    place.console.show(f"\nGeneration {done.generation} is live: {counted(done.changes, 'change')}.\n")
    return Exit.OK


def _commit(store: "Store", lease: "Lease", plan: "Plan", who: "Actor", now: "datetime") -> "Applied":
    """Commit the plan. Workers may be changing the same people at that moment: then it is done again."""
    from jo.apply.applying import apply_plan
    from jo.ports.store import ContentionError

    for tries_left in reversed(range(_TRIES)):
        try:
            with store.write(lease) as work:
                return apply_plan(work, plan, who, now)
        except ContentionError:
            if not tries_left:
                raise
    raise AssertionError
