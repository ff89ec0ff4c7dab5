"""## What it finds

A calendar without any open hour, a `between` that ends before it begins, a send window that lies wholly
within the quiet hours, and quiet hours that begin and end at one time.

## Why it matters

Mail would wait for a moment that never comes, until it expires; or everybody would skip the step as `too
late`.

## Example

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  checklist: {email: checklist, between: [company.live_at + 14 days at 09:00, company.live_at + 10 days]}
```

## Instead

```yaml
kind: program
name: onboarding
audience: admins
entry: {existing: skip}
steps:
  checklist: {email: checklist, between: [company.live_at + 10 days at 09:00, company.live_at + 14 days]}
```

## Options

None.

## References

- J309 overtaken-window: windows that are over before anybody comes
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from jo.checks.context import Context
from jo.checks.rule import At, Found
from jo.diagnostics import codes
from jo.graph.arrival import anchor_of, offset
from jo.model.calendar import CalendarResource
from jo.model.program import Program
from jo.model.step import Between
from jo.timing.windows import next_allowed, quiet_hours

CODE = codes.EMPTY_WINDOW

_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_UTC = ZoneInfo("UTC")


def check(context: Context) -> Iterator[Found]:
    for program in context.programs:
        yield from _betweens(program)
    for resource in context.resources:
        if isinstance(resource, CalendarResource):
            yield from _calendar(context, resource)


def _betweens(program: Program) -> Iterator[Found]:
    for name, step in program.steps.items():
        if step.between is not None and _is_empty(step.between):
            yield Found(
                at=At(address=program.address, path=("steps", name, "between")),
                label="ends before it begins",
                detail="The second moment is not after the first. Everybody would skip the step as too late.",
                help="Write the earlier moment first.",
            )


def _is_empty(between: Between) -> bool:
    if between.start == between.end:
        return True
    anchor = anchor_of(between.end)
    start = offset(between.start, anchor) if anchor is not None else None
    end = offset(between.end, anchor) if anchor is not None else None
    return start is not None and end is not None and start[0] >= end[1]


def _calendar(context: Context, calendar: CalendarResource) -> Iterator[Found]:
    today = context.today
    start = datetime.combine(today, time.min, UTC) if today is not None else _SOME_DAY
    at = At(address=calendar.address, path=("hours",))
    if next_allowed(start, _UTC, calendar.hours) is None:
        yield Found(
            at=at,
            label="never open",
            detail="For more than a year no day has an open hour, so mail would wait until it expires.",
            help="Give at least one weekday hours, such as `weekdays: '09:00-17:00'`.",
        )
        return
    for policy in context.project.policies.values():
        quiet = policy.quiet_hours
        if quiet is None:
            continue
        if next_allowed(start, _UTC, calendar.hours, quiet_hours(quiet.from_, quiet.to)) is None:
            yield Found(
                at=at,
                label="open in the quiet hours only",
                detail=f"All open hours lie within the quiet hours of the policy `{policy.name}`: mail would "
                "wait until it expires.",
                help="Open the calendar outside the quiet hours, or shorten those.",
                others=((At(address=policy.address, path=("quiet_hours",)), "the quiet hours"),),
            )
