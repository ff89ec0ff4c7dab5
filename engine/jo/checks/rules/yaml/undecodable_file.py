"""## What it finds

A file whose bytes are not UTF-8.

## Why it matters

jo would have to guess the characters, and a wrong guess ends up in somebody's name in a mail. Spreadsheets
and old editors often save in Latin-1 or UTF-16.

## Example

```text
title: Gr��e      (saved as Latin-1, so that two bytes are not UTF-8)
```

## Instead

```text
title: Grüße       (saved as UTF-8)
```

## Options

None.

## References

- [RFC 3629](https://www.rfc-editor.org/rfc/rfc3629): UTF-8
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.NOT_TEXT
FOUND_BY = FoundBy.READING
