"""Circles: ways that lead back to where they began.

Theory. People may go round only when each round takes time and the rounds are counted. A circle takes time
when one of its steps does, so the circles that take none are those among the other steps alone. It has a
bound when one of its arcs has, so the circles without one are those among the other arcs alone. Both faults
are therefore found by listing the elementary circles (those that pass no step twice) of a part of the
graph. A graph can hold more of them than there are atoms to count them with; `MOST` are listed.

Nodes are the steps' places in the file: the same program gives the same circles in the same order.

networkx takes long to import. It lists circles, which are faults; that there is none, we see without it.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import islice

from jo.graph.program_graph import Arc, ProgramGraph

MOST = 20
"""How many circles are listed of one graph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    arcs: tuple[Arc, ...]
    """From the step that stands first in the file back to it."""
    takes_time: bool
    is_bounded: bool

    @property
    def steps(self) -> tuple[str, ...]:
        return tuple(arc.step for arc in self.arcs)


def circles(graph: ProgramGraph) -> tuple[Circle, ...]:
    """Return the elementary circles, at most `MOST`, by the places of their steps in the file."""
    return _circles(graph, lambda arc: True)


def endless_circles(graph: ProgramGraph) -> tuple[Circle, ...]:
    """Return the circles that take no time or have no bound, ordered as `circles` does, each once."""
    if graph.is_forward:
        return ()
    timeless = {name for name, step in graph.steps.items() if not step.passes_time()}
    found = (
        *_circles(graph, lambda arc: not arc.is_bounded),
        *_circles(graph, lambda arc: arc.step in timeless and arc.to in timeless),
    )
    by_steps: dict[tuple[str, ...], Circle] = {}
    for circle in found:
        by_steps.setdefault(circle.steps, circle)
    return tuple(sorted(by_steps.values(), key=lambda circle: [graph.order[step] for step in circle.steps]))


def closed_circles(graph: ProgramGraph) -> tuple[frozenset[str], ...]:
    """Return the smallest sets of steps that nobody can leave, by their first step in the file.

    Whoever comes to a step that is stuck ends up in one of them.
    """
    if not graph.stuck:
        return ()
    import networkx

    digraph: networkx.DiGraph[int] = networkx.DiGraph(
        _pairs(graph, (arc for arc in graph.arcs if arc.step in graph.stuck)).keys()
    )
    names = list(graph.steps)
    found = [sorted(nodes) for nodes in networkx.attracting_components(digraph)]
    return tuple(frozenset(names[node] for node in nodes) for nodes in sorted(found))


def _circles(graph: ProgramGraph, allowed: Callable[[Arc], bool]) -> tuple[Circle, ...]:
    by_pair = _pairs(graph, filter(allowed, graph.arcs))
    if not goes_round(by_pair):
        return ()
    found = []
    for nodes in elementary_circles(by_pair):
        arcs = tuple(by_pair[pair] for pair in zip(nodes, (*nodes[1:], nodes[0]), strict=True))
        found.append(
            Circle(
                arcs=arcs,
                takes_time=any(graph.steps[arc.step].passes_time() for arc in arcs),
                is_bounded=any(arc.is_bounded for arc in arcs),
            )
        )
    return tuple(found)


def _pairs(graph: ProgramGraph, arcs: Iterable[Arc]) -> dict[tuple[int, int], Arc]:
    """Return the first arc between each two steps, by their places in the file."""
    found: dict[tuple[int, int], Arc] = {}
    for arc in arcs:
        end = graph.order.get(arc.to or "")
        if end is not None:
            found.setdefault((graph.order[arc.step], end), arc)
    return found


def goes_round(pairs: Collection[tuple[int, int]]) -> bool:
    """Tell whether there is any circle: arcs are left when nodes that none leads to are taken out."""
    if all(start < end for start, end in pairs):
        return False
    following: dict[int, list[int]] = {}
    arriving: dict[int, int] = {}
    for start, end in pairs:
        following.setdefault(start, []).append(end)
        arriving[end] = arriving.get(end, 0) + 1
    pending = [start for start in following if start not in arriving]
    while pending:
        for end in following.get(pending.pop(), ()):
            arriving[end] -= 1
            if arriving[end] == 0:
                pending.append(end)
    return any(arriving.values())


def elementary_circles(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, ...]]:
    """Return circles over numbered nodes, each from its lowest node on, sorted; at most `MOST`."""
    import networkx

    digraph: networkx.DiGraph[int] = networkx.DiGraph(list(pairs))
    return sorted(_from_lowest(nodes) for nodes in islice(networkx.simple_cycles(digraph), MOST))


def _from_lowest(nodes: list[int]) -> tuple[int, ...]:
    start = nodes.index(min(nodes))
    return (*nodes[start:], *nodes[:start])
