"""## What it finds

A condition that is not an expression of the condition language.

## Why it matters

Conditions are SQL's boolean expressions over declared fields. jo parses them itself, so that one condition
means the same in the warehouse, in the reconciler and in a test.

## Example

```yaml
kind: power_list
name: admin-users
from: contacts
where: contact.role == 'Admin'
refresh: daily at 02:00
```

## Instead

```yaml
kind: power_list
name: admin-users
from: contacts
where: contact.role = 'Admin'
refresh: daily at 02:00
```

## Options

None.

## References

- J203 unknown-field, J204 mistyped-condition
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.BAD_CONDITION
FOUND_BY = FoundBy.READING
