"""## What it finds

A plan that retires or deletes more than 5 resources and more than a fifth of what is live, or an empty
project.

## Why it matters

Mostly it is the wrong folder, the wrong branch or a checkout that failed half-way. Absence from git retires,
so the guard comes before.

## Example

```text
jo plan --dir journeys-old        (the folder was renamed, and is empty)
```

## Instead

```text
jo plan
```

## Options

Where it is meant, hand in the plan's digest with an approval; the plan prints the command.

## References

- J703 unpermitted-delete
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.MASS_REMOVAL
FOUND_BY = FoundBy.PLANNING
