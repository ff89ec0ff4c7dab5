"""## What it finds

A role of a source, or of an event, that names a field which is not declared or has the wrong type; and a key,
or a stable field, of that sort.

## Why it matters

Roles say which field is the address, the zone, the company. Everything that reaches people hangs on them.

## Example

```yaml
kind: source
name: leads
key: id
fields:
  id: text
  mail: text
roles: {address: mail, company: id}
```

## Instead

```yaml
kind: source
name: leads
key: id
fields:
  id: text
  mail: text
roles: {address: mail}
```

## Options

None.

## References

- J601 missing-column: a declared field that the data does not have
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.BAD_ROLE
FOUND_BY = FoundBy.READING
