"""The project: all resources, with the scopes that their conditions are read in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

from jo.conditions.types import Field, FieldType, Place, Scope, Table
from jo.model.address import Address, Kind
from jo.model.calendar import CalendarResource
from jo.model.content import Sender, Template, Topic
from jo.model.event import Event
from jo.model.outreach import Outreach
from jo.model.policy import Permit, Policy
from jo.model.power_list import PowerList
from jo.model.program import EventAudience, Program
from jo.model.references import Reference, references
from jo.model.source import Source

Resource = (
    Source
    | PowerList
    | CalendarResource
    | Sender
    | Topic
    | Template
    | Outreach
    | Program
    | Event
    | Policy
    | Permit
)

R = TypeVar("R", bound=Resource)


@dataclass(frozen=True, kw_only=True)
class Project:
    """Desired and live states are both this type."""

    resources: Mapping[Address, Resource] = field(default_factory=dict)
    zone: str = "UTC"
    """The project's own zone, for whoever has none."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Constants of the project for its templates, such as `product`."""

    @cached_property
    def _by_type(self) -> Mapping[type, Mapping[str, Any]]:
        groups: dict[type, dict[str, Any]] = {}
        for resource in self.resources.values():
            groups.setdefault(type(resource), {})[resource.name] = resource
        return groups

    def _of(self, kind: type[R]) -> Mapping[str, R]:
        """Return the resources of one type by name, in the order of the project."""
        return self._by_type.get(kind, {})

    @property
    def sources(self) -> Mapping[str, Source]:
        return self._of(Source)

    @property
    def lists(self) -> Mapping[str, PowerList]:
        return self._of(PowerList)

    @property
    def calendars(self) -> Mapping[str, CalendarResource]:
        return self._of(CalendarResource)

    @property
    def senders(self) -> Mapping[str, Sender]:
        return self._of(Sender)

    @property
    def topics(self) -> Mapping[str, Topic]:
        return self._of(Topic)

    @property
    def templates(self) -> Mapping[str, Template]:
        return self._of(Template)

    @property
    def outreaches(self) -> Mapping[str, Outreach]:
        return self._of(Outreach)

    @property
    def programs(self) -> Mapping[str, Program]:
        return self._of(Program)

    @property
    def events(self) -> Mapping[str, Event]:
        return self._of(Event)

    @property
    def policies(self) -> Mapping[str, Policy]:
        return self._of(Policy)

    @property
    def permits(self) -> Mapping[str, Permit]:
        return self._of(Permit)

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        return {
            source.name: replace(source.table, fields=self._typed(source.fields))
            for source in self.sources.values()
        }

    def event_fields(self, event: Event) -> Mapping[str, Field]:
        """Return the payload's fields, each reference in the type of the key that it points to."""
        return self._typed(event.fields)

    def _typed(self, fields: Mapping[str, Field]) -> Mapping[str, Field]:
        """Return the fields with each reference in the type of the key that it points to."""
        return {name: replace(field, type=self._key_type(field)) for name, field in fields.items()}

    def _key_type(self, field: Field) -> FieldType:
        """Follow a reference to the key it points to, and on where that key is a reference, too."""
        for _ in self.sources:
            target = self.sources.get(field.ref) if field.ref is not None else None
            if target is None or target.key not in target.fields:
                break
            field = target.fields[target.key]
        return field.type

    def journey(self, address: Address) -> Program | Outreach:
        """Return the program or outreach of an address. Raises KeyError for anything else."""
        return self.programs[address.name] if address.kind is Kind.PROGRAM else self.outreaches[address.name]

    @cached_property
    def _names(self) -> Mapping[Kind, frozenset[str]]:
        return {
            kind: frozenset(address.name for address in self.resources if address.kind is kind)
            for kind in Kind
        }

    def names(self, kind: Kind) -> frozenset[str]:
        return self._names[kind]

    @cached_property
    def references(self) -> Mapping[Address, tuple[Reference, ...]]:
        """What the properties of each resource refer to; names within conditions are not among them."""
        return {address: tuple(references(resource)) for address, resource in self.resources.items()}

    @cached_property
    def _senders_of(self) -> Mapping[str, tuple[Program | Outreach, ...]]:
        """Template → the journeys that send it."""
        found: dict[str, list[Program | Outreach]] = {}
        for outreach in self.outreaches.values():
            found.setdefault(outreach.template, []).append(outreach)
        for program in self.programs.values():
            named = (target for _, target in self.references[program.address])
            for template in {target.name for target in named if target.kind is Kind.TEMPLATE}:
                found.setdefault(template, []).append(program)
        return {template: tuple(journeys) for template, journeys in found.items()}

    def contact_source(self, list_name: str | None = None) -> Source | None:
        """Return the source of the contacts that a list yields; without a list, the project's only one."""
        if list_name is not None:
            found = self.lists.get(list_name)
            source = self.sources.get(found.from_) if found else None
            if found is None or source is None:
                return None
            return source if found.recipient is None else self._referred(source, found.recipient)
        with_contacts = [source for source in self.sources.values() if source.has_contacts]
        return with_contacts[0] if len(with_contacts) == 1 else None

    def contacts_of(self, journey: Program | Outreach) -> Source | None:
        """Return the source of the people that a journey writes to."""
        audience = journey.audience
        if not isinstance(audience, EventAudience):
            return self.contact_source(audience)
        if audience.contacts is not None:
            return self.contact_source(audience.contacts)
        event = self.events.get(audience.event)
        named = event.fields.get(event.roles.contact) if event and event.roles.contact else None
        found = self.sources.get(named.ref) if named and named.ref else None
        return found or self.contact_source()

    def row_source(self, program: Program) -> Source | None:
        """Return the source of the rows behind a program's passages, when they are not the contacts."""
        power_list = self.lists.get(program.audience) if isinstance(program.audience, str) else None
        if power_list is None or power_list.recipient is None:
            return None
        return self.sources.get(power_list.from_)

    def _referred(self, source: Source, path: str) -> Source | None:
        """Follow a path of references such as `contract.contact` from a row of `source`."""
        current: Source | None = source
        for name in path.split(".")[1:]:
            declared = current.fields.get(name) if current else None
            current = self.sources.get(declared.ref) if declared and declared.ref else None
        return current

    def list_scope(self, power_list: PowerList) -> Scope:
        """Return what the conditions of a power list may name."""
        source = self.sources[power_list.from_]
        namespaces = {_row_name(source): source.name}
        roots: dict[str, tuple[str, ...]] = {}
        if power_list.recipient is not None:
            contacts = self._referred(source, power_list.recipient)
            if contacts is not None:
                namespaces["contact"] = contacts.name
                roots["contact"] = tuple(power_list.recipient.split("."))
                self._add_company(contacts, namespaces, roots, (*roots["contact"],))
        else:
            self._add_company(source, namespaces, roots, (_row_name(source),))
        return self._scope(Place.LIST, namespaces, roots)

    def contact_scope(
        self,
        contacts: Source,
        place: Place,
        *,
        program: Program | None = None,
        event: Event | None = None,
    ) -> Scope:
        """Return what conditions and tokens about one contact may name."""
        namespaces = {"contact": contacts.name}
        roots: dict[str, tuple[str, ...]] = {}
        self._add_company(contacts, namespaces, roots, ("contact",))
        declared: dict[str, Mapping[str, Field]] = {}
        steps: frozenset[str] = frozenset()
        if program is not None:
            rows = self.row_source(program)
            if rows is not None:
                namespaces[rows.row] = rows.name
            declared["participant"] = self._typed(program.fields)
            steps = frozenset(name for name, step in program.steps.items() if step.sends)
            if event is None and isinstance(program.audience, EventAudience):
                event = self.events.get(program.audience.event)
        if event is not None:
            declared["event"] = self.event_fields(event)
        return self._scope(place, namespaces, roots, declared=declared, steps=steps)

    def template_scope(self, template: Template) -> Scope | None:
        """Return what a template's tokens and versions may name, None when nothing says to whom it goes.

        The row behind a passage, such as `contract`, is there when every journey that sends the template
        has it.
        """
        journeys = self._senders_of.get(template.name, ())
        lists = [item.audience for item in journeys if isinstance(item.audience, str)]
        contacts = self.contact_source(lists[0] if lists else None)
        if contacts is None:
            return None
        scope = self.contact_scope(contacts, Place.TEMPLATE)
        rows = [self.row_source(item) if isinstance(item, Program) else None for item in journeys]
        first = rows[0] if rows else None
        if first is None or any(row != first for row in rows):
            return scope
        return replace(scope, namespaces={**scope.namespaces, first.row: first.name})

    def _add_company(
        self,
        contacts: Source,
        namespaces: dict[str, str],
        roots: dict[str, tuple[str, ...]],
        base: tuple[str, ...],
    ) -> None:
        role = contacts.roles.company
        declared = contacts.fields.get(role) if role else None
        if role and declared and declared.ref and declared.ref in self.sources:
            namespaces["company"] = declared.ref
            roots["company"] = (*base, role)

    def _scope(
        self,
        place: Place,
        namespaces: Mapping[str, str],
        roots: Mapping[str, tuple[str, ...]],
        *,
        declared: Mapping[str, Mapping[str, Field]] | None = None,
        steps: frozenset[str] = frozenset(),
    ) -> Scope:
        return Scope(
            place=place,
            tables=self.tables,
            namespaces=namespaces,
            roots=roots,
            declared=declared or {},
            steps=steps,
            events=self.names(Kind.EVENT),
            lists=self.names(Kind.POWER_LIST),
            templates=self.names(Kind.TEMPLATE),
            programs=self.names(Kind.PROGRAM),
        )

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources.values())


def _row_name(source: Source) -> str:
    return "contact" if source.has_contacts else source.row
