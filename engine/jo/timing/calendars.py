"""Working time: hours per weekday, holidays and blackout days, by region.

A holiday is no working day. On a blackout day people work, but nothing is sent: it closes the hours and
still counts as a business day. Everything here is in local dates and times; zones are not known.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2200, 12, 31)

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Hours from `start` until before `end`; an end at or before the start is on the next day."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Hours:
    """The opening hours of a week that repeats."""

    days: tuple[tuple[Span, ...], ...]
    """Seven, Monday first: the spans that begin on that day."""

    def __post_init__(self) -> None:
        if len(self.days) != 7:
            raise ValueError("a week has seven days")

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """Return the spans that begin on a local day."""
        return self.days[day.weekday()]


def weekly(weekdays: Iterable[int], *spans: Span) -> Hours:
    """Return the hours that are the same on each of the weekdays (Monday is 0) and none on the others."""
    open_days = frozenset(weekdays)
    return Hours(tuple(spans if weekday in open_days else () for weekday in range(7)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A part of the world with holidays of its own, besides those of the calendar."""

    name: str
    holidays: frozenset[date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Working time of one organization."""

    hours: Hours
    holidays: frozenset[date] = frozenset()
    blackout: frozenset[date] = frozenset()
    regions: tuple[Region, ...] = ()

    def in_region(self, name: str | None) -> "Calendar":
        """Return the calendar as it is in a region; an unknown region has no holidays of its own."""
        own = (region.holidays for region in self.regions if region.name == name)
        return replace(self, holidays=self.holidays.union(*own), regions=())

    def is_working_day(self, day: date) -> bool:
        return bool(self.hours.spans_on(day)) and day not in self.holidays

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """Return the spans that begin on a local day, none on a holiday or blackout day."""
        closed = day in self.holidays or day in self.blackout
        return () if closed else self.hours.spans_on(day)

    def add_business_days(self, day: date, count: int) -> date:
        """Return the count-th working day after the day, before it when negative; the day itself for 0.

        Stops at the ends of the years 1900 to 2200, as it does when no day is a working day.
        """
        step, left = (_DAY if count > 0 else -_DAY), abs(count)
        while left and FIRST_DAY <= day + step <= LAST_DAY:
            day += step
            left -= self.is_working_day(day)
        return day
