"""When people can be at a step: bounds that follow from the file alone.

Theory. A passage carries two times: the clock, and its anchor, the last outcome, from which durations count.
A wait moves both; a mail that is suppressed or skipped moves neither, though its `after` has passed on the
clock. `earliest` walks all ways with the least of both and keeps, for each step, the least that any way
gives; so nobody is ever due before it. `longest` adds up the most that each step can take; holds by windows,
caps and dates are not in it, as the file does not know them.

Times are seconds after an *anchor of the file*: the entry, or a field such as `company.live_at`. A day counts
24 hours, a month 28 to 31 days, a year 365 to 366 days, a business day 1 to 14 days; changes of the clock are
neglected.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from math import inf

from jo.conditions.instant_tree import AtTime, Entered, FieldTime, Shifted
from jo.conditions.instants import TimeExpr
from jo.graph.program_graph import Arc, ProgramGraph
from jo.model.step import Step
from jo.steps.email import Email
from jo.steps.wait import Until, Wait
from jo.steps.wait_for import Waited, WaitFor
from jo.timing.durations import SECONDS, Duration, Unit

DAY = 86_400

_DAYS = {
    Unit.DAY: (1, 1),
    Unit.WEEK: (7, 7),
    Unit.MONTH: (28, 31),
    Unit.YEAR: (365, 366),
    Unit.BUSINESS_DAY: (1, 14),
}
"""Fewest and most days in each unit of calendar time."""

Bounds = tuple[float, float]
"""Least and most."""


def length(duration: Duration) -> Bounds:
    """Return the least and the most seconds that a duration stands for."""
    least, most = _DAYS.get(duration.unit, (0, 0))
    elapsed = SECONDS.get(duration.unit, 0)
    return duration.count * (elapsed or least * DAY), duration.count * (elapsed or most * DAY)


def offset(time: TimeExpr, anchor: TimeExpr) -> Bounds | None:
    """Return how many seconds after the anchor the time lies; None when it does not count from the anchor."""
    if time == anchor:
        return 0, 0
    match time:
        case Shifted(inner, duration, back):
            start, (least, most) = offset(inner, anchor), length(duration)
            if start is None:
                return None
            return (start[0] - most, start[1] - least) if back else (start[0] + least, start[1] + most)
        case AtTime(inner):
            start = offset(inner, anchor)
            return None if start is None else (start[0] - DAY, start[1] + DAY)
    return None


def anchor_of(time: TimeExpr) -> Entered | FieldTime | None:
    """Return what a time counts from; None when it is more than one thing or a fixed moment."""
    match time:
        case Entered() | FieldTime():
            return time
        case Shifted(inner) | AtTime(inner):
            return anchor_of(inner)
    return None


def earliest(graph: ProgramGraph, anchor: Entered | FieldTime) -> Mapping[str, float]:
    """Return for each reachable step the seconds after the anchor before which nobody is due there.

    Minus infinity where the file says nothing.
    """
    start = 0.0 if isinstance(anchor, Entered) else -inf
    if start == -inf and not any(_counts_from(step, anchor) for step in graph.steps.values()):
        return dict.fromkeys(graph.reachable, -inf)
    least: dict[str, Bounds] = {next(iter(graph.steps)): (start, start)}
    pending = deque(least)
    while pending:
        name = pending.popleft()
        for arc in graph.leaving[name]:
            if arc.to is None or arc.to not in graph.steps:
                continue
            new = _leave(graph.steps[name], arc, *least[name], anchor)
            old = least.get(arc.to, (inf, inf))
            better = (min(old[0], new[0]), min(old[1], new[1]))
            if better != old:
                least[arc.to] = better
                pending.append(arc.to)
    return {name: _due(graph.steps[name], *at) for name, at in least.items()}


def _counts_from(step: Step, anchor: TimeExpr) -> bool:
    """Tell whether people wait at the step until a moment that counts from the anchor."""
    match step:
        case Wait(wait=Until(until=moment)) | WaitFor(wait_for=Waited(until=moment)) if moment is not None:
            return offset(moment, anchor) is not None
    return False


def _due(step: Step, clock: float, outcome: float) -> float:
    return max(clock, outcome + length(step.after)[0]) if step.after is not None else clock


def _leave(step: Step, arc: Arc, clock: float, outcome: float, anchor: TimeExpr) -> Bounds:
    """Return the least clock and outcome with which somebody leaves a step by an arc."""
    if step.can_be_skipped and arc.edge.name == "next":
        return clock, outcome
    due = _due(step, clock, outcome)
    if isinstance(step, Email) and step.repeat is not None and step.repeat.count > 1:
        return max(due, outcome + length(step.repeat.every)[0]), outcome
    moment = -inf
    for limit in _limits(step, arc):
        if isinstance(limit, Duration):
            moment = outcome + length(limit)[0]
        else:
            moment = (offset(limit, anchor) or (-inf, inf))[0]
    return max(due, moment), max(outcome, moment)


def _limits(step: Step, arc: Arc) -> Iterator[Duration | TimeExpr]:
    """Yield what people wait for who leave by the arc: a duration or a moment, one at most."""
    if isinstance(step, Wait):
        yield step.wait.until if isinstance(step.wait, Until) else step.wait
    elif isinstance(step, WaitFor) and arc.edge.name == "timeout":
        waited = step.wait_for
        yield from (limit for limit in (waited.within, waited.until) if limit is not None)


def longest(graph: ProgramGraph) -> Mapping[str, float]:
    """Return for each reachable step the most seconds after entry that the waits before it can take.

    Whoever goes round in a bounded circle takes one of its bounded arcs each time, so no step of it is
    visited more often than the bounds together allow, and once. A circle without a bound is not counted.
    """
    arrived = {next(iter(graph.steps)): 0.0}
    for steps in _components(graph):
        inside = [arc for name in steps for arc in graph.leaving[name] if arc.to in steps]
        rounds = 1 + sum(arc.edge.times or 0 for arc in inside if arc.is_bounded)
        start = max((arrived[name] for name in steps if name in arrived), default=None)
        if start is None:
            continue
        end = start + rounds * sum(_longest_stay(graph.steps[name]) for name in steps)
        for name in steps:
            arrived[name] = end - _longest_stay(graph.steps[name]) if inside else start
            for following in graph.successors[name]:
                if following not in steps:
                    arrived[following] = max(arrived.get(following, 0.0), end)
    return arrived


def _longest_stay(step: Step) -> float:
    after = length(step.after)[1] if step.after is not None else 0
    match step:
        case Wait(wait=Duration() as duration):
            return max(after, length(duration)[1])
        case WaitFor(wait_for=waited) if waited.within is not None:
            return max(after, length(waited.within)[1])
        case Email(repeat=repeat) if repeat is not None:
            return after + (repeat.count - 1) * length(repeat.every)[1]
    return after


def _components(graph: ProgramGraph) -> Sequence[frozenset[str]]:
    """Return the steps so that each set comes before what it leads to; steps of one circle are together."""
    if graph.is_forward:
        return [frozenset([name]) for name in graph.steps]
    import networkx

    pairs = [(graph.order[name], graph.order[to]) for name in graph.steps for to in graph.successors[name]]
    digraph: networkx.DiGraph[int] = networkx.DiGraph(pairs)
    digraph.add_nodes_from(graph.order.values())
    names = list(graph.steps)
    condensed = networkx.condensation(digraph)
    return [
        frozenset(names[place] for place in condensed.nodes[node]["members"])
        for node in networkx.topological_sort(condensed)
    ]
