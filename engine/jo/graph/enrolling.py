"""Which programs enroll people into which, and the circles of that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jo.graph.circles import elementary_circles, goes_round
from jo.model.address import Kind
from jo.model.program import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolling:
    """A step of one program that offers people to another."""

    program: str
    step: str
    into: str


def enroll_circles(programs: Mapping[str, Program]) -> tuple[tuple[Enrolling, ...], ...]:
    """Return the circles, each from the program that is first by name back to it, sorted; at most `MOST`."""
    names = sorted(programs)
    places = {name: place for place, name in enumerate(names)}
    by_pair: dict[tuple[int, int], Enrolling] = {}
    for enrolling in _enrollings(programs.values()):
        if enrolling.into in places:
            by_pair.setdefault((places[enrolling.program], places[enrolling.into]), enrolling)
    if not goes_round(by_pair):
        return ()
    return tuple(
        tuple(by_pair[pair] for pair in zip(nodes, (*nodes[1:], nodes[0]), strict=True))
        for nodes in elementary_circles(by_pair)
    )


def _enrollings(programs: Iterable[Program]) -> Iterable[Enrolling]:
    for program in programs:
        for name, step in program.steps.items():
            for _, address in step.references():
                if address.kind is Kind.PROGRAM:
                    yield Enrolling(program=program.name, step=name, into=address.name)
