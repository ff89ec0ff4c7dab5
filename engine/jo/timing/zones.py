"""Instants and local clocks: the only place that converts between the two.

An instant is an aware UTC datetime, a local time a naive one. The clock of a zone runs forward except
where it is put back, so every local time has one best instant: the first at which the clock reads that
time or later. For a time that the clock skips this is the end of the gap, for one that it shows twice the
first showing; and the later of two local times never has the earlier instant.

Sums and differences outside the years 1900 to 2200 saturate at the ends of that range.
"""

import calendar as months
import math
import re
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from jo.timing.calendars import Calendar
from jo.timing.durations import SECONDS, Duration, Unit

FIRST_INSTANT = datetime(1900, 1, 1, tzinfo=UTC)
LAST_INSTANT = datetime(2200, 12, 31, 23, 59, 59, tzinfo=UTC)

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}", re.ASCII)
_NOT_ZONES = re.compile(r"(posix|right)/.*|posixrules|localtime|Factory")
"""Files beside the zones: copies, copies with leap seconds, whatever the machine is set to."""

_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=2048)
def load_zone(name: str) -> ZoneInfo | None:
    """Return the zone with this IANA name; None when there is none. A name from data may be any text."""
    if not _NAME.fullmatch(name) or _NOT_ZONES.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not found; a file that is no zone; a folder, a name too long
        return None


def to_instant(local_time: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant (UTC) at which the clock of the zone reads the naive time or later."""
    instant = local_time.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if local(instant, zone) == local_time:
        return instant
    # In a gap, fold 0 counts with the offset before it and lands behind it, fold 1 the other way around.
    before = local_time.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return next_change(before, instant, zone) or instant


def local(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return what the clock of the zone reads, naive."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a local day; of the next one where the zone skipped the whole day."""
    return to_instant(datetime.combine(day, time.min), zone)


def next_change(after: datetime, until: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the instant in (after, until] at which the zone's offset changed; None when both ends agree.

    The two must be close enough (a day or so) to hold one change at most. Changes fall on whole seconds.
    """
    old = _offset(after, zone)
    if _offset(until, zone) == old:
        return None
    low = after.replace(microsecond=0)
    seconds = range(math.ceil((until - low) / _SECOND))
    return low + _SECOND * bisect_left(seconds, True, key=lambda n: _offset(low + _SECOND * n, zone) != old)


def add(instant: datetime, duration: Duration, zone: ZoneInfo, calendar: Calendar | None = None) -> datetime:
    """Return the instant a duration later; business days need the calendar (else ValueError).

    Calendar time keeps the local time. So two instants keep their order, unless the clock was put back
    between them and read the later one as the earlier.
    """
    return _shift(instant, duration.count, duration.unit, zone, calendar)


def subtract(
    instant: datetime, duration: Duration, zone: ZoneInfo, calendar: Calendar | None = None
) -> datetime:
    """Return the instant a duration earlier, by the rules of `add`."""
    return _shift(instant, -duration.count, duration.unit, zone, calendar)


def _shift(instant: datetime, count: int, unit: Unit, zone: ZoneInfo, calendar: Calendar | None) -> datetime:
    if unit is Unit.BUSINESS_DAY and calendar is None:
        raise ValueError("business days are counted in a calendar")
    if count == 0:  # not the way around by local time, which forgets the second showing of a repeated hour
        return instant
    try:
        if unit in SECONDS:
            moved = instant + timedelta(seconds=count * SECONDS[unit])
        else:
            here = local(instant, zone)
            there = _shift_date(here.date(), count, unit, calendar)
            moved = to_instant(datetime.combine(there, here.time()), zone)
    except (OverflowError, ValueError):  # beyond the years 1 to 9999
        return LAST_INSTANT if count > 0 else FIRST_INSTANT
    return min(max(moved, FIRST_INSTANT), LAST_INSTANT)


def _shift_date(day: date, count: int, unit: Unit, calendar: Calendar | None) -> date:
    match unit:
        case Unit.DAY:
            return day + timedelta(days=count)
        case Unit.WEEK:
            return day + timedelta(weeks=count)
        case Unit.BUSINESS_DAY if calendar is not None:
            return calendar.add_business_days(day, count)
        case _:
            return _add_months(day, count * (12 if unit is Unit.YEAR else 1))


def _add_months(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    first = date(year, month + 1, 1)
    return first.replace(day=min(day.day, months.monthrange(year, month + 1)[1]))


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta | None:
    return instant.astimezone(zone).utcoffset()
