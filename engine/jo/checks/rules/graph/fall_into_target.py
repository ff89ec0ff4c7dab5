"""## What it finds

A step without `next` that leads, by its place in the file alone, into a step that is the target of a
`branch`, a `split`, a `met` or a `timeout` above it. Falling into an `exit` is fine, and so is falling into a
step that is only led back to.

## Why it matters

The target of a branch stands behind another step for no better reason than that it has to stand somewhere.
Who falls into it gets a mail that was meant for others. Where both ways really join, an explicit `next` says
so.

## Example

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  size:
    branch:
      - {when: company.segment = 'SMB', next: small}
    otherwise: large
  small: {email: tips}
  large: {email: checklist}
```

## Instead

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  size:
    branch:
      - {when: company.segment = 'SMB', next: small}
    otherwise: large
  small: {email: tips, next: end}
  large: {email: checklist}
```

## Options

None.

## References

- J305 missing-otherwise
"""

from collections.abc import Iterator, Mapping
from typing import Any

from jo.checks.context import Context
from jo.checks.places import arc_at, step_at
from jo.checks.rule import Found
from jo.diagnostics import codes
from jo.graph.program_graph import Arc, ProgramGraph
from jo.graph.written import falls, written_at
from jo.steps.exit import Exit

CODE = codes.FALL_INTO_TARGET
MAY_BE_IGNORED = True


def check(context: Context) -> Iterator[Found]:
    for program in context.programs:
        graph = context.graphs[program.name]
        documents = context.written_steps(program)
        targets = {arc.to for arc in graph.arcs if arc.edge.name != "next"}
        suspects = list(falls(graph, documents, targets))
        if not suspects:
            continue
        aimed = _aimed_at(graph, documents)
        told = set()
        for arc in suspects:
            aim = aimed.get(arc.to or "")
            if aim is None or arc.to is None or arc.step in told or isinstance(graph.steps[arc.to], Exit):
                continue
            told.add(arc.step)
            yield Found(
                at=step_at(program, arc.step),
                label=f"falls into `{arc.to}`",
                detail=f"`{arc.step}` does not say where it leads, so people fall into `{arc.to}`, "
                f"which is where `{aim.step}` sends some of them.",
                help=_help(arc),
                others=((arc_at(program, aim, documents), f"sends people to `{arc.to}`"),),
            )


def _help(arc: Arc) -> str:
    key = "next" if arc.edge.name == "next" else arc.edge.name
    return f"Write `{key}: end`, or the step that is meant; `{key}: {arc.to}` if this one is."


def _aimed_at(graph: ProgramGraph, documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Arc]:
    """Return the steps that written edges other than `next` lead on to, each with the first such arc."""
    found: dict[str, Arc] = {}
    for arc in graph.arcs:
        leads_on = graph.order.get(arc.to or "", -1) > graph.order[arc.step]
        if leads_on and arc.edge.name != "next" and written_at(arc, documents[arc.step]) is not None:
            found.setdefault(arc.to or "", arc)
    return found
