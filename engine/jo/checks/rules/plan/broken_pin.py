"""## What it finds

A change after which a revision with people inside would no longer check: a field, list, template or named
link that it uses is gone or has another type.

## Why it matters

Those people are pinned to the revision that they entered. What it needs has to stay until the last of them
has left.

## Example

```text
- the field `company.live_at` is removed; 38 people wait until `company.live_at + 10 days`
```

## Instead

```text
- keep the field until those 38 have left, or move them with `rollout`
```

## Options

None.

## References

- J701 stranded-people
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.BROKEN_PIN
FOUND_BY = FoundBy.PLANNING
