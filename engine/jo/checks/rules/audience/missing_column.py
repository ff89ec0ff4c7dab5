"""## What it finds

A declared field that the data of the source has no column for.

## Why it matters

Lists, tokens and dates that read the field cannot be computed. Nothing is sent on a guess: the last snapshot
stays, and those it concerns are held when it grows too old.

## Example

```text
lists/contacts.yaml declares      first_name: text?
contacts.csv has the columns      id, email, firstname, company
```

## Instead

```text
lists/contacts.yaml declares      firstname: text?
contacts.csv has the columns      id, email, firstname, company
```

## Options

None. Columns that are not declared are not read; they are no fault.

## References

- J203 unknown-field: a field that is used and not declared
- J602 mistyped-column
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.MISSING_COLUMN
FOUND_BY = FoundBy.SOURCES
