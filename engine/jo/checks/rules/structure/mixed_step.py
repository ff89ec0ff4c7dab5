"""## What it finds

A step with the keys of two step types.

## Why it matters

A step does one thing, so that plans, tests and `jo why` can name it. Two things are two steps; the second
follows the first by its place in the file.

## Example

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  hello: {wait: 3 days, email: welcome}
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

None. For a mail some time after the last one, an email step has `after`.

## References

- J111 unknown-step-type
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.MIXED_STEP
FOUND_BY = FoundBy.READING
