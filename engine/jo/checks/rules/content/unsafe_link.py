"""## What it finds

A link that a mail cannot use: one that begins with a token, is relative, or has a scheme other than `https`,
`http`, `mailto` and `tel`.

## Why it matters

A mail has no address of its own that a relative link could count from. And where data decides the whole
address, data decides where your recipients are led.

## Example

```yaml
kind: template
name: news
class: marketing
topic: onboarding
sender: success-team
subject: News
body: news.md.j2
layout: brand
```

```markdown templates/news.md.j2
[Read more](/news)
```

## Instead

```yaml
kind: template
name: news
class: marketing
topic: onboarding
sender: success-team
subject: News
body: news.md.j2
layout: brand
```

```markdown templates/news.md.j2
[Read more](https://www.example.com/news)
```

## Options

None.

## References

- [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986): URLs
"""

from collections.abc import Iterable

from jo.checks.context import Context
from jo.checks.rule import Found
from jo.diagnostics import codes

CODE = codes.UNSAFE_LINK


def check(context: Context) -> Iterable[Found]:
    return context.content_faults.get(CODE, ())
