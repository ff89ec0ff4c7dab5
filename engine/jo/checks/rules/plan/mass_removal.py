"""## What it finds

A plan that retires or deletes more than 5 resources and more than a fifth of what is live, and one for an
empty project.

## Why it matters

Mostly it is the wrong folder, the wrong branch or a checkout that failed half-way. Absence from git retires,
so this guard comes before.

## Example

```text
9 of 24 live resources are no longer in git
```

## Instead

```text
Where it is meant, remove them in several smaller changes.
```

## Options

None. An empty project is always refused.

## References

- J705 stale-permit: leave to delete
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.MASS_REMOVAL
FOUND_BY = FoundBy.PLANNING
