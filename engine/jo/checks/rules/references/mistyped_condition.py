"""## What it finds

A comparison of values of two types, a function with an argument it does not take, and a condition that is
neither true nor false.

## Why it matters

A database would convert the values or fail in the middle of the night; `'10' < '9'` is true of texts. jo
compares only what is of one type.

## Example

```yaml
kind: power_list
name: small-customers
from: contacts
where: days_since(company.customer_since) <= '30'
refresh: daily at 02:00
```

## Instead

```yaml
kind: power_list
name: small-customers
from: contacts
where: days_since(company.customer_since) <= 30
refresh: daily at 02:00
```

## Options

None.

## References

- J206 unknown-function
- J602 mistyped-column: data that is not of its declared type
"""

from collections.abc import Iterable

from jo.checks.context import Context
from jo.checks.rule import Found
from jo.diagnostics import codes

CODE = codes.MISTYPED_CONDITION


def check(context: Context) -> Iterable[Found]:
    return context.expression_faults.get(CODE, ())
