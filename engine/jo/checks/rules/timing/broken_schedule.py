"""## What it finds

A schedule that says nothing of when, says it twice, or in words that jo does not know; and a cron with a date
that never comes.

## Why it matters

What cannot be read would never happen, or happen when nobody expects it.

## Example

```yaml
kind: power_list
name: everybody
from: contacts
refresh: every morning
```

## Instead

```yaml
kind: power_list
name: everybody
from: contacts
refresh: daily at 07:00
```

## Options

None.

## References

- J401 unknown-zone, J406 past-schedule
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.BAD_SCHEDULE
FOUND_BY = FoundBy.READING
