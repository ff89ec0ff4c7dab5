"""## What it finds

A name that resources, steps, versions or fields cannot have.

## Why it matters

Names stand in addresses, conditions, links and file names. Lower-case letters, digits, `-`, `_` and `.` work
in all of them; sources and fields, which conditions write without quotes, take `_` only.

## Example

```yaml
kind: topic
name: Monthly News
title: News
```

## Instead

```yaml
kind: topic
name: monthly-news
title: News
```

## Options

None.

## References

- J201 duplicate-name
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.BAD_NAME
FOUND_BY = FoundBy.READING
