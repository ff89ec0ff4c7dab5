"""## What it finds

A name that no resource of the wanted kind has: in a property, in a function of a condition such as
`in_list('admins')`, a step in `sent('hello')`, or a link in `clicked('hello', 'tour')` that no mail of the
step has.

## Why it matters

What is named is part of the journey. A mail that does not exist cannot be sent, and a condition over a list
that does not exist is always false.

## Example

```yaml
kind: outreach
name: release-7-2
audience: admin
template: welcome
schedule: {at: "2099-12-01 09:00"}
```

## Instead

```yaml
kind: outreach
name: release-7-2
audience: admins
template: welcome
schedule: {at: "2099-12-01 09:00"}
```

## Options

None.

## References

- J203 unknown-field: fields of sources
- J301 dangling-next: steps that edges lead to
"""

from collections.abc import Iterable

from jo.checks.context import Context
from jo.checks.rule import Found
from jo.diagnostics import codes

CODE = codes.DANGLING_REFERENCE


def check(context: Context) -> Iterable[Found]:
    return context.expression_faults.get(CODE, ())
