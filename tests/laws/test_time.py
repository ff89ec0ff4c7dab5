"""Laws of time, against oracles that walk through UTC step by step and know nothing of gaps and repeats."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise, product
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jo.timing.calendars import Calendar, Hours, Span, weekly
from jo.timing.durations import Duration, Unit
from jo.timing.recurrence import between, next_after, parse_cron
from jo.timing.windows import next_allowed
from jo.timing.zones import add, local, start_of_day, subtract, to_instant

DAY = 24 * 60  # in minutes
OFFICE = Calendar(hours=weekly(range(5), Span(time(9), time(17))), holidays=frozenset({date(2027, 3, 29)}))

MINUTE = timedelta(minutes=1)
QUARTER = timedelta(minutes=15)  # the clocks of ZONES change by and at whole quarters of an hour

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/Los_Angeles",
    "America/Santiago",  # at midnight, on the southern half
    "America/Havana",  # repeats the hour after midnight
    "Australia/Lord_Howe",  # by half an hour
    "Pacific/Chatham",  # at 02:45
    "Antarctica/Troll",  # by two hours
    "Africa/Casablanca",  # back for Ramadan
    "Asia/Kathmandu",
    "Asia/Gaza",
]
# Apia had no 30 December in 2011, Kwajalein no 21 August in 1993.
SKIPPED_DAYS = [("Pacific/Apia", 2011), ("Pacific/Kwajalein", 1993)]

suite = settings(derandomize=True, deadline=None, max_examples=100)


class Firing(NamedTuple):
    nominal: datetime
    instant: datetime


@cache
def firings(zone: str, year: int) -> list[Firing]:
    """Return all nominal quarters of a year in a zone, each with the first instant at which it is reached."""
    clock = ZoneInfo(zone)
    instant, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    reached = instant.astimezone(clock).replace(tzinfo=None)
    found = []
    while instant < end:
        instant += QUARTER
        reads = instant.astimezone(clock).replace(tzinfo=None)
        while reached < reads:  # more than once in a gap, not at all in a repeat
            reached += QUARTER
            found.append(Firing(reached, instant))
    return found


class Schedule(NamedTuple):
    """A cron as plain sets; an empty one is a star."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # Monday is 0

    def __str__(self) -> str:
        numbers = [*self[:4], {(day + 1) % 7 for day in self.weekdays}]
        return " ".join(",".join(map(str, sorted(part))) or "*" for part in numbers)

    def matches(self, nominal: datetime) -> bool:
        day = not self.days or nominal.day in self.days
        weekday = not self.weekdays or nominal.weekday() in self.weekdays
        either = bool(self.days and self.weekdays)
        return (
            (not self.minutes or nominal.minute in self.minutes)
            and (not self.hours or nominal.hour in self.hours)
            and (not self.months or nominal.month in self.months)
            and ((day or weekday) if either else (day and weekday))
        )


def some(low: int, high: int) -> st.SearchStrategy[frozenset[int]]:
    return st.frozensets(st.integers(low, high), max_size=3)


schedules = st.builds(
    Schedule,
    minutes=st.frozensets(st.sampled_from([0, 15, 30, 45]), min_size=1),
    hours=some(0, 4) | some(0, 23),
    days=some(1, 28),
    months=some(1, 12),
    weekdays=some(0, 6),
)
zone_years = st.sampled_from([*product(ZONES, range(2024, 2030)), *SKIPPED_DAYS])


@cache
def changes(zone: str) -> list[datetime]:
    """Return the instants of 2027 at which the clock was moved, or New Year when it never was."""
    clock, start = ZoneInfo(zone), datetime(2027, 1, 1, tzinfo=UTC)
    quarters = [start + n * QUARTER for n in range(365 * 96)]
    offsets = [quarter.astimezone(clock).utcoffset() for quarter in quarters]
    return [
        after for after, (old, new) in zip(quarters[1:], pairwise(offsets), strict=True) if old != new
    ] or [start]


@st.composite
def moments(draw: st.DrawFn) -> tuple[datetime, ZoneInfo]:
    """Draw an instant, on a whole minute near a change of the clock, and the zone."""
    zone = draw(st.sampled_from(ZONES))
    change = draw(st.sampled_from(changes(zone)))
    return change + draw(st.integers(-2000, 500)) * MINUTE, ZoneInfo(zone)


class Pattern(NamedTuple):
    """The same minutes of the day on some weekdays; an end at or before the start is on the next day."""

    weekdays: frozenset[int]
    start: int
    end: int

    def hours(self) -> Hours:
        return weekly(self.weekdays, Span(clock_time(self.start), clock_time(self.end)))

    def minutes(self) -> frozenset[int]:
        """Return the minutes of the week, from Monday 00:00, at which it is open."""
        length = (self.end - self.start) % DAY or DAY
        starts = [weekday * DAY + self.start for weekday in self.weekdays]
        return frozenset((start + n) % (7 * DAY) for start in starts for n in range(length))


