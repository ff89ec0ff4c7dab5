"""Lower a `calendar`: named days and groups of days to the hours of a week, ranges of dates to dates."""

from collections.abc import Iterator
from datetime import date, timedelta

from jo.diagnostics.codes import BAD_TIME, WRONG_VALUE
from jo.manifest.lower.common import as_date
from jo.model.calendar import END_OF_DAY, CalendarResource
from jo.model.cursor import Cursor
from jo.timing.calendars import Calendar, Hours, Region, Span
from jo.timing.clock import WEEKDAYS, parse_time

_GROUPS = {"daily": range(7), "weekdays": range(5), "weekend": range(5, 7)}
"""From the widest on; a later one, and then a day itself, replaces what an earlier one says."""
_LONGEST = 366
"""Days that one range of dates may have."""
_DAY = timedelta(days=1)


def lower(cursor: Cursor) -> CalendarResource:
    calendar = Calendar(
        hours=_hours(cursor.into("hours")),
        holidays=frozenset(_dates(cursor, "holidays")),
        blackout=frozenset(_dates(cursor, "blackout")),
        regions=tuple(
            Region(name=name, holidays=frozenset(_dates(region, "holidays")))
            for name, region in sorted(cursor.into("regions").items())
        ),
    )
    return CalendarResource(name=cursor.text("name"), description=cursor.text("description"), hours=calendar)


def _hours(cursor: Cursor) -> Hours:
    week: list[tuple[Span, ...]] = [()] * 7
    for name, days in _GROUPS.items():
        if name in cursor:
            spans = _spans(cursor, name)
            for day in days:
                week[day] = spans
    for day, name in enumerate(WEEKDAYS):
        if name.lower() in cursor:
            week[day] = _spans(cursor, name.lower())
    return Hours(tuple(week))


def _spans(cursor: Cursor, day: str) -> tuple[Span, ...]:
    texts = cursor.get(day)
    if isinstance(texts, str):
        found = [_span(cursor, texts, day)]
    else:
        found = [_span(cursor, text, day, index) for index, text in enumerate(texts)]
    return tuple(sorted((span for span in found if span is not None), key=lambda span: span.start))


def _span(cursor: Cursor, text: str, *path: str | int) -> Span | None:
    first, _, last = text.partition("-")
    start = parse_time(first)
    end = parse_time("00:00" if last.strip() == END_OF_DAY else last)
    if start is None or end is None:
        cursor.fault(
            BAD_TIME, f"`{text}` is not a span of hours.", *path, advice='Write it like "09:00-17:00".'
        )
        return None
    return Span(start, end)


def _dates(cursor: Cursor, key: str) -> Iterator[date]:
    for index, text in enumerate(cursor.strings(key)):
        first, _, last = text.partition(" to ")
        day = as_date(cursor, first.strip(), key, index)
        end = as_date(cursor, last.strip(), key, index) if last else day
        if not timedelta(0) <= end - day < _LONGEST * _DAY:
            detail = f"`{text}` ends before it begins, or is longer than {_LONGEST} days."
            cursor.fault(WRONG_VALUE, detail, key, index, advice="Write the first day, then the last.")
            continue
        while day <= end:
            yield day
            day += _DAY
