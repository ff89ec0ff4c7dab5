"""What is live: the applied project as the services use it, read from the store and kept per generation."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from functools import cached_property
from zoneinfo import ZoneInfo

from jo.conditions.functions import count_key
from jo.conditions.types import Place
from jo.flow.reading import Needs, Reader, needs
from jo.flow.route import Route, route
from jo.manifest.lower import lower_document
from jo.model.address import Address, Kind
from jo.model.content import OnUncertain
from jo.model.outreach import Outreach
from jo.model.program import Program
from jo.model.project import Project
from jo.model.source import Source
from jo.model.usage import counted_sources, used_counts, used_fields
from jo.plan.applied import applied_project
from jo.ports.store import LiveSpec, SpecState, Transaction
from jo.timing.calendars import Calendar, Span, weekly
from jo.timing.durations import Duration
from jo.timing.windows import Window, quiet_hours
from jo.timing.zones import load_zone

OFFICE_DAYS = Calendar(hours=weekly(range(5), Span(time(9), time(17))))
"""Monday to Friday: what business days are counted in where no calendar is named."""


@dataclass(frozen=True, kw_only=True)
class PinnedProgram:
    """One revision of a program, with the reader of its conditions."""

    revision: int
    program: Program
    current: Program | None
    """The program as it is applied now, which may be another revision; None when it was deleted."""
    calendar: Calendar
    """What its business days are counted in."""
    contacts: Source
    rows: Source | None
    """The source of the list's rows, where they are not the contacts."""
    reader: Reader
    needs: Needs
    route: Route
    """Through this revision, with the exits of `current`."""


@dataclass(frozen=True, kw_only=True)
class Live:
    """The project of one generation."""

    generation: int
    project: Project
    specs: Mapping[str, LiveSpec]
    _pinned: dict[int, PinnedProgram] = field(default_factory=dict)

    @cached_property
    def zone(self) -> ZoneInfo:
        return load_zone(self.project.zone) or ZoneInfo("UTC")

    @cached_property
    def aging(self) -> Mapping[str, Duration]:
        """Source → how old what is known of it may be, of those that say so."""
        ages = {name: source.max_age for name, source in self.project.sources.items()}
        return {name: age for name, age in ages.items() if age is not None}

    @cached_property
    def counted(self) -> Mapping[str, frozenset[str]]:
        """Source → the sources whose rows journeys count about each of its rows."""
        return {name: counted_sources(calls) for name, calls in used_counts(self.project).items()}

    @cached_property
    def reading(self) -> str:
        """A digest of what journeys read of lists and sources; what is copied for it is enough for them."""
        fields = [(name, sorted(used)) for name, used in used_fields(self.project).items()]
        counts = [
            (name, [count_key(call) for call in calls]) for name, calls in used_counts(self.project).items()
        ]
        return hashlib.sha256(repr((self.used_lists(), fields, counts)).encode()).hexdigest()

    def is_live(self, address: Address) -> bool:
        """Tell whether the resource takes new people; a retired one only lets those inside finish."""
        spec = self.specs.get(str(address))
        return spec is not None and spec.state is SpecState.LIVE

    def revision(self, address: Address) -> int:
        return self.specs[str(address)].revision.id

    def on_uncertain(self, template: str) -> OnUncertain | None:
        """Return what the template says of uncertain mails; None: what its class does."""
        found = self.project.templates.get(template)
        return found.on_uncertain if found is not None else None

    def programs(self) -> list[Program]:
        return [program for program in self.project.programs.values() if self.is_live(program.address)]

    def outreaches(self) -> list[Outreach]:
        return [item for item in self.project.outreaches.values() if self.is_live(item.address)]

    def pinned(self, work: Transaction, revision: int) -> PinnedProgram:
        """Return the program of a revision, compiled once."""
        found = self._pinned.get(revision)
        if found is None:
            stored = work.specs.revisions([revision])[revision]
            program = lower_document(Kind.PROGRAM, stored.document)
            assert isinstance(program, Program)
            contacts = self.contacts_of(program)
            scopes = {
                event.name: self.project.contact_scope(contacts, Place.PROGRAM, program=program, event=event)
                for event in self.project.events.values()
            }
            scope = self.project.contact_scope(contacts, Place.PROGRAM, program=program)
            reader = Reader(scope, scopes)
            current = self.project.programs.get(program.name)
            found = PinnedProgram(
                revision=revision,
                program=program,
                current=current,
                calendar=self.business_days(program),
                contacts=contacts,
                rows=self.project.row_source(program),
                reader=reader,
                needs=needs(program),
                route=route(program, current.exit_when if current is not None else {}),
            )
            self._pinned[revision] = found
        return found

    def contacts_of(self, journey: Program | Outreach) -> Source:
        """Return the source of the people that a journey writes to."""
        source = self.project.contacts_of(journey)
        if source is None:
            raise ValueError(f"{journey.address} has no source of contacts")
        return source

    def used_lists(self) -> list[str]:
        """Return the lists that live and retired journeys read, sorted."""
        names = {outreach.audience for outreach in self.project.outreaches.values()}
        for program in self.project.programs.values():
            names |= needs(program).lists
            if isinstance(program.audience, str):
                names.add(program.audience)
        return sorted(name for name in names if name in self.project.lists)

    def business_days(self, program: Program) -> Calendar:
        """Return the calendar that `2 business days` counts in: that of the send window, else office days."""
        declared = self.project.calendars.get(program.send_window or "")
        return declared.hours if declared else OFFICE_DAYS

    def windows(self, send_window: str | None, *, is_quiet: bool) -> tuple[Window, ...]:
        """Return what a mail has to wait for: its send window, and the quiet hours unless it skips them."""
        windows: list[Window] = []
        if send_window and send_window in self.project.calendars:
            windows.append(self.project.calendars[send_window].hours)
        if is_quiet:
            for policy in self.project.policies.values():
                if policy.quiet_hours is not None:
                    windows.append(quiet_hours(policy.quiet_hours.from_, policy.quiet_hours.to))
        return tuple(windows)


class LiveCache:
    """Keeps the live project of the newest generation; a read of one number tells when it is old."""

    def __init__(self) -> None:
        self._live: Live | None = None

    def get(self, work: Transaction) -> Live:
        generation = work.specs.generation()
        if self._live is None or self._live.generation != generation:
            self._live = load(work, generation)
        return self._live


def load(work: Transaction, generation: int) -> Live:
    specs = {spec.revision.address: spec for spec in work.specs.live()}
    project = applied_project({address: spec.revision.document for address, spec in specs.items()})
    return Live(generation=generation, project=project, specs=specs)
