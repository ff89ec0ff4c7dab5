"""## What it finds

Steps from which no way reaches an end of the program: a circle that nothing leads out of.

## Why it matters

Whoever comes there stays in the program for good. They count as inside, cannot enter again, and only an
`exit_when` could ever let them go.

## Example

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  hello: {email: welcome}
  settle: {wait: 30 days}
  tips: {email: tips, next: settle}
```

## Instead

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  hello: {email: welcome}
  tips: {email: tips, after: 30 days, repeat: {every: 30 days, count: 6}}
```

## Options

None.

## References

- J303 unbounded-cycle: circles that have a way out
"""

from collections.abc import Iterator

from jo.checks.context import Context
from jo.checks.places import arc_at
from jo.checks.rule import Found
from jo.checks.words import listed
from jo.diagnostics import codes
from jo.graph.circles import closed_circles

CODE = codes.DEAD_END


def check(context: Context) -> Iterator[Found]:
    for program in context.programs:
        graph = context.graphs[program.name]
        for closed in closed_circles(graph):
            steps = [name for name in graph.steps if name in closed]
            documents = context.written_steps(program)
            arcs = [arc for name in steps for arc in graph.leaving[name]]
            first, *others = arcs
            only = (
                "`" + steps[0] + "` leads only to itself"
                if len(steps) == 1
                else (f"{listed(steps)} lead only to each other")
            )
            yield Found(
                at=arc_at(program, first, documents),
                label=f"leads on to `{first.to}`",
                detail=f"{only}, so whoever comes there never leaves the program.",
                help="Let one of them lead on: `next: end`, or a `wait_for` with "
                "`timeout: {next: STEP, times: 3, then: end}`.",
                others=tuple((arc_at(program, arc, documents), f"leads on to `{arc.to}`") for arc in others),
            )
