"""## What it finds

A `between` that is over before anybody can be at the step, because the waits before it take longer.

## Why it matters

Everybody would skip the step as `too late`. It looks like part of the journey and never happens.

## Example

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  hello: {email: welcome}
  settle: {wait: 10 days}
  checklist: {email: checklist, between: [entered + 5 days, entered + 7 days]}
```

## Instead

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  hello: {email: welcome}
  checklist: {email: checklist, between: [entered + 5 days, entered + 7 days]}
```

## Options

None. The shortest way is counted; a day counts 24 hours, a month 28 days, a business day one.

## References

- J404 empty-window: windows that never open for anybody
"""

from collections.abc import Iterator

from jo.checks.context import Context
from jo.checks.rule import At, Found
from jo.checks.words import days
from jo.conditions.instants import time_text
from jo.diagnostics import codes
from jo.diagnostics.codes import Severity
from jo.graph.arrival import anchor_of, earliest, offset

CODE = codes.OVERTAKEN_WINDOW
MAY_BE_IGNORED = True


def check(context: Context) -> Iterator[Found]:
    for program in context.programs:
        for name, step in program.steps.items():
            anchor = anchor_of(step.between.end) if step.between is not None else None
            if step.between is None or anchor is None:
                continue
            end = offset(step.between.end, anchor)
            due = earliest(context.graphs[program.name], anchor).get(name)
            if end is None or due is None or due < end[1]:
                continue
            since = time_text(anchor)
            yield Found(
                at=At(address=program.address, path=("steps", name, "between", 1)),
                label="is over before anybody comes",
                detail=f"The waits before `{name}` take at least {days(due)} from `{since}` on, and the "
                f"window ends {days(end[1])} after it. Everybody would skip the step as too late.",
                help="Move the window, or shorten the waits before it.",
                severity=Severity.WARNING,
            )
