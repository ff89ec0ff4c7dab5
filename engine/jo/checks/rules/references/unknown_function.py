"""## What it finds

A function that the condition language does not have, or one that may not stand where it is used.

## Why it matters

What a condition may ask depends on where it stands: a power list knows rows, a program also knows what a
person has been sent and has clicked.

## Example

```yaml
kind: power_list
name: small-customers
from: contacts
where: sent('hello')
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

- J204 mistyped-condition: functions with the wrong arguments
"""

from collections.abc import Iterable

from jo.checks.context import Context
from jo.checks.rule import Found
from jo.diagnostics import codes

CODE = codes.UNKNOWN_FUNCTION


def check(context: Context) -> Iterable[Found]:
    return context.expression_faults.get(CODE, ())
