"""## What it finds

A time zone that is not in the IANA database.

## Why it matters

`CET` and `EST` are abbreviations of which there are several; `Europe/Berlin` is one place with its own
history of clock changes.

## Example

```yaml
kind: outreach
name: release-7-2
audience: admins
template: welcome
schedule: {at: "2099-12-01 09:00", timezone: Berlin}
```

## Instead

```yaml
kind: outreach
name: release-7-2
audience: admins
template: welcome
schedule: {at: "2099-12-01 09:00", timezone: Europe/Berlin}
```

## Options

`timezone: contact` takes each contact's own zone, then the company's, then the project's.

## References

- [The time zone database](https://www.iana.org/time-zones)
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.UNKNOWN_ZONE
FOUND_BY = FoundBy.READING
