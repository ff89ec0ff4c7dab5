"""## What it finds

A moment that cannot be read: a time of day that does not exist, a weekday without a time, a sum of two dates.

## Why it matters

Moments say when people are due. They are made of fields, `entered`, `sent('step')`, dates, durations and `at
HH:MM`.

## Example

```yaml
kind: program
name: renewal
audience: admins
entry: {existing: skip}
steps:
  early: {wait: {until: company.renewal - 60 days at 9am}}
  remind: {email: nudge}
```

## Instead

```yaml
kind: program
name: renewal
audience: admins
entry: {existing: skip}
steps:
  early: {wait: {until: company.renewal - 60 days at 09:00}}
  remind: {email: nudge}
```

## Options

None.

## References

- J109 broken-duration
- `docs/conditions.md`: times
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.BAD_TIME
FOUND_BY = FoundBy.READING
