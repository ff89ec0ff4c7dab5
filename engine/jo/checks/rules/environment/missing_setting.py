"""## What it finds

A setting that a command needs and that is nowhere: not as a flag, not as `JO_…`, not in `jo.toml`.

## Why it matters

Each setting is looked up in that order, for the environment first and then for the project.

## Example

```text
jo run        (and no [relay.default] in jo.toml)
```

## Instead

```toml
[relay.default]
host = "relay.example.com"
port = 587
```

## Options

None.

## References

- `docs/settings.md`: all settings
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.MISSING_SETTING
FOUND_BY = FoundBy.SETTINGS
