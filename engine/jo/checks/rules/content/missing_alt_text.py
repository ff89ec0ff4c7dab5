"""## What it finds

An image without an `alt` text.

## Why it matters

Many mail programs show no images until asked, and some people never see one. They read the text instead, or
the name of a file.

## Example

```yaml
kind: template
name: news
class: marketing
topic: onboarding
sender: success-team
subject: News
body: news.html.j2
layout: brand
```

```html templates/news.html.j2
<p><img src="https://www.example.com/chart.png"></p>
```

## Instead

```yaml
kind: template
name: news
class: marketing
topic: onboarding
sender: success-team
subject: News
body: news.html.j2
layout: brand
```

```html templates/news.html.j2
<p><img src="https://www.example.com/chart.png" alt="Visits have doubled since May"></p>
```

## Options

An image that only decorates has an empty `alt` in HTML: `<img alt="" …>`.

## References

- [WCAG 2.2, 1.1.1](https://www.w3.org/TR/WCAG22/#non-text-content): text alternatives
"""

from collections.abc import Iterable

from jo.checks.context import Context
from jo.checks.rule import Found
from jo.diagnostics import codes

CODE = codes.MISSING_ALT
MAY_BE_IGNORED = True


def check(context: Context) -> Iterable[Found]:
    return context.content_faults.get(CODE, ())
