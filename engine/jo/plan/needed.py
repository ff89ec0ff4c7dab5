"""What is still needed although git does not say so any more: by people inside, and by what was retired.

`jo validate` sees the resources of git, and those fit together. Two things outlive their declaration:
retired resources, and the revisions of programs that people entered by. Both go on reading fields, lists and
templates, and the reconciler can only go on with people whose revision still checks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, partial

from jo.conditions.check import check
from jo.conditions.instants import check_time
from jo.conditions.types import Place
from jo.diagnostics.codes import BROKEN_REVISION, Severity
from jo.model.address import Address
from jo.model.program import Program
from jo.model.project import Project, Resource
from jo.model.references import references
from jo.plan.plan import Guard, GuardLevel
from jo.plan.state import Life, State
from jo.render.named_links import links_by_step, named_links
from jo.steps.wait_for import WaitFor


def broken_revisions(
    project: Project, after: State, pinned: Iterable[tuple[Program, int]]
) -> tuple[Guard, ...]:
    """Return what would be broken after a change. `pinned` are revisions with how many people go by them."""
    found = []
    for address, resource in project.resources.items():
        if after[str(address)].life is Life.RETIRED and (gone := list(_gone(project, resource))):
            found.append(_guard(address, ["It is retired, but still there.", *gone]))
    for program, people in pinned:
        broken = list(dict.fromkeys([*_gone(project, program), *_unreadable(project, program)]))
        if broken:
            who = "1 person goes" if people == 1 else f"{people} people go"
            found.append(_guard(program.address, [f"{who} by an earlier form of it.", *broken]))
    return tuple(found)


def _guard(address: Address, sentences: list[str]) -> Guard:
    return Guard(
        code=BROKEN_REVISION.id,
        level=GuardLevel.REFUSES,
        address=str(address),
        detail=" ".join(sentences),
        help="Keep what is missing until nobody needs it. `jo status` shows who is inside.",
    )


def _gone(project: Project, resource: Resource) -> Iterator[str]:
    for _, target in references(resource):
        if target not in project.resources:
            yield f"It needs `{target}`, which would be deleted."


def _unreadable(project: Project, program: Program) -> Iterator[str]:
    """Yield what is wrong with the conditions and times that people inside go by.

    `exit_when` is safety: what is read is that of the present form, also of a retired program.
    """
    contacts = project.contacts_of(program)
    if contacts is None:
        yield "Nothing says any more from which source its contacts come."
        return
    links = links_by_step(program, cache(partial(_links, project)))
    scope = project.contact_scope(contacts, Place.PROGRAM, program=program)
    current = project.programs.get(program.name)
    conditions = [(scope, condition) for condition in (current.exit_when if current else {}).values()]
    for step in program.steps.values():
        for path, condition in step.conditions():
            awaited = step.wait_for.event if isinstance(step, WaitFor) and path[-1] == "where" else None
            event = project.events.get(awaited or "")
            own = scope
            if event is not None:
                own = project.contact_scope(contacts, Place.PROGRAM, program=program, event=event)
            conditions.append((replace(own, links=links), condition))
        for _, time in step.times():
            yield from (fault.detail for fault in check_time(time, scope))
    for own, condition in conditions:
        yield from (fault.detail for fault in check(condition, own) if fault.severity is Severity.ERROR)


def _links(project: Project, template: str) -> frozenset[str] | None:
    found = project.templates.get(template)
    return named_links(found, project) if found is not None else None
