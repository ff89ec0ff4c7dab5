"""## What it finds

A `wait_for` with neither `within` nor `until`.

## Why it matters

What is waited for may never happen. Those people would stay in the program for good: they get nothing more,
they cannot enter again, and they hold back changes of the step.

## Example

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  reply:
    wait_for: {event: survey.answered}
  thanks: {email: tips}
```

## Instead

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  reply:
    wait_for: {event: survey.answered, within: 14 days}
    timeout: end
    met: thanks
  thanks: {email: tips}
```

## Options

Where an `exit_when` is sure to let everybody go, ignore the finding and say so in the reason.

## References

- J304 dead-end
"""

from collections.abc import Iterator

from jo.checks.context import Context
from jo.checks.rule import At, Found
from jo.diagnostics import codes
from jo.manifest.document import Part
from jo.steps.wait_for import WaitFor

CODE = codes.UNLIMITED_WAIT
MAY_BE_IGNORED = True


def check(context: Context) -> Iterator[Found]:
    for program in context.programs:
        for name, step in program.steps.items():
            if isinstance(step, WaitFor) and step.wait_for.within is None and step.wait_for.until is None:
                yield Found(
                    at=At(address=program.address, path=("steps", name, "wait_for"), part=Part.KEY),
                    label="has no limit",
                    detail=f"People for whom it never happens would stay at `{name}` for good.",
                    help="Add `within: 14 days` or an `until`, and say with `timeout` what follows.",
                )
