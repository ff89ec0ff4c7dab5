"""## What it finds

A part of Jinja that mails may not use: imports, macros that call themselves, attributes that begin with `_`,
unknown filters.

## Why it matters

Templates get plain data only and are built in a sandbox. What could reach beyond the mail, or could make two
builds of one mail differ, is refused when it is written and not only when it runs.

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
{% include 'other.html' %}
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
What the other file said.
```

## Options

None.

## References

- [Jinja's sandbox](https://jinja.palletsprojects.com/en/stable/sandbox/)
- J503 costly-template
"""

from collections.abc import Iterable

from jo.checks.context import Context
from jo.checks.rule import Found
from jo.diagnostics import codes

CODE = codes.REFUSED_TEMPLATE_FEATURE


def check(context: Context) -> Iterable[Found]:
    return context.content_faults.get(CODE, ())
