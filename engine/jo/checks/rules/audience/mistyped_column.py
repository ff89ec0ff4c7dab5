"""## What it finds

A column whose values are not of the declared type.

## Why it matters

A number that is stored as text sorts as text: `'10'` comes before `'9'`. jo compares what is declared and
converts nothing silently.

## Example

```text
lists/companies.yaml declares     customer_since: date?
companies.csv holds               03/04/2026
```

## Instead

```text
lists/companies.yaml declares     customer_since: date?
companies.csv holds               2026-04-03
```

## Options

None.

## References

- J204 mistyped-condition
- J603 rows-out-of-domain
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.COLUMN_TYPE
FOUND_BY = FoundBy.SOURCES
