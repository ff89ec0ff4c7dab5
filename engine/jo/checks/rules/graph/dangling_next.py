"""## What it finds

An edge that leads to a step the program does not have: a `next`, `met`, `timeout`, `otherwise`, a way of a
`branch`, or a share of a `split`.

## Why it matters

Whoever takes that edge could go nowhere. The usual cause is a step that was renamed while an edge still has
its old name.

## Example

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  hello: {email: welcome, next: chek}
  check: {wait: 3 days}
  tips: {email: tips}
```

## Instead

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  hello: {email: welcome, next: check}
  check: {wait: 3 days}
  tips: {email: tips}
```

## Options

None.

## References

- J302 unreachable-step, the other side of the same slip
- J202 dangling-reference: names of other resources
"""

from collections.abc import Iterator

from jo.checks.context import Context
from jo.checks.places import arc_at
from jo.checks.rule import Found
from jo.diagnostics import codes
from jo.diagnostics.nearest import suggestion

CODE = codes.DANGLING_NEXT


def check(context: Context) -> Iterator[Found]:
    for program in context.programs:
        graph = context.graphs[program.name]
        told = set()
        for arc in graph.arcs:
            if arc.to is None or arc.to in graph.steps:
                continue
            at = arc_at(program, arc, context.written_steps(program))
            if at not in told:  # several edges may follow one `next`
                told.add(at)
                yield Found(
                    at=at,
                    label="no such step",
                    detail=f"`{program.name}` has no step `{arc.to}`, so this way leads nowhere.",
                    help=suggestion(arc.to, {*graph.steps, "end"}, noun="step"),
                )
