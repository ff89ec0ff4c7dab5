"""## What it finds

A template that could use much time or memory: very long texts by repetition or padding, ranges of millions,
loops in loops.

## Why it matters

A mail is built for each of many people, and a plan renders templates of strangers' pull requests. One line
can ask for gigabytes.

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
{{ 'na' * 100000000 }} Batman!
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
Na na na na Batman!
```

## Options

None.

## References

- J510 refused-template-feature
"""

from collections.abc import Iterable

from jo.checks.context import Context
from jo.checks.rule import Found
from jo.diagnostics import codes

CODE = codes.COSTLY_TEMPLATE


def check(context: Context) -> Iterable[Found]:
    return context.content_faults.get(CODE, ())
