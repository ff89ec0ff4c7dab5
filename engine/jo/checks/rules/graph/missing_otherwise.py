"""## What it finds

A `branch` without `otherwise`.

## Why it matters

Some people meet none of the conditions, if only because a field is NULL. Where they go is a decision; jo does
not make it by letting them fall into whatever step comes next.

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
  small: {email: tips}
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
    otherwise: end
  small: {email: tips}
```

## Options

None. `otherwise` takes a step, `end`, or `{exit: REASON}`.

## References

- J307 fall-into-target: steps that are reached by falling through
"""

from collections.abc import Iterator

from jo.checks.context import Context
from jo.checks.places import step_at
from jo.checks.rule import Found
from jo.diagnostics import codes
from jo.steps.branch import Branch

CODE = codes.MISSING_OTHERWISE


def check(context: Context) -> Iterator[Found]:
    for program in context.programs:
        for name, step in program.steps.items():
            if isinstance(step, Branch) and step.otherwise is None:
                yield Found(
                    at=step_at(program, name),
                    label="has no `otherwise`",
                    detail=f"Whoever meets no condition of `{name}` has nowhere to go; "
                    "so has everybody for whom a field in them is NULL.",
                    help="Add `otherwise: end`, or the step where they go on.",
                )
