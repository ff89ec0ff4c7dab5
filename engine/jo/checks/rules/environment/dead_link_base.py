"""## What it finds

A base address of links that is missing, is on this machine, or has no `https`, while mails with links of jo's
own are to be sent.

## Why it matters

Every marketing mail holds a link to unsubscribe. One that leads nowhere breaks the law and your reputation,
and cannot be mended once the mail is out.

## Example

```toml
[web]
base_url = "http://localhost:8080"
```

## Instead

```toml
[web]
base_url = "https://mail.example.com"
```

## Options

With a relay on loopback, as in the demo, a base on loopback is fine.

## References

- J504 missing-unsubscribe
- [RFC 8058, section 3.1](https://www.rfc-editor.org/rfc/rfc8058#section-3.1): the link has to be HTTPS
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.DEAD_LINK_BASE
FOUND_BY = FoundBy.SETTINGS
