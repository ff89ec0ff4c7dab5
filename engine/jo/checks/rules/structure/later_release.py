"""## What it finds

A kind, step type or key that the language reserves and this release does not have yet.

## Why it matters

The name is known, so it is said plainly instead of being called a typing error. jo never accepts what it
would not carry out.

## Example

```yaml
kind: survey
name: how-was-it
```

## Instead

```yaml
kind: topic
name: news
title: News
```

## Options

None.

## References

- J102 unknown-kind, J111 unknown-step-type: names that jo does not know at all
"""

from collections.abc import Iterator

from jo.checks.context import Context
from jo.checks.rule import At, Found
from jo.conditions.tree import Call, walk
from jo.diagnostics import codes
from jo.diagnostics.span import Path
from jo.graph.expressions import conditions
from jo.model.calendar import CalendarResource
from jo.model.content import Template, Tracking
from jo.model.policy import Policy
from jo.model.program import EventAudience, Program
from jo.model.project import Resource

CODE = codes.LATER_RELEASE


def check(context: Context) -> Iterator[Found]:
    """What its schema lets pass because the model carries it already, and nothing carries out yet."""
    for resource in context.resources:
        for path, detail, advice in _early(resource):
            at = At(address=resource.address, path=path)
            yield Found(at=at, label="not in this release", detail=detail, help=advice)


def _early(resource: Resource) -> Iterator[tuple[Path, str, str]]:
    """Yield key path, what is early, and what to do for now."""
    match resource:
        case Program():
            if isinstance(resource.audience, EventAudience):
                detail = "Programs that an event starts come with a later release."
                yield ("audience",), detail, "Name a power list; a `wait_for` on an event works."
            if resource.fields:
                detail = "Fields of the participant come with the step `set`, in a later release."
                yield ("fields",), detail, "Leave `fields` out for now."
        case Policy() if resource.rules:
            detail = "Limits on what a plan may do come with a later release."
            yield ("rules",), detail, "Leave `rules` out for now."
        case CalendarResource() if resource.hours.regions:
            detail = (
                "Holidays by region come with a later release; nothing says yet which region somebody is in."
            )
            yield ("regions",), detail, "Declare a calendar for each region."
        case Template() if resource.tracking is Tracking.INDIVIDUAL:
            detail = "Opens by person come with a later release; clicks are counted."
            yield ("tracking",), detail, "Write `tracking: clicks`."
        case _:
            pass
    for path, condition in conditions(resource):
        if any(isinstance(node, Call) and node.name == "opened" for node in walk(condition.expr)):
            detail = "Opens are not counted in this release, so the condition would never be true."
            yield path, detail, "Ask for `clicked(…)` instead."
