"""## What it finds

Steps that lead back to where they began, where a round takes no time, or where nothing limits the rounds.

## Why it matters

Without a wait, people would go round in one instant without end. Without a bound they would get the same
mails for ever. So a circle needs a step that takes time and an edge that is counted: after `times` rounds it
leads to `then`.

## Example

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  remind: {email: nudge}
  reply:
    wait_for: {event: survey.answered, within: 5 days}
    met: end
    timeout: remind
```

## Instead

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  remind: {email: nudge}
  reply:
    wait_for: {event: survey.answered, within: 5 days}
    met: end
    timeout: {next: remind, times: 3, then: end}
```

## Options

None. For the same mail several times in a row, an email step has `repeat: {every: 10 days, count: 3}`.

## References

- J304 dead-end: a circle that no way leads out of
- J308 enroll-circle: the same between programs
"""

from collections.abc import Iterator

from jo.checks.context import Context
from jo.checks.places import arc_at
from jo.checks.rule import Found
from jo.checks.words import way
from jo.diagnostics import codes
from jo.graph.circles import Circle, endless_circles

CODE = codes.UNBOUNDED_CYCLE

_TIME = "Let a step of the circle take time, such as `{wait: 3 days}`."
_BOUND = "Lead back from a `wait_for` with a bound: `timeout: {next: STEP, times: 3, then: end}`."


def check(context: Context) -> Iterator[Found]:
    for program in context.programs:
        graph = context.graphs[program.name]
        for circle in endless_circles(graph):
            if graph.stuck.issuperset(circle.steps):
                continue  # nobody gets out at all, which is a dead end
            first, *others = circle.arcs
            documents = context.written_steps(program)
            yield Found(
                at=arc_at(program, first, documents),
                label=f"leads on to `{first.to}`",
                detail=f"{_fault(circle)}: {way([*circle.steps, circle.steps[0]])}.",
                help=" ".join(
                    [*([] if circle.takes_time else [_TIME]), *([] if circle.is_bounded else [_BOUND])]
                ),
                others=tuple((arc_at(program, arc, documents), f"leads on to `{arc.to}`") for arc in others),
            )


def _fault(circle: Circle) -> str:
    if circle.takes_time:
        return "Nothing limits how often people go round"
    if circle.is_bounded:
        return "A round takes no time, so all rounds would happen at once"
    return "A round takes no time and nothing limits the rounds, so people would go round without end"
