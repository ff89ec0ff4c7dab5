"""Computes plans against the store: the live state, what a change does to people, and the guards."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from jo.diagnostics.codes import UNREADABLE_SOURCE
from jo.flow.state import IntentState
from jo.manifest.lower import lower_document
from jo.manifest.schemas import Schemas
from jo.model.address import Address, Kind
from jo.model.canonical import fingerprint
from jo.model.program import Existing, Program
from jo.model.project import Project
from jo.plan.applied import applied_project
from jo.plan.change import Change, Create, Update, address
from jo.plan.diff import diff, patched
from jo.plan.exchanged import exchanged_sources
from jo.plan.guards import guards, missed_schedules, unfitting_permits
from jo.plan.needed import broken_revisions
from jo.plan.plan import Guard, GuardLevel, Impact, Plan, Quality
from jo.plan.state import SETTINGS, Life, Spec, State, by_address, desired_state, settings_spec
from jo.ports.store import JourneyCounts, LiveSpec, SpecState, Transaction
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
    valid = [permit for permit in project.permits.values() if permit.expires >= today]
    permits = {
        permit.allow.delete: permit.name
        for permit in valid
        if _fits(live, permit.allow.delete, permit.allow.fingerprint)
    }
    changes = diff(live, desired, permits)
    census = _Census(work, project, warehouse, today, now)
    impact = tuple(item for item in map(census.impact, changes) if item is not None)
    found = (
        *guards(live, desired, changes, {item.address: item for item in impact}),
        *unfitting_permits(live, desired, valid),
        *missed_schedules(project, changes, now),
        *_of_people(work, live, changes, census.planned),
        *census.troubles,
    )
    return Plan(
        generation=work.specs.generation(),
        changes=changes,
        impact=impact,
        quality=census.quality,
        guards=found,
        commit=origin.commit,
        environment=origin.environment,
    )


def offline_plan(before: State, project: Project, schemas: Schemas, now: datetime, origin: Origin) -> Plan:
    """Compare two states of git, without a store: for forks and pull requests without credentials."""
    desired = desired_state(project, schemas)
    changes = diff(before, desired)
    return Plan(
        generation=0,
        changes=changes,
        guards=(*guards(before, desired, changes, {}), *missed_schedules(project, changes, now)),
        commit=origin.commit,
        environment=origin.environment,
    )


def _of_people(
    work: Transaction, live: State, changes: tuple[Change, ...], planned: Mapping[str, int]
) -> Iterator[Guard]:
    """Yield what the changes would do to people inside and to planned mails."""
    if not changes:
        return
    after, pinned = patched(live, changes), _pinned(work)
    before, project = (
        applied_project({name: spec.document for name, spec in state.items()}) for state in (live, after)
    )
    yield from broken_revisions(project, after, pinned)
    yield from exchanged_sources(before, project, after, pinned, planned)


def _pinned(work: Transaction) -> list[tuple[Program, int]]:
    """Return the revisions of programs with how many people are inside on each."""
    people = work.passages.pinned()
    found = []
    for id_, revision in sorted(work.specs.revisions(list(people)).items()):
        program = lower_document(Kind.PROGRAM, revision.document)
        assert isinstance(program, Program)
        found.append((program, people[id_]))
    return found


def _fits(live: State, target: str, print_: str) -> bool:
    return target in live and live[target].fingerprints.whole == print_


class _Census:
    """Counts the people behind changes. A source that is away leaves them uncounted, and the plan says so."""

    def __init__(
        self, work: Transaction, project: Project, warehouse: Warehouse | None, today: date, now: datetime
    ) -> None:
        self.quality = Quality.NONE if warehouse is None else Quality.EXACT
        self._work, self._project, self._warehouse = work, project, warehouse
        self._today, self._now = today, now
        self._journeys = {item.journey: item for item in work.reports.journeys()}
        self._sizes: dict[str, int | None] = {}
        self.troubles: list[Guard] = []
        """Why lists could not be computed; a warning, because a source may be away for a while."""

    def impact(self, change: Change) -> Impact | None:
        name = address(change)
        kind, _, bare = name.partition("/")
        match kind:
            case Kind.POWER_LIST:
                snapshot = self._work.audiences.snapshot(bare)
                return Impact(
                    address=name,
                    members_now=None if snapshot is None else snapshot.size,
                    members_after=self._size(bare) if isinstance(change, Create | Update) else None,
                )
            case Kind.PROGRAM | Kind.OUTREACH:
                entering = (
                    self._entering(bare) if kind == Kind.PROGRAM and isinstance(change, Create) else None
                )
                counts = self._journeys.get(name)
                if counts is None:
                    return None if entering is None else Impact(address=name, entering=entering)
                return Impact(
                    address=name,
                    entering=entering,
                    people_by_step=dict(sorted(counts.inside.items())),
                    pending_sends=_mails(counts, IntentState.PENDING),
                )
        return None

    @property
    def planned(self) -> Mapping[str, int]:
        """Return how many mails of each journey are still to go; what an uncertain one says is fixed."""
        states = (IntentState.PENDING, IntentState.OPEN, IntentState.QUARANTINED)
        found = {name: _mails(of, *states) for name, of in self._journeys.items()}
        return {name: number for name, number in found.items() if number}

    def _entering(self, name: str) -> int | None:
        """Return how many people a new program lets in at once, at the most."""
        program = self._project.programs[name]
        if not isinstance(program.audience, str) or program.entry.existing is Existing.SKIP:
            return None
        return self._size(program.audience)

    def _size(self, name: str) -> int | None:
        """Return the members of a list as the project declares it, computed once."""
        if self._warehouse is None:
            return None
        if name not in self._sizes:
            self._sizes[name] = None
            try:
                audience = self._warehouse.audience(
                    self._project, self._project.lists[name], today=self._today, now=self._now
                )
                self._sizes[name] = len(audience.members)
            except SourceError as error:
                self.quality = Quality.NONE
                self.troubles.append(
                    Guard(
                        code=UNREADABLE_SOURCE.id,
                        level=GuardLevel.WARNS,
                        address=str(self._project.lists[name].address),
                        detail=f"Its members cannot be counted, and nobody would get mail by it: {error}",
                        help="See `jo validate`.",
                    )
                )
        return self._sizes[name]


def _mails(counts: JourneyCounts, *states: IntentState) -> int:
    return sum(number for (state, _), number in counts.intents.items() if state in states)
