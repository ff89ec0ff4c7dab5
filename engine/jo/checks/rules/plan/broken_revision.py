"""## What it finds

A change that removes or retypes what somebody inside a program still needs: a field that a condition of
their steps reads, a list, or a template that is deleted while an earlier form of the program sends it.

## Why it matters

People finish on the steps that they entered with. Git knows the program of today only; what the steps of
yesterday need, the plan asks the store. Without the field or the template nobody could say what happens to
these people next, so the plan refuses the change.

## Example

```text
program/onboarding      12 people entered when `nudge` read `contact.language`, which is removed
```

## Instead

```text
Take the field out of the program now, and remove it from the source when these people are through.
```

## Options

None.

## References

- J701 stranded-people: steps that are gone are still there for those who stand on them
- J705 stale-permit: what lets a deletion through
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.BROKEN_REVISION
FOUND_BY = FoundBy.PLANNING
