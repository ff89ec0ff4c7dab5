"""Computes plans against the store: the live state, what a change does to people, and the guards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from jo.manifest.lower import lower_document
from jo.manifest.schemas import Schemas
from jo.model.address import Address, Kind
from jo.model.canonical import fingerprint
from jo.model.project import Project
from jo.plan.change import Change, Create, Update, address
from jo.plan.diff import diff
from jo.plan.guards import guards
from jo.plan.plan import Impact, Plan, Quality
from jo.plan.state import SETTINGS, Life, Spec, State, by_address, desired_state, settings_spec
from jo.ports.store import LiveSpec, SpecState, Transaction
from jo.ports.warehouse import SourceError, Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a plan was made from, for its record."""

    commit: str | None = None
    environment: str | None = None


def live_state(specs: Sequence[LiveSpec], schemas: Schemas) -> State:
    """Return what is live, as the same type as what git declares."""
    return by_address(_spec(item, schemas) for item in specs)


def _spec(item: LiveSpec, schemas: Schemas) -> Spec:
    life = Life.LIVE if item.state is SpecState.LIVE else Life.RETIRED
    document = item.revision.document
    if item.revision.address == SETTINGS:
        return settings_spec(str(document["zone"]), document["variables"])
    kind = Address.parse(item.revision.address).kind
    prints = fingerprint(lower_document(kind, document), schemas.parts)
    return Spec(address=item.revision.address, document=document, fingerprints=prints, life=life)


def make_plan(
    work: Transaction,
    project: Project,
    schemas: Schemas,
    *,
    today: date,
    now: datetime,
    warehouse: Warehouse | None,
    origin: Origin,
) -> Plan:
    """Compare git with the store. Without a warehouse, or where a source is away, impact is less exact."""
    live, desired = live_state(work.specs.live(), schemas), desired_state(project, schemas)
    permits = {
        permit.allow.delete: permit.name
        for permit in project.permits.values()
        if permit.expires >= today and _fits(live, permit.allow.delete, permit.allow.fingerprint)
    }
    changes = diff(live, desired, permits)
    impact, quality = _impact(work, project, changes, today, now, warehouse)
    found = guards(live, desired, changes, {item.address: item for item in impact})
    return Plan(
        generation=work.specs.generation(),
        changes=changes,
        impact=impact,
        quality=quality,
        guards=found,
        commit=origin.commit,
        environment=origin.environment,
    )


def offline_plan(before: State, project: Project, schemas: Schemas, origin: Origin) -> Plan:
    """Compare two states of git, without a store: for forks and pull requests without credentials."""
    desired = desired_state(project, schemas)
    changes = diff(before, desired)
    return Plan(
        generation=0,
        changes=changes,
        guards=guards(before, desired, changes, {}),
        commit=origin.commit,
        environment=origin.environment,
    )


def _fits(live: State, target: str, print_: str) -> bool:
    return target in live and live[target].fingerprints.whole == print_


def _impact(
    work: Transaction,
    project: Project,
    changes: Sequence[Change],
    today: date,
    now: datetime,
    warehouse: Warehouse | None,
) -> tuple[tuple[Impact, ...], Quality]:
    """Count the people behind each changed journey and list."""
    counts = {item.journey: item for item in work.reports.journeys()}
    quality = Quality.NONE if warehouse is None else Quality.EXACT
    found = []
    for change in changes:
        name = address(change)
        kind, _, bare = name.partition("/")
        if kind == Kind.POWER_LIST:
            after = None
            if warehouse is not None and isinstance(change, Create | Update):
                try:
                    audience = warehouse.audience(project, project.lists[bare], today=today, now=now)
                    after = len(audience.members)
                except SourceError:
                    quality = Quality.NONE
            snapshot = work.audiences.snapshot(bare)
            now_members = snapshot.size if snapshot is not None else None
            found.append(Impact(address=name, members_now=now_members, members_after=after))
        elif kind in (Kind.PROGRAM, Kind.OUTREACH) and name in counts:
            item = counts[name]
            pending = sum(count for (state, _), count in item.intents.items() if state == "pending")
            found.append(Impact(address=name, people_by_step=_sorted(item.inside), pending_sends=pending))
    return tuple(found), quality


def _sorted(counts: Mapping[str, int]) -> Mapping[str, int]:
    return dict(sorted(counts.items()))
