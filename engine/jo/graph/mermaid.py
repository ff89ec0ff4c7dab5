"""Drawings of graphs as Mermaid flowcharts, which GitHub and most editors show.

Ids are numbers and every text is quoted and escaped, so no name can end a label or add a line.
"""

from collections.abc import Iterable, Mapping

from jo.graph.program_graph import Arc, ProgramGraph, program_graph
from jo.graph.references import Reference
from jo.model.canonical import encode
from jo.model.program import EventAudience, Program
from jo.model.step import COMPLETED, SKIPPED, Leave, Step

_WIDTH = 60
"""Code points of a label before it is cut."""


def mermaid(program: Program) -> str:
    """Return the flowchart of a program: who enters, each step with what it does, each edge with why."""
    graph = program_graph(program)
    reasons = dict.fromkeys(arc.target.reason for arc in graph.arcs if isinstance(arc.target, Leave))
    ids = {name: f"s{place}" for name, place in graph.order.items()}
    ends = {reason: f"x{place}" for place, reason in enumerate(reasons)}
    lines = ["flowchart TD", f"  entry([{_text(_audience(program))}])"]
    lines += (f"  {ids[name]}{_shape(graph, name)}" for name in graph.steps)
    lines += (f"  {end}(({_text('end' if reason == COMPLETED else reason)}))" for reason, end in ends.items())
    lines += (f"  entry --> {ids[name]}" for name in list(graph.steps)[:1])
    for arc in graph.arcs:
        target = ends[arc.target.reason] if isinstance(arc.target, Leave) else ids.get(arc.target.step)
        if target is not None:
            label = _label(arc, graph.steps[arc.step])
            lines.append(f"  {ids[arc.step]} {'-.->' if arc.spent else '-->'}{label} {target}")
    return "\n".join(lines) + "\n"


def mermaid_references(references: Iterable[Reference]) -> str:
    """Return the flowchart of resources: an arrow leads from each to what it refers to."""
    ids: dict[str, str] = {}
    arrows = []
    for reference in references:
        ends = [ids.setdefault(str(end), f"r{len(ids)}") for end in (reference.source, reference.target)]
        arrows.append(f"  {ends[0]} --> {ends[1]}")
    nodes = (f"  {node}[{_text(name)}]" for name, node in ids.items())
    return "\n".join(["flowchart LR", *nodes, *dict.fromkeys(arrows)]) + "\n"


def _shape(graph: ProgramGraph, name: str) -> str:
    step = graph.steps[name]
    text = _text(name, _does(step))
    if len([arc for arc in graph.leaving[name] if step.label(arc.edge.name) != SKIPPED]) > 1:
        return "{{" + text + "}}"
    return f"([{text}])" if step.passes_time() and step.type == "wait" else f"[{text}]"


def _does(step: Step) -> str:
    """Return the step's type and what it says: `email welcome`, `wait_for event answered, within 5 days`."""
    words = [f"{step.type} {_said(getattr(step, step.type, None))}".strip()]
    if step.after is not None:
        words.append(f"after {step.after}")
    if step.if_ is not None:
        words.append(f"if {step.if_.text}")
    return ", ".join(words)


def _said(value: object) -> str:
    """Return what a value says in a few words, nothing for lists and shares, which the edges show."""
    match encode(value):
        case str(text):
            return text
        case {**parts} if all(isinstance(part, str) for part in parts.values()):
            return ", ".join(f"{key} {part}" for key, part in parts.items())
    return ""


def _label(arc: Arc, step: Step) -> str:
    words = [label] if (label := step.label(arc.edge.name)) else []
    if arc.is_bounded:
        words.append(f"at most {arc.edge.times} times")
    if arc.spent:
        words = ["after that"]
    return f"|{_text(', '.join(words))}|" if words else ""


def _audience(program: Program) -> str:
    audience = program.audience
    return f"event {audience.event}" if isinstance(audience, EventAudience) else f"power_list {audience}"


_ENTITIES: Mapping[int, str] = str.maketrans(
    {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;"}
)


def _text(*lines: str) -> str:
    """Return a quoted label; Mermaid reads `#name;` as a character."""
    cut = (line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…" for line in lines)
    return '"' + "<br/>".join(" ".join(line.split()).translate(_ENTITIES) for line in cut) + '"'
