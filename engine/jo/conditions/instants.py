"""Time expressions: when a person is due, as a small language of its own beside conditions.

A time is a field (`company.live_at`), `entered`, `sent('step')`, a constant (`2026-12-01`,
`2026-12-01 09:00`), `earliest(…)` or `latest(…)` of times; then plus or minus durations; then `at HH:MM`,
that time of the same local day. Alone stands a weekly time such as `Tuesday 09:00`: the next one strictly
after the anchor.

Everything local is in the zone of the person. A date stays a day until something needs its moment: `+ 1 day`
and `at` act on the day itself, and at the end a bare date is 00:00. NULL anywhere makes the whole NULL,
but `earliest` and `latest` skip it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from jo.conditions.facts import Facts
from jo.conditions.fault import Fault
from jo.conditions.instant_parse import parse_time
from jo.conditions.instant_tree import (
    AtTime,
    Choice,
    Chosen,
    Constant,
    Entered,
    FieldTime,
    Sent,
    Shifted,
    TimeExpr,
    Weekday,
    Weekly,
    time_paths,
    time_text,
    walk_time,
)
from jo.conditions.missing import missing_fault
from jo.conditions.paths import Missing, find_column
from jo.conditions.tree import Path
from jo.conditions.types import FieldType, Scope
from jo.diagnostics.codes import DANGLING_REFERENCE, MISTYPED_CONDITION
from jo.diagnostics.nearest import suggestion
from jo.timing.calendars import Calendar
from jo.timing.durations import Duration, Unit
from jo.timing.zones import add, local_date, start_of_day, subtract, to_instant

__all__ = [
    "TimeExpr",
    "check_time",
    "evaluate",
    "gives_date",
    "needs_calendar",
    "parse_time",
    "time_paths",
    "time_text",
    "walk_time",
]

_UTC_ZONE = ZoneInfo("UTC")


def check_time(time: TimeExpr | str, scope: Scope) -> tuple[Fault, ...]:
    """Return the faults of names and types; offsets are in the text, or in the normal text of a tree."""
    text = time if isinstance(time, str) else time_text(time)
    expr, faults = parse_time(text)
    if expr is None:
        return faults
    found: list[Fault] = []
    for part in dict.fromkeys(walk_time(expr)):
        match part:
            case FieldTime(path):
                found += _check_path(path.words, text, scope)
            case Sent(step) if step not in scope.steps:
                start, end = _find(f"'{step}'", text)
                help_ = suggestion(step, scope.steps, noun="step")
                detail = f"There is no step `{step}` in this program."
                found.append(Fault(DANGLING_REFERENCE, detail, help_, start, end))
    return tuple(sorted(found, key=lambda fault: (fault.start, fault.end)))


def _check_path(words: tuple[str, ...], text: str, scope: Scope) -> list[Fault]:
    start, end = _find(".".join(words), text)
    column = find_column(words, scope)
    if isinstance(column, Missing):
        return [missing_fault(words, column, scope, text, start, end)]
    if column.field.type in (FieldType.DATE, FieldType.TIMESTAMP):
        return []
    detail = f"`{'.'.join(words)}` is declared as {column.field.type}, and a time is a date or a timestamp."
    return [Fault(MISTYPED_CONDITION, detail, "Use a field that holds a date.", start, end)]


def _find(part: str, text: str) -> tuple[int, int]:
    found = re.search(rf"(?<![\w.]){re.escape(part)}(?![\w.])", text)
    return found.span() if found else (0, len(text))


def gives_date(expr: TimeExpr, scope: Scope) -> bool:
    """Tell whether a checked time is a bare day, whose moment is 00:00."""
    match expr:
        case FieldTime(path):
            column = find_column(path.words, scope)
            return not isinstance(column, Missing) and column.field.type is FieldType.DATE
        case Constant(value):
            return not isinstance(value, datetime)
        case Chosen(_, times):
            return all(gives_date(time, scope) for time in times)
        case Shifted(inner, duration):
            return not duration.is_elapsed and gives_date(inner, scope)
    return False


def needs_calendar(expr: TimeExpr) -> bool:
    """Tell whether business days are counted, so that `evaluate` needs a calendar."""
    return any(isinstance(p, Shifted) and p.duration.unit is Unit.BUSINESS_DAY for p in walk_time(expr))


def evaluate(
    expr: TimeExpr,
    facts: Facts,
    *,
    value_of: Callable[[Path, Facts], Any],
    entered: datetime,
    zone: ZoneInfo,
    anchor: datetime | None = None,
    calendar: Calendar | None = None,
) -> datetime | None:
    """Return the moment (UTC) of a checked time, None while it is NULL. `value_of` reads one of its fields.

    Weekly times count from the anchor, by default `entered`. Business days need the calendar (ValueError).
    """
    reading = _Reading(facts, value_of, entered, zone, anchor or entered, calendar)
    return reading.moment(reading.read(expr))


@dataclass(frozen=True, slots=True)
class _Reading:
    facts: Facts
    value_of: Callable[[Path, Facts], Any]
    entered: datetime
    zone: ZoneInfo
    anchor: datetime
    calendar: Calendar | None

    def read(self, expr: TimeExpr) -> date | datetime | None:
        """Return an instant, or a local day as a plain date."""
        match expr:
            case Entered():
                return self.entered
            case Sent(step):
                return self.facts.passage.sent(step)
            case FieldTime(path):
                value: date | datetime | None = self.value_of(path, self.facts)
                return value
            case Constant(datetime() as value):
                return to_instant(value, self.zone)
            case Constant(value):
                return value
            case Chosen(by, times):
                return self.choose(by, times)
            case Shifted(inner, duration, back):
                return self.shift(self.read(inner), duration, back=back)
            case AtTime(inner, clock):
                start = self.read(inner)
                day = local_date(start, self.zone) if isinstance(start, datetime) else start
                return None if day is None else to_instant(datetime.combine(day, clock), self.zone)
            case Weekly():
                return self.next_weekly(expr)

    def moment(self, value: date | datetime | None) -> datetime | None:
        return value if value is None or isinstance(value, datetime) else start_of_day(value, self.zone)

    def choose(self, by: Choice, times: tuple[TimeExpr, ...]) -> date | datetime | None:
        pick = min if by is Choice.EARLIEST else max
        known = [value for value in map(self.read, times) if value is not None]
        if any(isinstance(value, datetime) for value in known):
            known = [moment for moment in map(self.moment, known) if moment is not None]
        return pick(known, default=None)

    def shift(
        self, start: date | datetime | None, duration: Duration, *, back: bool
    ) -> date | datetime | None:
        move = subtract if back else add
        if start is None:
            return None
        if isinstance(start, datetime):
            return move(start, duration, self.zone, self.calendar)
        if duration.is_elapsed:
            return move(start_of_day(start, self.zone), duration, self.zone)
        # A day has no zone: count in UTC, where no clock is ever changed.
        midnight = datetime(start.year, start.month, start.day, tzinfo=UTC)
        return move(midnight, duration, _UTC_ZONE, self.calendar).date()

    def next_weekly(self, weekly: Weekly) -> datetime:
        today = local_date(self.anchor, self.zone)
        ahead = (list(Weekday).index(weekly.weekday) - today.weekday()) % 7
        first = datetime.combine(today + timedelta(days=ahead), weekly.clock)
        moment = to_instant(first, self.zone)
        return moment if moment > self.anchor else to_instant(first + timedelta(days=7), self.zone)
