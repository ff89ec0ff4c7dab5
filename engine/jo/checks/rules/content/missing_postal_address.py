"""## What it finds

A marketing mail that does not show a postal address: the sender declares none, or neither body nor layout
prints it.

## Why it matters

The law of many countries asks for it, such as 15 U.S.C. § 7704 in the United States.

## Example

```yaml
kind: template
name: news
class: marketing
topic: onboarding
sender: success-team
subject: News
body: news.md.j2
```

```markdown templates/news.md.j2
Hello!

[Unsubscribe]({{ unsubscribe_url }})
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
```

```markdown templates/news.md.j2
Hello!

{{ postal }} · [Unsubscribe]({{ unsubscribe_url }})
```

## Options

A layout that all mails share is the place for both the address and the link.

## References

- 15 U.S.C. § 7704 (a) (5) (A) (iii); Directive 2000/31/EC, article 5
- J504 missing-unsubscribe
"""

from collections.abc import Iterable

from jo.checks.context import Context
from jo.checks.rule import Found
from jo.diagnostics import codes

CODE = codes.MISSING_POSTAL


def check(context: Context) -> Iterable[Found]:
    return context.content_faults.get(CODE, ())
