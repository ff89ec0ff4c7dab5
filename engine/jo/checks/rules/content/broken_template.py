"""## What it finds

A body, layout or subject whose Jinja cannot be read: a bracket that is never closed, an `if` without `endif`.

## Why it matters

The mail could not be built. Found here, it costs a minute; found at the send, it costs the whole campaign.

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
Hello {{ contact.first_name | default('there') }!

Here is what is new.
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
Hello {{ contact.first_name | default('there') }}!

Here is what is new.
```

## Options

None.

## References

- [Jinja's template syntax](https://jinja.palletsprojects.com/en/stable/templates/)
- J510 refused-template-feature
"""

from collections.abc import Iterable

from jo.checks.context import Context
from jo.checks.rule import Found
from jo.diagnostics import codes

CODE = codes.BROKEN_TEMPLATE


def check(context: Context) -> Iterable[Found]:
    return context.content_faults.get(CODE, ())