def clock_time(minute_of_day: int) -> time:
    return time(*divmod(minute_of_day, 60))


def minute_of_week(instant: datetime, zone: ZoneInfo) -> int:
    reads = instant.astimezone(zone)
    return reads.weekday() * DAY + reads.hour * 60 + reads.minute


minutes_of_day = st.integers(0, 240) | st.integers(0, DAY - 1)
patterns = st.builds(Pattern, st.frozensets(st.integers(0, 6), min_size=1), minutes_of_day, minutes_of_day)
durations = st.builds(Duration, st.integers(0, 40), st.sampled_from(Unit))
local_times = st.datetimes(datetime(2012, 1, 1), datetime(2040, 1, 1))  # noqa: DTZ001 - local times are naive
zones = st.sampled_from(ZONES).map(ZoneInfo)


@settings(suite, max_examples=40)
@given(schedule=schedules, zone_year=zone_years)
def test_each_nominal_time_fires_exactly_once(schedule: Schedule, zone_year: tuple[str, int]) -> None:
    zone, year = zone_year
    expected = [firing for firing in firings(zone, year) if schedule.matches(firing.nominal)]
    recurrence = parse_cron(str(schedule))
    assert recurrence is not None
    start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    found = [Firing(o.nominal, o.instant) for o in between(recurrence, start, end, ZoneInfo(zone))]
    assert found == expected


@suite
@given(schedule=schedules, moment=moments(), cuts=st.lists(st.integers(0, 10_000), max_size=5))
def test_ticks_at_any_instants_fire_what_one_tick_fires(
    schedule: Schedule, moment: tuple[datetime, ZoneInfo], cuts: list[int]
) -> None:
    start, zone = moment
    recurrence = parse_cron(str(schedule))
    assert recurrence is not None
    ticks = [start, *(start + cut * MINUTE for cut in sorted(cuts)), start + 10_000 * MINUTE]
    pieces = [o for a, b in pairwise(ticks) for o in between(recurrence, a, b, zone)]
    assert pieces == list(between(recurrence, ticks[0], ticks[-1], zone))
    following = next_after(recurrence, start, zone)
    assert pieces[:1] == ([following] if following and following.instant <= ticks[-1] else [])


@suite
@given(moment=moments(), distance=st.integers(-200, 200))
def test_a_local_time_is_the_first_instant_that_reads_it_or_later(
    moment: tuple[datetime, ZoneInfo], distance: int
) -> None:
    instant, zone = moment
    wanted = local(instant, zone) + distance * MINUTE
    found = to_instant(wanted, zone)
    assert local(found, zone) >= wanted
    assert all(local(found - n * MINUTE, zone) < wanted for n in range(1, 200))


@suite
@given(first=local_times, second=local_times, zone=zones)
def test_the_later_local_time_is_never_the_earlier_instant(
    first: datetime, second: datetime, zone: ZoneInfo
) -> None:
    assume(first <= second)
    assert to_instant(first, zone) <= to_instant(second, zone)


@suite
@given(day=st.dates(date(2012, 1, 1), date(2040, 1, 1)), zone=zones)
def test_days_follow_one_another(day: date, zone: ZoneInfo) -> None:
    assert start_of_day(day, zone) < start_of_day(day + timedelta(days=1), zone)
    assert local(start_of_day(day, zone), zone).date() == day


@suite
@given(moment=moments(), later=st.integers(0, 5000), duration=durations)
def test_adding_keeps_the_order_of_what_the_clock_read_in_order(
    moment: tuple[datetime, ZoneInfo], later: int, duration: Duration
) -> None:
    first, zone = moment
    second = first + later * MINUTE
    assume(duration.is_elapsed or local(first, zone) <= local(second, zone))
    assert add(first, duration, zone, OFFICE) <= add(second, duration, zone, OFFICE)


@suite
@given(moment=moments(), duration=durations)
def test_adding_never_goes_back_and_subtracting_never_forward(
    moment: tuple[datetime, ZoneInfo], duration: Duration
) -> None:
    instant, zone = moment
    assert add(instant, duration, zone, OFFICE) >= instant
    assert subtract(instant, duration, zone, OFFICE) <= instant


@suite
@given(moment=moments(), patterns=st.lists(patterns, min_size=1, max_size=3))
def test_the_next_allowed_instant_is_the_first_at_which_all_windows_are_open(
    moment: tuple[datetime, ZoneInfo], patterns: list[Pattern]
) -> None:
    instant, zone = moment
    found = next_allowed(instant, zone, *(pattern.hours() for pattern in patterns))
    open_minutes = frozenset.intersection(*(pattern.minutes() for pattern in patterns))
    ahead = 8 * DAY if found is None else (found - instant) // MINUTE
    assert not any(minute_of_week(instant + n * MINUTE, zone) in open_minutes for n in range(ahead))
    if found is not None:
        assert minute_of_week(found, zone) in open_minutes
        assert next_allowed(found, zone, *(pattern.hours() for pattern in patterns)) == found
