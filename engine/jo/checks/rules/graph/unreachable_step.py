"""## What it finds

A step that nobody can come to: no way from the program's first step leads there.

## Why it matters

The step looks like part of the journey and never happens. Mostly an edge is missing, or a `next` leads past
it.

## Example

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  hello: {email: welcome, next: checklist}
  tips: {email: tips}
  checklist: {email: checklist}
```

## Instead

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  hello: {email: welcome}
  tips: {email: tips}
  checklist: {email: checklist}
```

## Options

Only the first step of an unreachable stretch is reported; those behind it are named in the detail.

## References

- J304 dead-end: steps that lead nowhere
"""

from collections.abc import Iterator

from jo.checks.context import Context
from jo.checks.rule import At, Found
from jo.checks.words import listed
from jo.diagnostics import codes
from jo.graph.program_graph import ProgramGraph
from jo.manifest.document import Part

CODE = codes.UNREACHABLE_STEP
MAY_BE_IGNORED = True


def check(context: Context) -> Iterator[Found]:
    for program in context.programs:
        graph = context.graphs[program.name]
        if len(graph.reachable) == len(graph.steps) or graph.has_dangling:
            continue  # a way that leads nowhere may be the one that was to lead here
        for name, behind in _stretches(graph):
            also = f", nor to {listed(behind)} behind it" if behind else ""
            yield Found(
                at=At(address=program.address, path=("steps", name), part=Part.KEY),
                label="nobody comes here",
                detail=f"No way from the first step, `{program.first}`, leads to `{name}`{also}.",
                help=f"Let a step lead here with `next: {name}`, or delete the step.",
            )


def _stretches(graph: ProgramGraph) -> Iterator[tuple[str, list[str]]]:
    """Yield the unreachable steps that no other one leads to, each with those behind it.

    Of a circle that nothing leads to, the first step in the file stands for all.
    """
    missing = [name for name in graph.steps if name not in graph.reachable]
    led_to = {to for name in missing for to in graph.successors[name] if to != name}
    seen: set[str] = set()
    for name in [*(name for name in missing if name not in led_to), *missing]:
        if name not in seen:
            behind = graph.from_steps([name]) - graph.reachable - seen - {name}
            seen |= {name, *behind}
            yield name, [step for step in missing if step in behind]
