from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from jo.timing.calendars import Calendar, Span, weekly
from jo.timing.durations import parse_duration
from jo.timing.zones import (
    FIRST_INSTANT,
    LAST_INSTANT,
    add,
    load_zone,
    local,
    local_date,
    start_of_day,
    subtract,
    to_instant,
)

BERLIN = ZoneInfo("Europe/Berlin")
APIA = ZoneInfo("Pacific/Apia")  # had no 30 December 2011
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # moves its clock by half an hour
SANTIAGO = ZoneInfo("America/Santiago")  # moves it at midnight


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def naive(text: str) -> datetime:
    return datetime.fromisoformat(text)


def later(start: str, duration: str, where: ZoneInfo = BERLIN, calendar: Calendar | None = None) -> datetime:
    """Add to a local time and return the local time."""
    amount = parse_duration(duration)
    assert amount is not None
    return local(add(to_instant(naive(start), where), amount, where, calendar), where)


def earlier(
    start: str, duration: str, where: ZoneInfo = BERLIN, calendar: Calendar | None = None
) -> datetime:
    amount = parse_duration(duration)
    assert amount is not None
    return local(subtract(to_instant(naive(start), where), amount, where, calendar), where)


def office() -> Calendar:
    return Calendar(
        hours=weekly(range(5), Span(time(9), time(17))),
        holidays=frozenset({date(2026, 12, 25)}),
        blackout=frozenset({date(2026, 12, 28)}),
    )


@pytest.mark.parametrize(
    "name",
    [
        "", " ", "Mars/Olympus", "Europe", "Europe/", "/etc/passwd", "../etc/passwd",
        "Europe/../Europe/Berlin", "Europe/Berlin\n", "Europe\\Berlin",
        "C:\\zone", "a\0b", "東京", "x" * 5000, "tzdata.zi", "zone.tab",
        "localtime", "posixrules", "right/Europe/Berlin", "posix/Europe/Berlin", "Factory", "__init__",
    ],
)  # fmt: skip
def test_what_names_no_zone_loads_none(name: str) -> None:
    assert load_zone(name) is None


def test_a_zone_is_loaded_once() -> None:
    assert load_zone("America/Argentina/Buenos_Aires") is load_zone("America/Argentina/Buenos_Aires")
    assert load_zone("Etc/GMT+5") is not None


def test_a_local_time_in_a_gap_is_the_first_instant_after_it() -> None:
    assert to_instant(naive("2027-03-28 02:00"), BERLIN) == utc("2027-03-28 01:00")
    assert to_instant(naive("2027-03-28 02:59:59.999999"), BERLIN) == utc("2027-03-28 01:00")
    assert to_instant(naive("2026-10-04 02:10"), LORD_HOWE) == utc("2026-10-03 15:30")


def test_a_local_time_that_occurs_twice_is_its_first_occurrence() -> None:
    assert to_instant(naive("2026-10-25 02:30"), BERLIN) == utc("2026-10-25 00:30")
    assert to_instant(naive("2026-10-25 03:00"), BERLIN) == utc("2026-10-25 02:00")


def test_a_day_that_a_zone_skipped_begins_with_the_next() -> None:
    assert start_of_day(date(2011, 12, 30), APIA) == start_of_day(date(2011, 12, 31), APIA)
    assert local(start_of_day(date(2011, 12, 30), APIA), APIA) == naive("2011-12-31 00:00")


def test_a_day_whose_midnight_is_skipped_begins_at_one() -> None:
    assert local(start_of_day(date(2026, 9, 6), SANTIAGO), SANTIAGO) == naive("2026-09-06 01:00")


def test_the_local_date_is_the_persons() -> None:
    assert local_date(utc("2026-12-01 23:30"), BERLIN) == date(2026, 12, 2)


def test_hours_are_elapsed_and_days_keep_the_local_time_when_the_clocks_change() -> None:
    assert later("2027-03-27 09:00", "24 hours") == naive("2027-03-28 10:00")
    assert later("2027-03-27 09:00", "1 day") == naive("2027-03-28 09:00")
    assert later("2027-03-27 02:30", "1 day") == naive("2027-03-28 03:00")
    assert earlier("2027-03-28 09:00", "1 day") == naive("2027-03-27 09:00")


def test_months_and_years_clamp_to_the_months_end_and_count_from_the_anchor() -> None:
    assert later("2027-01-31 09:00", "1 month") == naive("2027-02-28 09:00")
    assert later("2027-01-31 09:00", "2 months") == naive("2027-03-31 09:00")
    assert later("2028-02-29 09:00", "1 year") == naive("2029-02-28 09:00")
    assert earlier("2027-03-31 09:00", "13 months") == naive("2026-02-28 09:00")
    assert earlier("2027-01-15 09:00", "2 weeks") == naive("2027-01-01 09:00")


def test_nothing_added_keeps_the_second_occurrence_of_a_repeated_hour() -> None:
    second = utc("2026-10-25 01:30")
    nothing = parse_duration("0 days")
    assert nothing is not None
    assert add(second, nothing, BERLIN) == second


def test_business_days_skip_weekends_and_holidays_but_not_blackouts() -> None:
    assert later("2026-12-24 10:00", "1 business day", calendar=office()) == naive("2026-12-28 10:00")
    assert later("2026-12-24 10:00", "2 business days", calendar=office()) == naive("2026-12-29 10:00")
    assert earlier("2026-12-28 10:00", "1 business day", calendar=office()) == naive("2026-12-24 10:00")


def test_business_days_without_a_calendar_are_an_error() -> None:
    with pytest.raises(ValueError, match="calendar"):
        later("2026-12-24 10:00", "1 business day")


@pytest.mark.parametrize("unit", ["seconds", "days", "weeks", "months", "years"])
def test_sums_beyond_the_domain_saturate(unit: str) -> None:
    amount = parse_duration(f"999999 {unit}")
    assert amount is not None
    late = LAST_INSTANT - timedelta(days=1)
    assert add(late, amount, BERLIN) == LAST_INSTANT
    assert subtract(FIRST_INSTANT, amount, BERLIN) == FIRST_INSTANT
