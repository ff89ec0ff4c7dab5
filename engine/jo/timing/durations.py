"""Durations, in three kinds that are never mixed: elapsed, calendar and business time.

`24 hours` is elapsed: it is the same on every clock. `1 day` is calendar: the same local time on the
next date, 23 or 25 hours away when the clocks change. `2 business days` counts working days of a
calendar. Months clamp to the month's end, each counted from the anchor.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a duration counts. Smaller units are elapsed time, from DAY on calendar time."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    BUSINESS_DAY = "business day"


SECONDS = {Unit.SECOND: 1, Unit.MINUTE: 60, Unit.HOUR: 3600}
"""Seconds in each unit of elapsed time; a unit that is missing here is not elapsed time."""

_FORM = re.compile(r"(\d{1,6}) +(business day|second|minute|hour|day|week|month|year)s?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A whole count of one unit, never negative."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.count} {self.unit.value}{'' if self.count == 1 else 's'}"

    @property
    def is_elapsed(self) -> bool:
        return self.unit in SECONDS

    def at_most_seconds(self) -> int:
        """Return an upper bound in seconds, for limits and warnings only, never for due moments."""
        longest = {
            Unit.DAY: 25 * 3600,
            Unit.WEEK: 7 * 24 * 3600 + 3600,
            Unit.MONTH: 31 * 24 * 3600 + 3600,
            Unit.YEAR: 366 * 24 * 3600 + 3600,
            Unit.BUSINESS_DAY: 14 * 24 * 3600,
        }
        return self.count * (SECONDS.get(self.unit) or longest[self.unit])

    def at_least_seconds(self) -> int:
        """Return a lower bound in seconds, for the same."""
        shortest = {
            Unit.DAY: 24,
            Unit.WEEK: 7 * 24,
            Unit.MONTH: 28 * 24,
            Unit.YEAR: 365 * 24,
            Unit.BUSINESS_DAY: 0,
        }
        if self.unit in SECONDS:
            return self.count * SECONDS[self.unit]
        return max(0, (self.count * shortest[self.unit] - 1) * 3600)


def parse_duration(text: str) -> Duration | None:
    """Read `3 days`, `24 hours`, `2 business days`; None when the text is no duration."""
    found = _FORM.fullmatch(text.strip())
    return Duration(int(found[1]), Unit(found[2])) if found else None
