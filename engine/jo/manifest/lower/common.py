"""What the lowering of several kinds reads the same way: field types, recurrences, dates and times."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time

from jo.conditions.types import Field, FieldType
from jo.diagnostics.codes import BAD_SCHEDULE, BAD_TIME, WRONG_VALUE
from jo.diagnostics.nearest import nearest
from jo.model.address import is_identifier
from jo.model.cursor import Cursor
from jo.timing.calendars import FIRST_DAY, LAST_DAY
from jo.timing.clock import parse_time
from jo.timing.recurrence import FORMS, Recurrence, parse_cron, parse_recurrence

_TYPES = {kind.value: kind for kind in FieldType}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CRON_HELP = "Write five fields: minute, hour, day, month, weekday, such as `0 9 * * MON-FRI`."


def fields(cursor: Cursor) -> Mapping[str, Field]:
    """Read the map of declared fields at `fields`."""
    inner = cursor.into("fields")
    return {name: _field(inner, name, str(text)) for name, text in inner.value.items()}


def _field(cursor: Cursor, name: str, text: str) -> Field:
    bare = text.removesuffix("?")
    nullable = bare != text
    if bare in _TYPES:
        return Field(_TYPES[bare], nullable)
    word, _, source = bare.partition(" ")
    if word == "ref" and is_identifier(source):
        return Field(FieldType.TEXT, nullable, source)
    known = ", ".join(f"`{kind}`" for kind in _TYPES)
    close = nearest(bare, _TYPES)
    cursor.fault(
        WRONG_VALUE,
        f"`{text}` is not a type.",
        name,
        advice=f"Did you mean `{close}`?"
        if close
        else f"Write one of {known}, or `ref SOURCE`; `?` behind it allows NULL.",
    )
    return Field(FieldType.TEXT, nullable)


def recurrence(cursor: Cursor, key: str) -> Recurrence | None:
    """Read a recurrence in words or as a cron; None when it cannot be read."""
    text = cursor.text(key)
    found = parse_recurrence(text)
    if found is None:
        forms = ", ".join(f"`{form}`" for form in FORMS)
        cursor.fault(
            BAD_SCHEDULE, f"`{text}` does not say how often.", key, advice=f"Write one of {forms}, or a cron."
        )
    return found


def cron(cursor: Cursor, key: str) -> Recurrence | None:
    text = cursor.text(key)
    found = parse_cron(text)
    if found is None:
        cursor.fault(BAD_SCHEDULE, f"`{text}` is not a cron that ever comes.", key, advice=_CRON_HELP)
    return found


def as_date(cursor: Cursor, text: str, *path: str | int) -> date:
    """Read `2026-12-31`; when it is no date, the last day of all, so that nothing more is found about it."""
    try:
        found = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or not FIRST_DAY <= found <= LAST_DAY:
        cursor.fault(
            BAD_TIME,
            f"`{text}` is not a date of the years 1900 to 2200.",
            *path,
            advice="Write year, month and day: `2026-12-31`.",
        )
        return LAST_DAY
    return found


def time_of_day(cursor: Cursor, key: str) -> time:
    """Read `"09:00"`; midnight when it is no time."""
    text = cursor.text(key)
    found = parse_time(text)
    if found is None:
        cursor.fault(
            BAD_TIME,
            f"`{text}` is not a time of day.",
            key,
            advice='Write it in quotes with two digits each: "09:00".',
        )
    return found or time.min


def local_time(cursor: Cursor, key: str) -> datetime:
    """Read `"2026-12-01 09:00"`, naive; a bare date is its 00:00."""
    text = cursor.text(key).strip()
    day, _, clock = text.partition(" ")
    at = parse_time(clock) if clock else time.min
    faults = len(cursor.faults)
    found = as_date(cursor, day, key)
    if at is None and len(cursor.faults) == faults:
        cursor.fault(
            BAD_TIME,
            f"`{text}` is not a local date and time.",
            key,
            advice='Write it in quotes: "2026-12-01 09:00".',
        )
    return datetime.combine(found, at or time.min)
