"""The canonical form of a resource and its fingerprint.

The canonical form is again a document of the resource's kind: explicit edges, conditions, durations and
times in their normal text, bodies inlined, defaults left out. So one lowering reads what authors write and
what the store kept, and `lower(canonical(x)) == x` is a law. Formatting, comments and the place of a file
are gone; ordered maps (steps, exits, versions) keep their order because their order has a meaning.

A fingerprint is `fp1:` and the first 32 hex digits of the SHA-256 of the compact JSON of that form. Each
part (`x-jo-part` in the schema) has a digest of its own, so that a change can be classed without guessing.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum, StrEnum
from typing import Any

from jo.conditions.condition import Condition
from jo.conditions.instants import TimeExpr, time_text
from jo.conditions.types import Field
from jo.model.calendar import CalendarResource
from jo.model.outreach import Recurring, Schedule
from jo.model.program import EventAudience
from jo.model.project import Resource
from jo.model.step import Between, Bounded, Goto, Leave
from jo.timing.calendars import Calendar, calendar_document
from jo.timing.durations import Duration
from jo.timing.rates import Rate
from jo.timing.recurrence import Recurrence

ALGORITHM = "fp1"

Plain = Any
"""dict, list, str, int, float, bool or None, as JSON has them."""


class Part(StrEnum):
    """What a property is part of; decides what a change of it does to people inside."""

    GRAPH = "graph"
    CONTENT = "content"
    SAFETY = "safety"
    ENTRY = "entry"
    DESCRIPTION = "description"
    TRANSITION = "transition"


def field_text(field: Field) -> str:
    """Return a field's type as authors write it: `text?`, `ref companies`."""
    return (f"ref {field.ref}" if field.ref else field.type.value) + ("?" if field.nullable else "")


def _target(target: Goto | Leave) -> Plain:
    if isinstance(target, Goto):
        return target.step
    return "end" if target == Leave() else {"exit": target.reason}


_FORMS: dict[type, Callable[[Any], Plain]] = {
    Condition: lambda value: value.text,
    Duration: str,
    Rate: str,
    Recurrence: str,
    Field: field_text,
    Goto: _target,
    Leave: _target,
    Between: lambda value: [time_text(value.start), time_text(value.end)],
    Bounded: lambda value: {"next": _target(value.next), "times": value.times, "then": _target(value.then)},
    Calendar: calendar_document,
    datetime: lambda value: value.strftime("%Y-%m-%d %H:%M"),
    date: lambda value: value.isoformat(),
    time: lambda value: value.strftime("%H:%M"),
    EventAudience: lambda value: (
        {"event": value.event} | ({"contacts": value.contacts} if value.contacts else {})
    ),
}


def encode(value: Any) -> Plain:
    """Return the plain form of a model value, defaults left out."""
    form = _FORMS.get(type(value))
    if form is not None:
        return form(value)
    if isinstance(value, TimeExpr):
        return time_text(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(encode(key)): encode(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if is_dataclass(value):
        return {
            field.name.rstrip("_"): encode(getattr(value, field.name))
            for field in fields(value)
            if getattr(value, field.name) != field.default
            and getattr(value, field.name) not in (None, {}, ())
        }
    return value
