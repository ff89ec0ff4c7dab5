"""## What it finds

A key that the kind, or the step type, cannot do without.

## Why it matters

Some questions have no default because a wrong guess would reach real people. `existing`, for one, decides
whether everybody who is in the list today gets the program at once.

## Example

```yaml
kind: program
name: onboarding
audience: admins
steps:
  hello: {email: welcome}
```

## Instead

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  hello: {email: welcome}
```

## Options

None.

## References

- `schema/`: which keys are required; editors show it while you type
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.MISSING_KEY
FOUND_BY = FoundBy.READING
