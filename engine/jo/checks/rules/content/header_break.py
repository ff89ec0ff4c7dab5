"""## What it finds

A line break or another control character in a subject, a name of a sender or another header.

## Why it matters

A line break ends a header. Whatever follows would be a header of its own: an attacker's `Bcc`, for one.

## Example

```yaml
kind: template
name: news
class: marketing
topic: onboarding
sender: success-team
subject: |
  News
  of May
body: news.md.j2
layout: brand
```

```markdown templates/news.md.j2
Here is what is new.
```

## Instead

```yaml
kind: template
name: news
class: marketing
topic: onboarding
sender: success-team
subject: News of May
body: news.md.j2
layout: brand
```

```markdown templates/news.md.j2
Here is what is new.
```

## Options

None.

## References

- [RFC 5322, section 2.2](https://www.rfc-editor.org/rfc/rfc5322#section-2.2): header fields
"""

from collections.abc import Iterable

from jo.checks.context import Context
from jo.checks.rule import Found
from jo.diagnostics import codes

CODE = codes.HEADER_RISK


def check(context: Context) -> Iterable[Found]:
    return context.content_faults.get(CODE, ())
