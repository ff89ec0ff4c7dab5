"""What a rule may look at: the project, where it was written, and answers that several rules share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any, TypeVar

from jo.checks.contents import content_faults
from jo.checks.expressions import expression_faults
from jo.checks.rule import Found
from jo.checks.scopes import Scopes
from jo.diagnostics.codes import MISSING_FILE, NOT_TEXT, Code
from jo.graph.program_graph import ProgramGraph, program_graph
from jo.manifest.compiled import Compiled, Origins
from jo.manifest.overlay import merge
from jo.model.address import Address
from jo.model.content import Template
from jo.model.outreach import Outreach
from jo.model.power_list import PowerList
from jo.model.program import Program
from jo.model.project import Project, Resource
from jo.render.named_links import named_links

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Context:
    compiled: Compiled
    today: date | None = None
    """The project's date; None: nothing is said that depends on it."""
    only: Address | None = None
    """The one resource to check; None: all."""

    @property
    def project(self) -> Project:
        return self.compiled.project

    @property
    def origins(self) -> Origins:
        return self.compiled.origins

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """The resources to check. What they refer to is looked up in `project`."""
        if self.only is None:
            return tuple(self.project)
        found = self.project.resources.get(self.only)
        return () if found is None else (found,)

    @cached_property
    def programs(self) -> tuple[Program, ...]:
        return _of(Program, self.resources)

    @cached_property
    def lists(self) -> tuple[PowerList, ...]:
        return _of(PowerList, self.resources)

    @cached_property
    def templates(self) -> tuple[Template, ...]:
        return _of(Template, self.resources)

    @cached_property
    def outreaches(self) -> tuple[Outreach, ...]:
        return _of(Outreach, self.resources)

    @cached_property
    def graphs(self) -> Mapping[str, ProgramGraph]:
        """By program."""
        return {program.name: program_graph(program) for program in self.programs}

    @cached_property
    def scopes(self) -> Scopes:
        return Scopes(project=self.project, links=cache(self._named_links))

    def _named_links(self, template: str) -> frozenset[str] | None:
        found = self.project.templates.get(template)
        return named_links(found, self.project) if found is not None and self._is_read(found) else None

    @cached_property
    def expression_faults(self) -> Mapping[Code, tuple[Found, ...]]:
        """What is wrong in conditions and times, by code."""
        return _by_code(expression_faults(self.resources, self.scopes, self.written))

    @cached_property
    def content_faults(self) -> Mapping[Code, tuple[Found, ...]]:
        """What is wrong in the texts of templates, by code; not of those whose files are missing."""
        whole = filter(self._is_read, self.templates)
        return _by_code(content_faults(whole, self.project, self.scopes, self.origins))

    def _is_read(self, template: Template) -> bool:
        return str(template.address) not in self._unread

    @cached_property
    def _unread(self) -> frozenset[str | None]:
        """The addresses of templates whose files are missing or no text."""
        found = (each for each in self.compiled.diagnostics if each.code in (MISSING_FILE, NOT_TEXT))
        return frozenset(each.address for each in found)

    def written(self, address: Address) -> Mapping[str, Any]:
        """Return the document of a resource as its author wrote it, with the environment's overlay."""
        document = self.origins.documents[address].value
        overlay = self.origins.overlays.get(address)
        assert isinstance(document, Mapping)
        if overlay is None:
            return document
        assert isinstance(overlay.value, Mapping)
        return merge(document, overlay.value)

    def written_steps(self, program: Program) -> Mapping[str, Mapping[str, Any]]:
        steps: Mapping[str, Mapping[str, Any]] = self.written(program.address)["steps"]
        return steps


def _of(type_: type[R], resources: Iterable[object]) -> tuple[R, ...]:
    return tuple(resource for resource in resources if isinstance(resource, type_))


def _by_code(found: Iterable[tuple[Code, Found]]) -> Mapping[Code, tuple[Found, ...]]:
    groups: dict[Code, list[Found]] = {}
    for code, each in found:
        groups.setdefault(code, []).append(each)
    return {code: tuple(group) for code, group in groups.items()}
