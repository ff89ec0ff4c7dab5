"""## What it finds

A template of the class `marketing` without a `topic`.

## Why it matters

The topic is what a recipient leaves with one click. Without one, a click on "unsubscribe" in this mail ends
all marketing mail to that address, which is more than most people want and more than you want to lose.

## Example

```yaml
kind: template
name: news
class: marketing
sender: success-team
subject: News
body: welcome.md.j2
layout: brand
```

## Instead

```yaml
kind: template
name: news
class: marketing
topic: onboarding
sender: success-team
subject: News
body: welcome.md.j2
layout: brand
```

## Options

None.

## References

- J504 missing-unsubscribe
- [RFC 8058](https://www.rfc-editor.org/rfc/rfc8058): unsubscribing with one click
"""

from collections.abc import Iterator

from jo.checks.context import Context
from jo.checks.rule import At, Found
from jo.checks.words import listed
from jo.diagnostics import codes
from jo.diagnostics.codes import Severity
from jo.model.content import MailClass

CODE = codes.MISSING_TOPIC
MAY_BE_IGNORED = True


def check(context: Context) -> Iterator[Found]:
    for template in context.templates:
        if template.class_ is MailClass.MARKETING and template.topic is None:
            topics = sorted(context.project.topics)
            yield Found(
                at=At(address=template.address, path=("class",)),
                label="needs a topic",
                detail="Whoever unsubscribes from this mail would get no marketing mail at all any more.",
                help=f"Name one in `topic`: {listed(topics)}."
                if topics
                else "Declare a topic and name it in `topic`.",
                severity=Severity.WARNING,
            )
