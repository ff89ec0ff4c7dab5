"""## What it finds

A `jo.toml` that is not TOML, or has a key or value that jo does not know.

## Why it matters

Settings say which store, which relay and which data. A misspelled key would quietly mean the default.

## Example

```toml
[store]
ulr = "sqlite:///.jo/store.db"
```

## Instead

```toml
[store]
url = "sqlite:///.jo/store.db"
```

## Options

None.

## References

- [TOML](https://toml.io)
- J904 missing-setting
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.BAD_SETTINGS
FOUND_BY = FoundBy.SETTINGS
