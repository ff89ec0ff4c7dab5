"""People go where the graph lets them.

A passage's history is a line for each step that it entered, skipped or left by an edge. Which line may
follow which is a matter of the graph that the passage is pinned to; so it is enough to look at each kind of
two lines once, however many people went that way.
"""

from collections.abc import Mapping

from jo.audit.scope import Scope, Tally
from jo.model.program import Program
from jo.model.step import Edge, Goto
from jo.ports.store.audit import Transition
from jo.reports.audit import Found, Invariant

INVARIANT = Invariant(
    name="course",
    holds="each step of a passage follows from the one before by an edge",
    means="People were moved along a way that their program does not have; mails may be missing or in the "
    "wrong order.",
    advice="Look at one of them with `jo why`, and report it.",
)


def look(scope: Scope) -> Found:
    transitions = scope.work.audit.transitions()
    programs = scope.programs(sorted({item.revision for item in transitions}))
    tally, checked = Tally(), 0
    for item in transitions:
        checked += item.times
        fault = _fault(programs, item)
        if fault is not None:
            program = programs.get(item.revision)
            of = f" of program/{program.name}" if program is not None else ""
            also = f", and {item.times - 1} more" if item.times > 1 else ""
            tally.add(f"passage {item.passage}{of}{also}", fault)
    return tally.found(checked, "line")


def _fault(programs: Mapping[int, Program], item: Transition) -> str | None:
    program = programs.get(item.revision)
    if program is None:
        return f"it is pinned to revision {item.revision}, which is not there"
    step, what, detail = item.after
    if step not in program.steps:
        return f"it was at `{step}`, which its graph does not have"
    if what == "took" and detail not in _edges(program, step):
        return f"it left `{step}` by `{detail}`, which is no edge of that step"
    if item.before is None:
        return None if what == "entered" else f"its history begins with `{what}` at `{step}`"
    before, did, by = item.before
    match did:
        case "ended":
            return f"it went on at `{step}` after its end"
        case "took":
            targets = _targets(_edges(program, before).get(by))
            return None if step in targets else f"it came to `{step}` from `{before}` by `{by}`"
        case "skipped" if what == "took" and detail != "next":
            return f"it skipped `{step}` and left it by `{detail}`"
        case _:
            return None if step == before else f"it came to `{step}` from `{before}` without an edge"


def _edges(program: Program, step: str) -> Mapping[str, Edge]:
    found = program.steps.get(step)
    return {} if found is None else {edge.name: edge for edge in found.edges()}


def _targets(edge: Edge | None) -> set[str]:
    """Return the steps that an edge leads to."""
    if edge is None:
        return set()
    return {target.step for target in (edge.target, edge.then) if isinstance(target, Goto)}
