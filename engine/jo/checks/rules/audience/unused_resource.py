"""## What it finds

A power list, calendar, sender, topic, template, source or event that nothing in the project uses.

## Why it matters

It may be a leftover, or something is missing that was to use it. It costs nothing but the attention of
readers.

## Example

```yaml
kind: topic
name: webinars
title: Webinars
```

## Instead

```yaml
kind: topic
name: webinars
title: Webinars
---
kind: template
name: invitation
class: marketing
topic: webinars
sender: success-team
subject: See you at the webinar?
body: welcome.md.j2
layout: brand
---
kind: outreach
name: webinar-in-may
audience: admins
template: invitation
schedule: {at: "2099-05-01 09:00"}
```

## Options

It is a note, never an error.

## References

- J202 dangling-reference, the other way around
"""

from collections.abc import Iterator

from jo.checks.context import Context
from jo.checks.rule import At, Found
from jo.diagnostics import codes
from jo.diagnostics.codes import Severity
from jo.graph.references import unreferred
from jo.model.address import Kind

CODE = codes.UNUSED_RESOURCE
MAY_BE_IGNORED = True

_MEANT_FOR_USE = frozenset(
    {Kind.SOURCE, Kind.POWER_LIST, Kind.CALENDAR, Kind.SENDER, Kind.TOPIC, Kind.TEMPLATE, Kind.EVENT}
)


def check(context: Context) -> Iterator[Found]:
    candidates = [each for each in context.resources if each.kind in _MEANT_FOR_USE]
    if not candidates or context.compiled.broken:
        return  # what could not be read may be what uses them
    unused = unreferred(context.project, (each.address for each in candidates))
    for resource in candidates:
        if resource.address in unused:
            kind = resource.kind.value.replace("_", " ")
            yield Found(
                at=At(address=resource.address, path=("name",)),
                label="nothing uses it",
                detail=f"No other resource refers to the {kind} `{resource.name}`.",
                help="Use it, or delete it.",
                severity=Severity.NOTE,
            )
