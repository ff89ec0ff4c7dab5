"""## What it finds

A comment `# jo: ignore` without a code, without a reason, or with a code that does not exist.

## Why it matters

An ignore silences a finding for everybody who comes later. They need to know which finding, and why.

## Example

```yaml
kind: power_list
name: not-enterprise
from: contacts
where: company.segment = 'SMB'  # jo: ignore
refresh: daily at 02:00
```

## Instead

```yaml
kind: power_list
name: not-enterprise
from: contacts
where: company.segment != 'ENT'  # jo: ignore[J205] without a segment they are not customers yet
refresh: daily at 02:00
```

## Options

None.

## References

- J907 stale-ignore
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.BAD_IGNORE
FOUND_BY = FoundBy.READING
