"""## What it finds

A sender whose From address is of another organization's domain than `dkim_domain` of its relay. Domains below
one registered domain belong together: `mail.example.com` signs for `example.com`, and the other way round.

## Why it matters

A DKIM signature proves who sends only when it is of the domain that the recipient sees (RFC 7489). One of
another domain is valid and helps nothing: where the domain in From has a DMARC policy, its mails are put into
spam or refused.

## Example

```yaml
kind: sender
name: success-team
from_name: Success
from_address: success@example.com      # jo.toml: [relay.default] dkim_domain = "example.net"
```

## Instead

```yaml
kind: sender
name: success-team
from_name: Success
from_address: success@example.com      # jo.toml: [relay.default] dkim_domain = "example.com"
```

## Options

Senders of different organizations each need a relay of their own in `jo.toml`, which may be the same host.
Addresses whose domain comes from a field are not judged.

## References

- [RFC 6376](https://www.rfc-editor.org/rfc/rfc6376): DKIM
- [RFC 7489](https://www.rfc-editor.org/rfc/rfc7489#section-3.1): identifier alignment
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.UNALIGNED_SIGNATURE
FOUND_BY = FoundBy.SETTINGS
