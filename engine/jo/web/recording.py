"""Records in the store what was received."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from jo.flow.arrival import opt_out
from jo.flow.intent import Fixed, Intent
from jo.flow.kits import Kit, Kits
from jo.model.project import Project
from jo.plan.applied import applied_project
from jo.ports.store import Engaged, Happening, Transaction
from jo.web.received import Click, OptOut, Received, Told


class Applied:
    """What is applied, as far as links and events need it; kept for as long as nothing else is."""

    def __init__(self) -> None:
        self._known: tuple[int, Project] | None = None
        self._kits = Kits()

    @property
    def latest(self) -> Project | None:
        """The project as it was when the store was last read; None before that."""
        return self._known[1] if self._known is not None else None

    def project(self, work: Transaction) -> Project:
        generation = work.specs.generation()
        if self._known is None or self._known[0] != generation:
            documents = {spec.revision.address: spec.revision.document for spec in work.specs.live()}
            self._known = (generation, applied_project(documents))
        return self._known[1]

    def kit(self, work: Transaction, fixed: Fixed) -> Kit | None:
        """Return what a mail was built from; None when that cannot be built any more."""
        kit = self._kits.get(fixed.revisions, self.project(work), work.specs.revisions)
        return kit if isinstance(kit, Kit) else None


class Outcome(StrEnum):
    NEW = "new"
    REPEATED = "repeated"
    """It was recorded before."""
    UNKNOWN = "unknown"
    """It belongs to no mail that the store knows."""


def record(work: Transaction, applied: Applied, items: Sequence[Received]) -> Counter[Outcome]:
    """Record what was received; return how much of it was what. What is unknown is dropped."""
    return Counter(_record(work, applied, item) for item in items)


def _record(work: Transaction, applied: Applied, item: Received) -> Outcome:
    match item:
        case Click():
            return _record_click(work, applied, item)
        case OptOut():
            return _record_opt_out(work, item)
        case Told():
            return record_event(work, item)
        case _:
            assert_never(item)


def _record_click(work: Transaction, applied: Applied, click: Click) -> Outcome:
    """Append a click. The same click cannot be told from a second one, so it is never a repeated one."""
    intent = work.ledger.by_public_id(click.mail)
    if intent is None:
        return Outcome.UNKNOWN
    work.people.engage(click.mail, Engaged.CLICKED, _link_name(work, applied, intent, click.link), click.at)
    return Outcome.NEW


def _link_name(work: Transaction, applied: Applied, intent: Intent, number: int) -> str:
    """Return what `clicked(step, name)` knows a link by; one without a name goes by its number."""
    kit = applied.kit(work, intent.fixed) if intent.fixed is not None else None
    links = kit.template.versions[intent.fixed.version].links if kit is not None and intent.fixed else ()
    name = links[number].name if number < len(links) else None
    return name or f"#{number}"


def _record_opt_out(work: Transaction, item: OptOut) -> Outcome:
    intent = work.ledger.by_public_id(item.mail)
    if intent is None:
        return Outcome.UNKNOWN
    key, suppression = opt_out(intent, item.choice, item.at)
    return Outcome.NEW if work.people.suppress([(key, suppression, item.mail)]) else Outcome.REPEATED


def record_event(work: Transaction, told: Told) -> Outcome:
    arrival = told.arrival
    happening = Happening(name=arrival.name, at=arrival.at, payload=arrival.payload)
    is_new = work.people.event(arrival.source, arrival.id, happening, arrival.contact, told.at)
    return Outcome.NEW if is_new else Outcome.REPEATED
