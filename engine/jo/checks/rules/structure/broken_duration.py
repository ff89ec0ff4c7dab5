"""## What it finds

A duration that is not a whole number and a unit.

## Why it matters

`24 hours`, `1 day` and `1 business day` are three different things, so a bare number would have to be
guessed.

## Example

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  settle: {wait: 3d}
  hello: {email: welcome}
```

## Instead

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  settle: {wait: 3 days}
  hello: {email: welcome}
```

## Options

None.

## References

- J405 broken-time: moments, such as `company.live_at + 3 days`
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.BAD_DURATION
FOUND_BY = FoundBy.READING
