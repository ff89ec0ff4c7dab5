"""## What it finds

No `jo.toml` in this folder or in any above it.

## Why it matters

jo looks upwards for it, as git does for `.git`, so that commands work from every folder of a project.

## Example

```text
~/downloads $ jo validate
```

## Instead

```text
~/journeys $ jo validate
```

## Options

`jo init` makes a new project.

## References

- `README.md`: the first steps
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.NO_PROJECT
FOUND_BY = FoundBy.SETTINGS
