"""## What it finds

Two rows of a source with one key.

## Why it matters

The key says who somebody is. Two rows with one key are two people whose mails would be counted as one
person's, or one person with two addresses.

## Example

```text
id    email
c17   ana@example.com
c17   ana.souza@example.com
```

## Instead

```text
id    email
c17   ana@example.com
c18   ana.souza@example.com
```

## Options

None.

## References

- J209 bad-role
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.DUPLICATE_ROW_KEY
FOUND_BY = FoundBy.SOURCES
