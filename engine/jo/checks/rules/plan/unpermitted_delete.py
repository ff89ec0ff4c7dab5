"""## What it finds

The deletion of a resource, or a change that could let people in again, without a permit.

## Why it matters

Absence from git only retires: nobody enters any more, people inside finish, history stays. Deleting forgets
who has had what, so that they could get it again.

## Example

```text
- program/winter      delete      (no permit)
```

## Instead

```yaml
kind: permit
name: drop-winter
allow: {delete: program/winter, fingerprint: "fp1:3f9c1b7d2e8a4c5f9b0d6e1a7c2f8b3d"}
reason: the campaign is over
expires: 2099-12-31
```

## Options

None.

## References

- J705 stale-permit
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.UNPERMITTED_DELETE
FOUND_BY = FoundBy.PLANNING
