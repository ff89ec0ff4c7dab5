"""## What it finds

An outreach that a plan makes live after its moment, or after that of one of its versions. In the contacts'
zones the moment is over where the day begins early, while it is still to come elsewhere.

## Why it matters

jo never sends what was due before the outreach was live: it cannot know whether it went out in another way.
So whoever was due by then gets nothing. A date that is wrong, or a review that took too long, would look like
a mailing that was done.

## Example

```text
outreach/release-7-2    goes at 2026-12-01 09:00, and it is 2026-12-01 11:30
```

## Instead

```text
Set a moment that is to come. When the mailing has gone out from another store, it may stay as a record.
```

## Options

It is a warning, and never stops a plan. An apply of a plan that was made before the moment says it as well.

## References

- J406 past-schedule: what `jo validate` can say without knowing what is live
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.MISSED_SCHEDULE
FOUND_BY = FoundBy.PLANNING
