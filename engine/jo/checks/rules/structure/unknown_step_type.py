"""## What it finds

A step without a key that says what it does, or with one that no step type has.

## Why it matters

The type is the key: `{email: welcome}` is an email step, `{wait: 3 days}` a wait.

## Example

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  hello: {mail: welcome}
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

- J112 mixed-step
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.UNKNOWN_STEP_TYPE
FOUND_BY = FoundBy.READING
