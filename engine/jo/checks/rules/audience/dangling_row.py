"""## What it finds

Rows that refer to a row which the other source does not have: a contact of a company that is not in the
companies.

## Why it matters

For such a contact every field of the company is NULL. Mostly the two tables were exported at different times,
or one of them was cut short.

## Example

```text
contacts.csv      c17, ana@example.com, company 4711
companies.csv     has no company 4711
```

## Instead

```text
contacts.csv      c17, ana@example.com, company 4711
companies.csv     4711, Souza e Filhos
```

## Options

None.

## References

- J605 duplicate-row-key
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.DANGLING_ROW
FOUND_BY = FoundBy.SOURCES
