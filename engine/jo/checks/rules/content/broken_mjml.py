"""## What it finds

MJML that cannot be turned into HTML: an unknown element, one that may not stand where it stands, one that is
never closed.

## Why it matters

MJML is turned into the HTML that old mail programs understand. What it does not know, it would leave out
without a word.

## Example

```yaml
kind: template
name: news
class: marketing
topic: onboarding
sender: success-team
subject: News
body: news.mjml.j2
```

```xml templates/news.mjml.j2
<mjml>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-paragraph>Here is what is new.</mj-paragraph>
        <mj-text>{{ postal }} · <a href='{{ unsubscribe_url }}'>Unsubscribe</a></mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
```

## Instead

```yaml
kind: template
name: news
class: marketing
topic: onboarding
sender: success-team
subject: News
body: news.mjml.j2
```

```xml templates/news.mjml.j2
<mjml>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text>Here is what is new.</mj-text>
        <mj-text>{{ postal }} · <a href='{{ unsubscribe_url }}'>Unsubscribe</a></mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
```

## Options

None.

## References

- [MJML's documentation](https://documentation.mjml.io/)
"""

from collections.abc import Iterable

from jo.checks.context import Context
from jo.checks.rule import Found
from jo.diagnostics import codes

CODE = codes.BAD_MJML


def check(context: Context) -> Iterable[Found]:
    return context.content_faults.get(CODE, ())
