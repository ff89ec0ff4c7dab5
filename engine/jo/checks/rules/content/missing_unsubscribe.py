"""## What it finds

A marketing mail without a visible link to unsubscribe, in its body or its layout.

## Why it matters

The law of most countries asks for one, mailbox providers ask for one, and who finds none presses "spam",
which harms all your mail.

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

Here is what is new.

{{ postal }}
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

Here is what is new.

{{ postal }} · [Unsubscribe]({{ unsubscribe_url }})
```

## Options

`List-Unsubscribe` headers are added to every marketing mail by themselves; they do not replace the visible
link.

## References

- [RFC 8058](https://www.rfc-editor.org/rfc/rfc8058): unsubscribing with one click
- Directive 2002/58/EC, article 13 (4); 15 U.S.C. § 7704 (a) (5)
- J505 missing-postal-address
"""

from collections.abc import Iterable

from jo.checks.context import Context
from jo.checks.rule import Found
from jo.diagnostics import codes

CODE = codes.MISSING_UNSUBSCRIBE


def check(context: Context) -> Iterable[Found]:
    return context.content_faults.get(CODE, ())
