"""## What it finds

A relay on another machine that is reached without TLS, or one that takes a password over a plain connection.

## Why it matters

Addresses, names and the password would cross the network in the clear.

## Example

```toml
[relay.default]
host = "relay.example.com"
tls = "none"
```

## Instead

```toml
[relay.default]
host = "relay.example.com"
tls = "starttls"
```

## Options

None.

## References

- [RFC 3207](https://www.rfc-editor.org/rfc/rfc3207): STARTTLS
- [RFC 8314](https://www.rfc-editor.org/rfc/rfc8314): TLS from the first byte
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.UNSAFE_RELAY
FOUND_BY = FoundBy.SETTINGS
