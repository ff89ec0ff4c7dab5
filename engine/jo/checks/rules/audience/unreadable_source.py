"""## What it finds

A source whose data cannot be read: the file or table is missing, access is refused, a row is broken.

## Why it matters

The lists over this source keep their last snapshot. When the facts are older than `max_age`, mails that
depend on them are held as `stale-facts`.

## Example

```toml
[sources.contacts]
path = "lists/data/contact.csv"       # there is no such file
```

## Instead

```toml
[sources.contacts]
path = "lists/data/contacts.csv"
```

## Options

None.

## References

- J901 broken-settings
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.UNREADABLE_SOURCE
FOUND_BY = FoundBy.SOURCES
