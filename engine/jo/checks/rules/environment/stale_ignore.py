"""## What it finds

An ignore whose finding is gone, and one of an error that no project can run with.

## Why it matters

It explains something that is no longer there, and would silence the next finding of that kind on the line.

## Example

```yaml
kind: power_list
name: small-customers
from: contacts
where: company.segment = 'SMB'  # jo: ignore[J205] without a segment they are not customers yet
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

- J908 bare-ignore
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.STALE_IGNORE
FOUND_BY = FoundBy.CHECKING
