"""The graphs of the programs whose graph a plan changes, before and after, as Mermaid.

They are no part of the plan's document: they follow from specs, which the plan itself still holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from jo.graph.mermaid import mermaid
from jo.manifest.lower import lower_document
from jo.model.address import Kind
from jo.model.canonical import Part
from jo.model.program import Program
from jo.plan.change import Create, Update, address, parts
from jo.plan.plan import Plan
from jo.plan.state import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphPair:
    before: str | None
    """None for a new program."""
    after: str


def plan_graphs(plan: Plan) -> Mapping[str, GraphPair]:
    """Return address → graphs, of programs that are new or lead people in another way."""
    found = {}
    for change in plan.changes:
        if not isinstance(change, Create | Update) or change.after.kind != Kind.PROGRAM:
            continue
        if Part.GRAPH in parts(change):
            before = _drawn(change.before) if isinstance(change, Update) else None
            found[address(change)] = GraphPair(before=before, after=_drawn(change.after))
    return found


def _drawn(spec: Spec) -> str:
    program = lower_document(Kind.PROGRAM, spec.document)
    assert isinstance(program, Program)
    return mermaid(program)
