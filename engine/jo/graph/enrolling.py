"""Which programs enroll people into which, and the circles of that."""

from collections.abc import Iterator
from dataclasses import dataclass

from jo.graph.circles import elementary_circles, goes_round
from jo.model.address import Kind
from jo.model.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolling:
    """A step of one program that offers people to another."""

    program: str
    step: str
    into: str


def enroll_circles(project: Project) -> tuple[tuple[Enrolling, ...], ...]:
    """Return the circles, each from the program that is first by name back to it, sorted; at most `MOST`."""
    names = sorted(project.programs)
    places = {name: place for place, name in enumerate(names)}
    by_pair: dict[tuple[int, int], Enrolling] = {}
    for enrolling in _enrollings(project):
        if enrolling.into in places:
            by_pair.setdefault((places[enrolling.program], places[enrolling.into]), enrolling)
    if not goes_round(by_pair):
        return ()
    return tuple(
        tuple(by_pair[pair] for pair in zip(nodes, (*nodes[1:], nodes[0]), strict=True))
        for nodes in elementary_circles(by_pair)
    )


def _enrollings(project: Project) -> Iterator[Enrolling]:
    for program in project.programs.values():
        for path, address in project.references[program.address]:
            if address.kind is Kind.PROGRAM:
                yield Enrolling(program=program.name, step=str(path[1]), into=address.name)
