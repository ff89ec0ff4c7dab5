"""## What it finds

Rows with values that are of the right type and outside what jo compares: integers beyond 2^53, numbers that
are not finite, dates before 1900 or after 2200.

## Why it matters

Outside that domain databases and Python disagree, and the same condition would give two lists. Lists leave
such rows out and say how many there are.

## Example

```text
companies.csv holds               customer_since = 0001-01-01      (an export's word for "unknown")
```

## Instead

```text
companies.csv holds               customer_since =                 (an empty field is NULL)
```

## Options

None.

## References

- J602 mistyped-column
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.ROWS_OUT_OF_DOMAIN
FOUND_BY = FoundBy.SOURCES
