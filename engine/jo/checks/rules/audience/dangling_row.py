"""## What it finds

Rows of a source that refer to a row which the other source does not have.

## Why it matters

Every field of the missing row is NULL, so `company.churned_at is null` is true of a company that nobody
knows. Most often one table was exported before the other.

## Example

```text
contacts.csv holds                ct-1, company = co-7
companies.csv holds               no row co-7
```

## Instead

```text
companies.csv holds               co-7, Redwater Ltd.
```

## Options

None.

## References

- J603 rows-out-of-domain
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.DANGLING_ROW
FOUND_BY = FoundBy.SOURCES
