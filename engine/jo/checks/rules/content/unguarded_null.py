"""## What it finds

A token whose field may be NULL, without a `default`.

## Why it matters

For those without a first name the mail begins "Hello !". Nothing is quite as sure a sign that a machine wrote
it.

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
Hello {{ contact.first_name }}!
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
```

## Options

Instead of a default, `{% if contact.first_name %}` … `{% endif %}` leaves the whole sentence out.

## References

- J502 unknown-token
- J205 null-blind-comparison: NULL in conditions
"""

from collections.abc import Iterable

from jo.checks.context import Context
from jo.checks.rule import Found
from jo.diagnostics import codes

CODE = codes.NULL_TOKEN
MAY_BE_IGNORED = True


def check(context: Context) -> Iterable[Found]:
    return context.content_faults.get(CODE, ())
