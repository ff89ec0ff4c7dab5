"""A program as a graph of steps.

Nodes are steps, in the order of the file. An edge of a step may carry a bound (`times: 3, then: end`) and
then leads to two places; here it is taken apart into two *arcs*, one that can be taken three times and one,
`spent`, that can be taken whenever. So an arc has one target, and an arc without a bound is one that
somebody can take for ever.

Most programs lead forward in the file only. Such a graph has no circle and no dead end, and its order is
the order of the file; `is_forward` lets the costly searches be left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from jo.model.program import Program
from jo.model.step import Edge, Goto, Step, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """One way from a step to one target."""

    step: str
    edge: Edge
    to: str | None
    """The step it leads to, which may not exist; None when it leaves the program."""
    spent: bool = False
    """Whether it is the way of those who have used up the edge's bound."""

    @property
    def target(self) -> Target:
        return self.edge.then if self.spent and self.edge.then is not None else self.edge.target

    @property
    def is_bounded(self) -> bool:
        return self.edge.times is not None and not self.spent


@dataclass(frozen=True, kw_only=True)
class ProgramGraph:
    name: str
    steps: Mapping[str, Step]
    """In the order of the file; people enter at the first."""
    arcs: tuple[Arc, ...]
    """By step in that order, then in the order of the step's edges."""

    @cached_property
    def order(self) -> Mapping[str, int]:
        """Step → place in the file, from 0."""
        return {name: place for place, name in enumerate(self.steps)}

    @cached_property
    def leaving(self) -> Mapping[str, tuple[Arc, ...]]:
        """Step → its arcs."""
        found: dict[str, list[Arc]] = {name: [] for name in self.steps}
        for arc in self.arcs:
            found[arc.step].append(arc)
        return {name: tuple(arcs) for name, arcs in found.items()}

    @cached_property
    def successors(self) -> Mapping[str, Sequence[str]]:
        """Step → the existing steps that its arcs lead to; one may come twice."""
        found: dict[str, list[str]] = {name: [] for name in self.steps}
        for arc in self.arcs:
            if arc.to is not None and arc.to in found:
                found[arc.step].append(arc.to)
        return found

    @cached_property
    def is_forward(self) -> bool:
        """Whether every arc leads on in the file, so that there is no circle."""
        order = self.order
        return not any(order[to] <= order[name] for name, after in self.successors.items() for to in after)

    @property
    def has_dangling(self) -> bool:
        """Whether an arc leads to a step that does not exist."""
        return any(arc.to is not None and arc.to not in self.steps for arc in self.arcs)

    @cached_property
    def reachable(self) -> frozenset[str]:
        """The steps that somebody can come to."""
        return self.from_steps(list(self.steps)[:1])

    @cached_property
    def stuck(self) -> frozenset[str]:
        """The steps from which no way leads to an end. A way to a step that does not exist counts as one."""
        if self.is_forward:
            return frozenset()
        before: dict[str, list[str]] = {name: [] for name in self.steps}
        ends = []
        for arc in self.arcs:
            if arc.to in before:
                before[arc.to].append(arc.step)
            else:
                ends.append(arc.step)
        return frozenset(self.steps) - _closure(ends, before)

    def from_steps(self, starts: Iterable[str]) -> frozenset[str]:
        """Return the steps that can be come to from these, with them."""
        return _closure(starts, self.successors)


def program_graph(program: Program) -> ProgramGraph:
    arcs = []
    for name, step in program.steps.items():
        for edge in step.edges():
            arcs.append(Arc(step=name, edge=edge, to=_step(edge.target)))
            if edge.then is not None:
                arcs.append(Arc(step=name, edge=edge, to=_step(edge.then), spent=True))
    return ProgramGraph(name=program.name, steps=program.steps, arcs=tuple(arcs))


def _step(target: Target) -> str | None:
    return target.step if isinstance(target, Goto) else None


def _closure(starts: Iterable[str], following: Mapping[str, Iterable[str]]) -> frozenset[str]:
    found = set(starts)
    pending = list(found)
    while pending:
        for name in following[pending.pop()]:
            if name not in found:
                found.add(name)
                pending.append(name)
    return frozenset(found)
