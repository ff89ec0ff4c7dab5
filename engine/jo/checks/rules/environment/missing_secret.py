"""## What it finds

A secret that `jo.toml` names and the surroundings do not hold.

## Why it matters

What needs it cannot start. A plan needs neither the relay's password nor a signing key, so only commands that
use a secret ask for it.

## Example

```toml
[relay.default]
password = "env:RELAY_PASSWORD"       # the variable is not set
```

## Instead

```text
export RELAY_PASSWORD=…
```

## Options

None.

## References

- J902 plain-secret
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.MISSING_SECRET
FOUND_BY = FoundBy.SETTINGS
