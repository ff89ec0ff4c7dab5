"""## What it finds

An outreach, or a version of one, whose only date is over.

## Why it matters

When it was sent, all is well: it may stay as a record. When it is new, the date is a slip, and nobody would
get anything.

## Example

```yaml
kind: outreach
name: release-7-1
audience: admins
template: welcome
schedule: {at: "2016-12-01 09:00"}
```

## Instead

```yaml
kind: outreach
name: release-7-1
audience: admins
template: welcome
schedule: {at: "2099-12-01 09:00"}
```

## Options

It is a note, never an error. Only found where jo knows today's date.

## References

- J402 broken-schedule
- J706 missed-schedule: what a plan says that would make it live
"""

from collections.abc import Iterator
from datetime import date

from jo.checks.context import Context
from jo.checks.rule import At, Found
from jo.diagnostics import codes
from jo.diagnostics.codes import Severity
from jo.diagnostics.span import Path
from jo.model.outreach import Once, Outreach

CODE = codes.PAST_SCHEDULE
MAY_BE_IGNORED = True


def check(context: Context) -> Iterator[Found]:
    today = context.today
    if today is None:
        return
    for outreach in context.outreaches:
        for path, day in _dates(outreach):
            if day < today:
                yield Found(
                    at=At(address=outreach.address, path=path),
                    label="is over",
                    detail=f"{day.isoformat()} lies before today, {today.isoformat()}. "
                    "If it has not gone out already, it never will.",
                    help="Set a date that is to come, or delete the outreach once nobody needs it.",
                    severity=Severity.NOTE,
                )


def _dates(outreach: Outreach) -> Iterator[tuple[Path, date]]:
    if isinstance(outreach.schedule.when, Once):
        yield ("schedule", "at"), outreach.schedule.when.at.date()
    for name, version in outreach.versions.items():
        yield ("versions", name, "at"), version.at.date()
