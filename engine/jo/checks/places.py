"""Where things of a program stand in its document."""

from collections.abc import Mapping
from typing import Any

from jo.checks.rule import At
from jo.graph.program_graph import Arc
from jo.graph.written import written_at
from jo.manifest.document import Part
from jo.model.program import Program


def arc_at(program: Program, arc: Arc, documents: Mapping[str, Mapping[str, Any]]) -> At:
    """Return where an arc's target is written; of one that nobody wrote, the step's name."""
    document = documents[arc.step]
    path = written_at(arc, document)
    if path is None:
        if document.get("next") is None:
            return step_at(program, arc.step)
        path = ("next",)
    part = Part.KEY if path[-1] == arc.to else Part.VALUE
    return At(address=program.address, path=("steps", arc.step, *path), part=part)


def step_at(program: Program, step: str) -> At:
    """Return the name of a step."""
    return At(address=program.address, path=("steps", step), part=Part.KEY)
