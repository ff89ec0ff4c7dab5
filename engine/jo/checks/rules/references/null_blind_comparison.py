"""## What it finds

A `!=`, a `not in` or a `not` over a field that may be NULL, where nothing beside it speaks of the NULL.

## Why it matters

In SQL a comparison with NULL is unknown, and so is its negation. Whoever has no segment is neither `'SMB'`
nor not `'SMB'`: they are left out of both lists, and nobody misses them.

## Example

```yaml
kind: power_list
name: small-customers
from: contacts
where: company.segment != 'ENT'
refresh: daily at 02:00
```

## Instead

```yaml
kind: power_list
name: small-customers
from: contacts
where: company.segment != 'ENT' or company.segment is null
refresh: daily at 02:00
```

## Options

`and company.segment is not null` says that those without a segment are not meant. Where a field never is
NULL, declare it without `?`.

## References

- J507 unguarded-null: NULL in a template
"""

from collections.abc import Iterable

from jo.checks.context import Context
from jo.checks.rule import Found
from jo.diagnostics import codes

CODE = codes.NULL_COMPARISON
MAY_BE_IGNORED = True


def check(context: Context) -> Iterable[Found]:
    return context.expression_faults.get(CODE, ())
