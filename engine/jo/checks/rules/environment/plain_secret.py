"""## What it finds

A password or key that stands in `jo.toml` as it is.

## Why it matters

The file lies in git, and git forgets nothing. A secret is named there and kept elsewhere.

## Example

```toml
[relay.default]
password = "hunter2"
```

## Instead

```toml
[relay.default]
password = "env:RELAY_PASSWORD"
```

## Options

`env:NAME` reads an environment variable, `file:PATH` a file.

## References

- J903 missing-secret
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.PLAIN_SECRET
FOUND_BY = FoundBy.SETTINGS
