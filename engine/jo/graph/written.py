"""Where an author wrote an edge, and which edges nobody wrote because the order of the file says them.

An edge's name says where it stands in the step's document: `met` under the key `met`, `when.0` in the first
item of the step's list, `share.a` under the key `a` of the step's map. An edge that stands nowhere leads on
to the next step of the file: people *fall* into it.
"""

from collections.abc import Container, Iterator, Mapping
from itertools import pairwise
from typing import Any

from jo.diagnostics.span import Path
from jo.graph.program_graph import Arc, ProgramGraph


def written_at(arc: Arc, document: Mapping[str, Any]) -> Path | None:
    """Return the key path of the arc's target within the step's document; None when nobody wrote it."""
    name, _, rest = arc.edge.name.partition(".")
    if not rest:
        return _target((name,), document.get(name), arc)
    for key, value in document.items():
        if isinstance(value, list) and rest.isdigit() and int(rest) < len(value):
            item = value[int(rest)]
            return (
                _target((key, int(rest), "next"), item.get("next"), arc)
                if isinstance(item, Mapping)
                else None
            )
        if isinstance(value, Mapping) and rest in value:
            return (key, rest)
    return None


def _target(path: Path, value: Any, arc: Arc) -> Path | None:
    if isinstance(value, Mapping) and "exit" not in value:
        key = "then" if arc.spent else "next"
        return (*path, key) if key in value else None
    return path if value is not None else None


def falls(
    graph: ProgramGraph, documents: Mapping[str, Mapping[str, Any]], into: Container[str | None]
) -> Iterator[Arc]:
    """Yield the arcs by which people fall into the next step, where that is one of `into`.

    The documents are those of the steps.
    """
    following = dict(pairwise(graph.steps))
    for arc in graph.arcs:
        if arc.to is None or arc.to not in into or arc.to != following.get(arc.step):
            continue
        document = documents.get(arc.step, {})
        if document.get("next") is not None:
            continue
        if written_at(arc, document) is None:
            yield arc
