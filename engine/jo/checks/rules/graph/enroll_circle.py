"""## What it finds

Programs that enroll people into each other in a circle, and a program that enrolls people into itself.

## Why it matters

People could go round for ever, with mail on every round. No program shows it by itself; it takes a look at
all of them.

## Example

```yaml
kind: program
name: winter
audience: admins
entry: {existing: skip}
steps:
  offer: {email: tips}
  on: {enroll: summer}
---
kind: program
name: summer
audience: admins
entry: {existing: skip}
steps:
  offer: {email: nudge}
  on: {enroll: winter}
```

## Instead

```yaml
kind: program
name: winter
audience: admins
entry: {existing: skip}
steps:
  offer: {email: tips}
  on: {enroll: summer}
---
kind: program
name: summer
audience: admins
entry: {existing: skip}
steps:
  offer: {email: nudge}
```

## Options

Where `reentry: never` stops the circle, ignore the finding and say so in the reason.

## References

- J303 unbounded-cycle: circles within one program
"""

from collections.abc import Iterator

from jo.checks.context import Context
from jo.checks.rule import At, Found
from jo.checks.words import way
from jo.diagnostics import codes
from jo.graph.enrolling import Enrolling, enroll_circles
from jo.model.address import Address, Kind

CODE = codes.ENROLL_CIRCLE
MAY_BE_IGNORED = True


def check(context: Context) -> Iterator[Found]:
    for circle in enroll_circles(context.project):
        names = [each.program for each in circle]
        if context.only is not None and context.only.name not in names:
            continue
        places = sorted((_at(each).span(context.origins), number) for number, each in enumerate(circle))
        start = places[0][1]
        first, *others = circle[start:] + circle[:start]
        round_trip = way([first.program, first.into, *(each.into for each in others)])
        yield Found(
            at=_at(first),
            label=f"enrolls into `{first.into}`",
            detail=f"People could go round for ever: {round_trip}.",
            help="Let one of these programs end without enrolling.",
            others=tuple((_at(each), f"enrolls into `{each.into}`") for each in others),
        )


def _at(enrolling: Enrolling) -> At:
    return At(address=Address(Kind.PROGRAM, enrolling.program), path=("steps", enrolling.step, "enroll"))
