"""## What it finds

A token, such as `{{ contact.firstname }}`, that names a field nobody declared.

## Why it matters

The recipient would read a gap. Tokens are checked against the declared sources, in every version of a mail.

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
Hello {{ contact.firstname | default('there') }}!
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

None.

## References

- J203 unknown-field: the same in a condition
- J507 unguarded-null
"""

from collections.abc import Iterable

from jo.checks.context import Context
from jo.checks.rule import Found
from jo.diagnostics import codes

CODE = codes.UNKNOWN_TOKEN


def check(context: Context) -> Iterable[Found]:
    return context.content_faults.get(CODE, ())
