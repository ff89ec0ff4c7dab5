"""In which scope each condition and time of a resource is read.

Scopes are shared: programs over the same contacts differ in little but their steps, and only functions such
as `sent('hello')` name steps. So a text without such a function has one scope for all these programs, and
its faults are found once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from jo.conditions.functions import FUNCTIONS, Slot
from jo.conditions.types import Place, Scope
from jo.diagnostics.span import Path
from jo.model.content import Template
from jo.model.event import Event
from jo.model.power_list import PowerList
from jo.model.program import EventAudience, Program
from jo.model.project import Project, Resource
from jo.model.source import Source
from jo.steps.wait_for import WaitFor

_NAMES_STEPS = re.compile(
    r"\b(?:{})\b".format(
        "|".join(name for name, each in FUNCTIONS.items() if Slot.STEP in each.forms[0].takes)
    )
)


@dataclass(kw_only=True)
class Scopes:
    """The scopes of one project, made when first asked for. Equal ones are the same object."""

    project: Project
    _made: dict[object, Scope] = field(default_factory=dict)

    def of(self, resource: Resource, path: Path, text: str) -> tuple[Scope, ...]:
        """Return the scopes in which a condition or time must hold up; none when what it needs is missing.

        `path` leads to it, `text` is what it says, as far as it may name steps.
        """
        match resource:
            case PowerList():
                return self._of_list(resource)
            case Template():
                return tuple(self.of_contacts(each, Place.TEMPLATE) for each in self.readers(resource))
            case Program():
                contacts = self.contacts_of(resource)
                return () if contacts is None else (self._of_program(resource, contacts, path, text),)
        return ()

    def _of_list(self, power_list: PowerList) -> tuple[Scope, ...]:
        if power_list.from_ not in self.project.sources:
            return ()
        key = (Place.LIST, power_list.from_, power_list.recipient)
        if key not in self._made:
            self._made[key] = self.project.list_scope(power_list)
        return (self._made[key],)

    def of_contacts(self, contacts: Source, place: Place) -> Scope:
        key = (place, contacts.name)
        if key not in self._made:
            self._made[key] = self.project.contact_scope(contacts, place)
        return self._made[key]

    def _of_program(self, program: Program, contacts: Source, path: Path, text: str) -> Scope:
        event = self._event(program, path)
        shared = (contacts.name, event.name if event else "", tuple(program.fields.items()))
        if shared not in self._made:
            scope = self.project.contact_scope(contacts, Place.PROGRAM, program=program, event=event)
            self._made[shared] = replace(scope, steps=frozenset())
        if not _NAMES_STEPS.search(text):
            return self._made[shared]
        steps = frozenset(program.steps)
        key = (shared, steps)
        if key not in self._made:
            self._made[key] = replace(self._made[shared], steps=steps)
        return self._made[key]

    def _event(self, program: Program, path: Path) -> Event | None:
        """Return the event whose payload a text may read: the awaited one, else that of the entry."""
        match path:
            case ("steps", str(name), "wait_for", "where"):
                step = program.steps[name]
                return (
                    self.project.events.get(step.wait_for.event or "") if isinstance(step, WaitFor) else None
                )
        audience = program.audience
        return self.project.events.get(audience.event) if isinstance(audience, EventAudience) else None

    def contacts_of(self, program: Program) -> Source | None:
        """Return the source of a program's contacts."""
        audience = program.audience
        if not isinstance(audience, EventAudience):
            return self.project.contact_source(audience)
        if audience.contacts is not None:
            return self.project.contact_source(audience.contacts)
        event = self.project.events.get(audience.event)
        named = event.fields.get(event.roles.contact) if event and event.roles.contact else None
        found = self.project.sources.get(named.ref) if named and named.ref else None
        return found or self.project.contact_source()

    def readers(self, template: Template) -> tuple[Source, ...]:
        """Return the sources of those who get a template; of an unused one, the project's only source."""
        found = self._readers.get(template.name)
        if found:
            return found
        only = self.project.contact_source()
        return () if only is None else (only,)

    @cached_property
    def _readers(self) -> dict[str, tuple[Source, ...]]:
        found: dict[str, dict[str, Source]] = {}
        for template, contacts in self._mailings():
            if contacts is not None and contacts.has_contacts:
                found.setdefault(template, {})[contacts.name] = contacts
        return {template: tuple(sources.values()) for template, sources in found.items()}

    def _mailings(self) -> Iterator[tuple[str, Source | None]]:
        for outreach in self.project.outreaches.values():
            yield outreach.template, self.project.contact_source(outreach.audience)
        for program in self.project.programs.values():
            contacts = self.contacts_of(program)
            for step in program.steps.values():
                for template in step.templates():
                    yield template, contacts
