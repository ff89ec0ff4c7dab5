"""Recurrence: what happens again and again on a local clock, as a cron of five fields.

An occurrence is known by its nominal local time, which is its identity: the cron alone decides which ones
exist, the zone only when each of them fires. A nominal time that the clock skips fires at the end of the
gap, one that it shows twice at its first showing (`zones.to_instant`), so each fires exactly once. Nominal
times inside one gap fire at the same instant.

Cron fields are those of Debian's cron, with its rule for days (either of day and weekday is enough when
neither starts with a star), and `FRI#4` for the fourth Friday, `5L` for the last, `L` for the last day.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from jo.timing.clock import WEEKDAYS, parse_time, parse_weekday
from jo.timing.zones import local, to_instant


@dataclass(frozen=True, slots=True)
class Recurrence:
    """When something recurs; made by `parse_recurrence` or `parse_cron`."""

    cron: str | None
    """Five fields in capitals with single spaces; None: no timetable, right before each send."""

    def identity(self, nominal: datetime) -> str:
        """Return what an occurrence is called: its date, with the time where a date may have several."""
        once_a_day = self.cron is not None and all(part.isdigit() for part in self.cron.split()[:2])
        return nominal.date().isoformat() if once_a_day else nominal.isoformat(timespec="minutes")


BEFORE_SEND = Recurrence(None)


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """One time that a recurrence happens."""

    instant: datetime
    nominal: datetime
    """Local and naive: what the schedule says, not always what the clock reads at the instant."""


def next_after(recurrence: Recurrence, instant: datetime, zone: ZoneInfo) -> Occurrence | None:
    """Return the first occurrence after the instant; None when there is none in the next 50 years."""
    return next(_occurrences(recurrence, instant, zone), None)


def between(recurrence: Recurrence, after: datetime, until: datetime, zone: ZoneInfo) -> Iterator[Occurrence]:
    """Yield the occurrences in (after, until], by instant and then nominal time."""
    for occurrence in _occurrences(recurrence, after, zone):
        if occurrence.instant > until:
            return
        yield occurrence


def _occurrences(recurrence: Recurrence, after: datetime, zone: ZoneInfo) -> Iterator[Occurrence]:
    if recurrence.cron is None:
        return
    from cronsim import CronSim

    # A nominal time not after the clock's reading fires no later than now, so none is missed from here on.
    # On naive times cronsim knows nothing of zones, which is what is wanted.
    for nominal in CronSim(recurrence.cron, local(after, zone)):
        instant = to_instant(nominal, zone)
        if instant > after:
            yield Occurrence(instant, nominal)


def parse_cron(text: str) -> Recurrence | None:
    """Read five cron fields; None when they are malformed or name a date that never comes."""
    from cronsim import CronSim, CronSimError

    fields = text.upper().split()
    if len(fields) != 5 or len(text) > 1000:
        return None
    cron = " ".join(fields)
    try:
        CronSim(cron, datetime(2000, 1, 1))  # noqa: DTZ001 - nominal times are naive
    except CronSimError:
        return None
    return Recurrence(cron)


FORMS = (
    "before_send",
    "hourly",
    "every 15 minutes",
    "every 4 hours",
    "daily at 02:00",
    "weekly on Monday at 02:00",
    "monthly on the 15th at 09:00",
    "monthly on the last day at 09:00",
    "monthly on the 4th Friday at 09:00",
    "monthly on the last Friday at 09:00",
)
"""One example of each form that `parse_recurrence` reads besides a cron."""

_EVERY = re.compile(r"every (\d{1,2}) (minute|hour)s?", re.ASCII)
_AT = re.compile(r"(.+) at (\d\d:\d\d)", re.ASCII)
_ORDINAL = re.compile(r"(\d{1,2})(st|nd|rd|th)", re.ASCII)


def parse_recurrence(text: str) -> Recurrence | None:
    """Read one of `FORMS` or a cron; None when the text is neither.

    "Every n" divides the hour or the day evenly, and days of the month end at the 28th, so that every form
    recurs as often as it says.
    """
    words = " ".join(text.split())
    if words == "before_send":
        return BEFORE_SEND
    if words == "hourly":
        return Recurrence("0 * * * *")
    if found := _EVERY.fullmatch(words):
        return _every(int(found[1]), found[2])
    if found := _AT.fullmatch(words):
        days, at = _days(found[1]), parse_time(found[2])
        return Recurrence(f"{at.minute} {at.hour} {days}") if days and at is not None else None
    return parse_cron(text)


def _every(count: int, unit: str) -> Recurrence | None:
    whole, cron = (60, f"*/{count} * * * *") if unit == "minute" else (24, f"0 */{count} * * *")
    return Recurrence(cron) if 0 < count < whole and whole % count == 0 else None


def _days(phrase: str) -> str | None:
    """Return the cron fields day, month and weekday for the days that a phrase names."""
    match phrase.split():
        case ["daily"]:
            return "* * *"
        case ["weekly", "on", name]:
            return _weekday("* * {name}", name)
        case ["monthly", "on", "the", "last", "day"]:
            return "L * *"
        case ["monthly", "on", "the", "last", name]:
            return _weekday("* * {number}L", name)  # cron knows the last one by its number only
        case ["monthly", "on", "the", nth]:
            day = _ordinal(nth, most=28)
            return day and f"{day} * *"
        case ["monthly", "on", "the", nth, name]:
            week = _ordinal(nth, most=4)
            return week and _weekday("* * {name}#" + week, name)
        case _:
            return None


def _weekday(fields: str, name: str) -> str | None:
    """Fill a weekday into cron fields: its name, or its number from Sunday on."""
    weekday = parse_weekday(name)
    if weekday is None:
        return None
    return fields.format(name=WEEKDAYS[weekday][:3].upper(), number=(weekday + 1) % 7)


def _ordinal(text: str, *, most: int) -> str | None:
    found = _ORDINAL.fullmatch(text)
    return str(int(found[1])) if found and 1 <= int(found[1]) <= most else None
