"""## What it finds

Power lists that include or exclude each other in a circle, or ask each other with `in_list`.

## Why it matters

Each would have to be computed before the other.

## Example

```yaml
kind: power_list
name: customers
from: contacts
exclude: [partners]
refresh: daily at 02:00
---
kind: power_list
name: partners
from: contacts
exclude: [customers]
refresh: daily at 02:00
```

## Instead

```yaml
kind: power_list
name: customers
from: contacts
exclude: [partners]
refresh: daily at 02:00
---
kind: power_list
name: partners
from: contacts
where: contact.role = 'Partner'
refresh: daily at 02:00
```

## Options

None.

## References

- J308 enroll-circle: programs that enroll people into each other
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.REFERENCE_CIRCLE
FOUND_BY = FoundBy.READING
