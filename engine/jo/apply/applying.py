"""Applies a plan: everything in one transaction, under a fenced lease, with the record of who and what.

What it means for people and mails that are there may be about millions of them; it is asked for in the same
transaction, and done afterwards in small ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from jo.flow.intent import OUTREACH_RETIRED
from jo.flow.state import Why
from jo.model.address import Kind
from jo.plan.change import Change, Create, Delete, Retire, Update, address
from jo.plan.plan import Plan, to_document
from jo.plan.state import SETTINGS
from jo.ports.store import Deployment, SpecChange, SpecState, Sweep, SweepKind, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What an apply did."""

    generation: int
    changes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who applies, as the record says it."""

    name: str
    approvals: tuple[str, ...] = ()


_CHANGEABLE = (Why.WINDOW, Why.CAP, Why.STALE_FACTS)
"""What holds a mail by the rules of the live revision: windows, caps, the age of facts."""


def apply_plan(work: Transaction, plan: Plan, actor: Actor, now: datetime) -> Applied:
    """Write the plan's changes as the next generation.

    Raises StaleGenerationError when another apply came between the plan and this transaction.
    """
    deployment = Deployment(
        generation=plan.generation + 1,
        at=now,
        actor=actor.name,
        commit=plan.commit,
        digest=plan.digest,
        plan=to_document(plan),
        approvals=actor.approvals,
    )
    work.specs.commit([_spec_change(work, change) for change in plan.changes], deployment)
    work.sweeps.add([sweep for change in plan.changes for sweep in _follow_up(change, now)])
    if plan.changes:
        work.sweeps.add([Sweep(kind=SweepKind.RECONSIDER, subject=why, at=now) for why in _CHANGEABLE])
        mended = _mended(work, plan.changes)
        work.sweeps.add([Sweep(kind=SweepKind.REQUEUE, subject=name, at=now) for name in mended])
    return Applied(generation=deployment.generation, changes=len(plan.changes))


def _spec_change(work: Transaction, change: Change) -> SpecChange:
    match change:
        case Create() | Update():
            return SpecChange(
                address=change.after.address,
                state=SpecState.LIVE,
                fingerprint=change.after.fingerprints.whole,
                document=change.after.document,
                step_keys=_new_step_keys(work, change.after.address, change.after.document),
            )
        case Retire():
            return SpecChange(address=change.before.address, state=SpecState.RETIRED)
        case Delete():
            return SpecChange(address=change.before.address, state=None)
        case _:
            assert_never(change)


def _new_step_keys(work: Transaction, address: str, document: Mapping[str, Any]) -> Mapping[str, str]:
    """Give each new step of a program the internal key that its mails are known by; a name keeps its key."""
    kind, _, name = address.partition("/")
    if kind != Kind.PROGRAM:
        return {}
    known = work.specs.step_keys(name)
    return {step: step for step in document["steps"] if step not in known}


def _follow_up(change: Change, now: datetime) -> Iterator[Sweep]:
    """Yield what a change means for people and mails that are there.

    Whose exits may have changed is looked at again. Until its turn comes, a mail of a retired outreach is
    withdrawn where it would go out.
    """
    journey = address(change)
    kind, _, name = journey.partition("/")
    match change:
        case Update() | Delete() if kind == Kind.PROGRAM:
            yield Sweep(kind=SweepKind.WAKE, subject=name, at=now)
        case Retire() | Delete() if kind == Kind.OUTREACH:
            yield Sweep(kind=SweepKind.WITHDRAW, subject=journey, at=now, detail=OUTREACH_RETIRED)
        case _:
            pass


def _mended(work: Transaction, changes: Sequence[Change]) -> Sequence[str]:
    """Return the templates whose mails may be built now: they changed, or what they are built with."""
    changed = {address(change) for change in changes if isinstance(change, Create | Update)}
    found = []
    for spec in work.specs.live():
        kind, _, name = spec.revision.address.partition("/")
        if kind == Kind.TEMPLATE:
            document = spec.revision.document
            parts = {spec.revision.address, f"sender/{document['sender']}", SETTINGS}
            if document.get("topic"):
                parts.add(f"topic/{document['topic']}")
            if parts & changed:
                found.append(name)
    return found
