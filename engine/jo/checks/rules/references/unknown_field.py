"""## What it finds

A field, in a condition, a time or a role, that its source does not declare.

## Why it matters

jo reads only what is declared, so the condition could never be computed. Types are declared in git so that
this shows before any data is touched.

## Example

```yaml
kind: power_list
name: small-customers
from: contacts
where: company.segmnt = 'SMB'
refresh: daily at 02:00
```

## Instead

```yaml
kind: power_list
name: small-customers
from: contacts
where: company.segment = 'SMB'
refresh: daily at 02:00
```

## Options

None.

## References

- J502 unknown-token: the same in a template
- J601 missing-column: a declared field that the data does not have
"""

from collections.abc import Iterable

from jo.checks.context import Context
from jo.checks.rule import Found
from jo.diagnostics import codes

CODE = codes.UNKNOWN_FIELD


def check(context: Context) -> Iterable[Found]:
    return context.expression_faults.get(CODE, ())
