"""In which scope each condition and time of a resource is read.

Scopes are shared: programs over the same contacts differ in little but their steps, and only functions such
as `sent('hello')` name steps. So a text without such a function has one scope for all these programs, and
its faults are found once.
"""

import re
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
from jo.render.named_links import Names, links_by_step
from jo.steps.wait_for import WaitFor

_NAMES_STEPS = re.compile(
    r"\b(?:{})\b".format(
        "|".join(name for name, each in FUNCTIONS.items() if Slot.STEP in each.forms[0].takes)
    )
)

_NAMES_LINK = re.compile(r"\bclicked\s*\([^()]*,", re.IGNORECASE)


@dataclass(kw_only=True)
class Scopes:
    """The scopes of one project, made when first asked for. Equal ones are the same object."""

    project: Project
    links: Names
    """The names of a template's links."""
    _made: dict[object, Scope] = field(default_factory=dict)
    _templates: dict[str, Scope | None] = field(default_factory=dict)
    _programs: dict[str, "_OfProgram | None"] = field(default_factory=dict)

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
                if resource.name not in self._programs:
                    self._programs[resource.name] = self._of_program(resource)
                found = self._programs[resource.name]
                return None if found is None else found.of(path, text)
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

    def _of_program(self, program: Program) -> "_OfProgram | None":
        contacts = self.project.contacts_of(program)
        return None if contacts is None else _OfProgram(scopes=self, program=program, contacts=contacts)

    def of_passage(self, program: Program, contacts: Source, event: Event | None) -> Scope:
        """Return the scope of a program over these contacts where no step is named."""
        rows = self.project.row_source(program)
        key = (contacts.name, rows and rows.name, event and event.name, tuple(program.fields.items()))
        if key not in self._made:
            scope = self.project.contact_scope(contacts, Place.PROGRAM, program=program, event=event)
            self._made[key] = replace(scope, steps=frozenset())
        return self._made[key]

    def with_steps(self, scope: Scope, steps: frozenset[str]) -> Scope:
        key = (id(scope), steps)
        if key not in self._made:
            self._made[key] = replace(scope, steps=steps)
        return self._made[key]


@dataclass(kw_only=True)
class _OfProgram:
    """The scopes of one program, of which all its texts share a few."""

    scopes: Scopes
    program: Program
    contacts: Source

    def of(self, path: Path, text: str) -> Scope:
        scope = self._awaited(path) if path[-1] == "where" else self._own
        if "(" not in text or not _NAMES_STEPS.search(text):
            return scope
        scope = self.scopes.with_steps(scope, self._steps)
        return replace(scope, links=self._links) if _NAMES_LINK.search(text) else scope

    @cached_property
    def _own(self) -> Scope:
        """Without an awaited event, a text may read the payload of the event that people enter by."""
        audience = self.program.audience
        event = (
            self.scopes.project.events.get(audience.event) if isinstance(audience, EventAudience) else None
        )
        return self.scopes.of_passage(self.program, self.contacts, event)

    @cached_property
    def _links(self) -> Names:
        return links_by_step(self.program, self.scopes.links)

    @cached_property
    def _steps(self) -> frozenset[str]:
        return frozenset(self.program.steps)

    def _awaited(self, path: Path) -> Scope:
        """Return the scope of the `where` of a `wait_for`, which reads the payload of the awaited event."""
        match path:
            case ("steps", str(name), "wait_for", "where"):
                step = self.program.steps[name]
                awaited = step.wait_for.event if isinstance(step, WaitFor) else None
                event = self.scopes.project.events.get(awaited or "")
                return self.scopes.of_passage(self.program, self.contacts, event)
        return self._own
