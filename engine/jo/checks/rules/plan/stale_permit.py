"""## What it finds

A permit that has expired, or one that allows the deletion of something that is still declared.

## Why it matters

A permit is leave for one deletion, given in the same change that makes it. One that lies about afterwards
could let somebody delete what was never meant.

## Example

```yaml
kind: permit
name: drop-winter
allow: {delete: program/winter, fingerprint: "fp1:3f9c1b7d2e8a4c5f9b0d6e1a7c2f8b3d"}
reason: the campaign is over
expires: 2016-12-31
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

None. A plan also compares the fingerprint with what is live.

## References

- J702 mass-removal: what a plan refuses to take away at once
"""

from collections.abc import Iterator

from jo.checks.context import Context
from jo.checks.rule import At, Found
from jo.diagnostics import codes
from jo.diagnostics.codes import Severity
from jo.model.policy import Permit

CODE = codes.STALE_PERMIT


def check(context: Context) -> Iterator[Found]:
    declared = {str(address) for address in (*context.project.resources, *context.compiled.broken)}
    for permit in context.resources:
        if not isinstance(permit, Permit):
            continue
        if permit.allow.delete in declared:
            yield Found(
                at=At(address=permit.address, path=("allow", "delete")),
                label="is still declared",
                detail=f"`{permit.allow.delete}` is still declared, so one of the two is wrong.",
                help="Delete the declaration in the same change, or the permit.",
            )
        elif context.today is not None and permit.expires < context.today:
            yield Found(
                at=At(address=permit.address, path=("expires",)),
                label="is over",
                detail=f"The permit allows nothing since {permit.expires.isoformat()}.",
                help="Delete it, or give it another date if the deletion is still to come.",
                severity=Severity.WARNING,
            )
