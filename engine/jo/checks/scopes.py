"""In which scope each condition and time of a resource is read.

Scopes are shared: programs over the same contacts differ in little but their steps, and only functions such
as `sent('hello')` name steps. So a text without such a function has one scope for all these programs, and
its faults are found once.
"""

import re
from dataclasses import dataclass, field, replace

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
    _templates: dict[str, Scope | None] = field(default_factory=dict)

    def of(self, resource: Resource, path: Path, text: str) -> Scope | None:
        """Return the scope of a condition or time; None when something that it needs is missing.

        `path` leads to it, `text` is what it says, as far as it may name steps.
        """
        match resource:
            case PowerList():
                return self._of_list(resource)
            case Template():
                return self.of_template(resource)
            case Program():
                contacts = self.contacts_of(resource)
                return None if contacts is None else self._of_program(resource, contacts, path, text)
        return None

    def _of_list(self, power_list: PowerList) -> Scope | None:
        if power_list.from_ not in self.project.sources:
            return None
        key = (Place.LIST, power_list.from_, power_list.recipient)
        if key not in self._made:
            self._made[key] = self.project.list_scope(power_list)
        return self._made[key]

    def of_template(self, template: Template) -> Scope | None:
        """Return the scope of a template's tokens and versions; None when nothing says to whom it goes."""
        if template.name not in self._templates:
            self._templates[template.name] = self.project.template_scope(template)
        return self._templates[template.name]

    def _of_program(self, program: Program, contacts: Source, path: Path, text: str) -> Scope:
        event, rows = self._event(program, path), self.project.row_source(program)
        shared = (contacts.name, rows and rows.name, event and event.name, tuple(program.fields.items()))
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
