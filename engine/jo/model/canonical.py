"""The canonical form of a resource and its fingerprint.

The canonical form is again a document of the resource's kind: explicit edges, conditions, durations and
times in their normal text, bodies inlined, defaults left out. So one lowering reads what authors write and
what the store kept, and `lower(document(x)) == x` is a law. Formatting, comments and the place of a file
are gone. Steps stand in the order in which people can come to them, whatever the file says; other maps
whose order has a meaning (exits, versions, the shares of a split) keep it, the rest are sorted.

For its fingerprint a document is flattened to rows, one for each scalar, with the key path. Each row belongs
to a part (`x-jo-part` in the schema), so that a change can be classed without guessing. The digest of a part
is that of its rows, the whole one that of the parts' digests: `fp1:` and the first 32 hex digits of the
SHA-256 of compact JSON.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date, datetime, time
from enum import Enum, StrEnum
from typing import Any, get_args

from jo.conditions.condition import Condition
from jo.conditions.instant_tree import TimeExpr, time_text
from jo.conditions.types import Field
from jo.model.address import Kind
from jo.model.calendar import CalendarResource, calendar_document
from jo.model.outreach import Recurring, Schedule
from jo.model.program import EventAudience, Program
from jo.model.project import Resource
from jo.model.step import Between, Bounded, Goto, Leave, Step
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the schema of a kind says about one place of its documents."""

    part: Part
    properties: "Mapping[str, Shape]" = field(default_factory=dict)
    """Places below the keys that have a meaning of their own."""
    each: "Shape | None" = None
    """The place below every other key, and below every item of a list."""

    def below(self, key: str | int) -> "Shape":
        return (self.properties.get(key) if isinstance(key, str) else None) or self.each or self

    def part_of(self, path: tuple[str | int, ...]) -> Part:
        """Return the part that the property at a key path belongs to."""
        shape = self
        for key in path:
            shape = shape.below(key)
        return shape.part


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprints:
    whole: str
    parts: Mapping[Part, str]
    """Only the parts that the resource has anything of."""


def fingerprint(resource: Resource, shapes: Mapping[Kind, Shape]) -> Fingerprints:
    """Return the digests of a resource, its own alone; the shapes are those of the schemas."""
    rows: dict[Part, list[Plain]] = {}
    _gather(document(resource), shapes[resource.kind], [], rows)
    parts = {part: _digest(rows[part]) for part in Part if part in rows}
    return Fingerprints(whole=_digest(parts), parts=parts)


def _gather(value: Plain, shape: Shape, path: list[str | int], rows: dict[Part, list[Plain]]) -> None:
    """Add a row for each scalar and empty collection; the keys of a record come in sorted order."""
    if isinstance(value, dict) and value:
        for key in sorted(value) if shape.properties else value:
            _gather(value[key], shape.below(key), [*path, key], rows)
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            _gather(item, shape.below(index), [*path, index], rows)
    else:
        rows.setdefault(shape.part, []).append([path, value])


def _digest(plain: Plain) -> str:
    compact = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return f"{ALGORITHM}:{hashlib.sha256(compact.encode()).hexdigest()[:32]}"


def document(resource: Resource) -> dict[str, Plain]:
    """Return the canonical form: a document of the resource's kind, as JSON has it."""
    return {"kind": resource.kind.value, **encode(resource)}


def encode(value: Any) -> Plain:
    """Return the plain form of a model value, defaults left out."""
    form = _FORMS.get(type(value))
    if form is not None:
        return form(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Step):
        return _step(value)
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if is_dataclass(value):
        return _record(value)
    return value


def field_text(field: Field) -> str:
    """Return a field's type as authors write it: `text?`, `ref companies`."""
    return (f"ref {field.ref}" if field.ref else field.type.value) + ("?" if field.nullable else "")


_UNORDERED = frozenset({"fields", "caps", "rules"})
"""Maps whose order says nothing. Any other keeps its order: better a change too many than one too few."""


def _record(value: Any) -> dict[str, Plain]:
    result = {}
    for declared in fields(value):
        item = getattr(value, declared.name)
        if item is None or item == declared.default or item in ({}, ()):
            continue
        plain = encode(item)
        result[declared.name.rstrip("_")] = (
            dict(sorted(plain.items())) if declared.name in _UNORDERED else plain
        )
    return result


def _step(step: Step) -> dict[str, Plain]:
    """Return a step with all its edges said, so that it no longer depends on what follows it."""
    record = _record(step)
    record.pop("next", None)
    if any(edge.name == "next" for edge in step.edges()):
        record["next"] = encode(step.next)
    return record


def _program(program: Program) -> dict[str, Plain]:
    return _record(replace(program, steps={name: program.steps[name] for name in _in_order(program)}))


def _in_order(program: Program) -> list[str]:
    """Return the steps in the order in which people can come to them, then those that nobody can."""
    found: dict[str, None] = {}
    pending = [*sorted(program.steps, reverse=True), *list(program.steps)[:1]]
    while pending:
        name = pending.pop()
        if name in found or name not in program.steps:
            continue
        found[name] = None
        for edge in reversed(program.steps[name].edges()):
            targets = (edge.target, edge.then)
            pending += [target.step for target in reversed(targets) if isinstance(target, Goto)]
    return list(found)


def _schedule(schedule: Schedule) -> dict[str, Plain]:
    record: dict[str, Plain] = encode(schedule.when)
    if schedule.timezone is not None:
        record["timezone"] = schedule.timezone
    return record


def _target(target: Goto | Leave) -> Plain:
    if isinstance(target, Goto):
        return target.step
    return "end" if target == Leave() else {"exit": target.reason}


def _event_audience(audience: EventAudience) -> Plain:
    return {"event": audience.event} | ({"contacts": audience.contacts} if audience.contacts else {})


def _calendar(resource: CalendarResource) -> Plain:
    about = {"description": resource.description} if resource.description else {}
    return {"name": resource.name, **about, **calendar_document(resource.hours)}


_FORMS: dict[type, Callable[[Any], Plain]] = {
    Program: _program,
    CalendarResource: _calendar,
    Condition: lambda value: value.text,
    **dict.fromkeys(get_args(TimeExpr), time_text),
    Duration: str,
    Rate: str,
    Recurrence: lambda value: value.cron or "before_send",
    Recurring: lambda value: {"cron": value.recurrence.cron},
    Schedule: _schedule,
    Field: field_text,
    Goto: _target,
    Leave: _target,
    Between: lambda value: [time_text(value.start), time_text(value.end)],
    Bounded: lambda value: {"next": _target(value.next), "times": value.times, "then": _target(value.then)},
    EventAudience: _event_audience,
    datetime: lambda value: value.strftime("%Y-%m-%d %H:%M"),
    date: lambda value: value.isoformat(),
    time: lambda value: value.strftime("%H:%M"),
}
