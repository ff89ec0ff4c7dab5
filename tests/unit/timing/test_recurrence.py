from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from jo.timing.recurrence import (
    BEFORE_SEND,
    FORMS,
    Occurrence,
    between,
    next_after,
    parse_cron,
    parse_recurrence,
)

BERLIN, PACIFIC = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Los_Angeles")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def naive(text: str) -> datetime:
    return datetime.fromisoformat(text)


def occurrences(text: str, after: str, until: str, zone: ZoneInfo = BERLIN) -> list[Occurrence]:
    recurrence = parse_recurrence(text)
    assert recurrence is not None
    return list(between(recurrence, utc(after), utc(until), zone))


@pytest.mark.parametrize(
    ("text", "cron"),
    [
        ("hourly", "0 * * * *"),
        ("every 15 minutes", "*/15 * * * *"),
        ("every 4 hours", "0 */4 * * *"),
        ("daily at 02:00", "0 2 * * *"),
        ("daily at 00:00", "0 0 * * *"),
        ("weekly on Monday at 02:00", "0 2 * * MON"),
        ("monthly on the 15th at 09:30", "30 9 15 * *"),
        ("monthly on the last day at 09:00", "0 9 L * *"),
        ("monthly on the 4th Friday at 09:00", "0 9 * * FRI#4"),
        ("monthly on the last Sunday at 09:00", "0 9 * * 0L"),
        ("0 9 * * fri#4", "0 9 * * FRI#4"),
        ("  0  9 * *  5 ", "0 9 * * 5"),
    ],
)
def test_a_form_for_people_stands_for_a_cron(text: str, cron: str) -> None:
    recurrence = parse_recurrence(text)
    assert recurrence is not None
    assert recurrence.cron == cron
    assert parse_cron(cron) == recurrence


@pytest.mark.parametrize("form", FORMS)
def test_each_listed_form_is_read(form: str) -> None:
    assert parse_recurrence(form) is not None


@pytest.mark.parametrize(
    "text",
    [
        "", "daily", "daily at 2:00", "daily at 24:00", "every 45 minutes", "every 0 minutes",
        "every 24 hours",
        "weekly at 02:00", "weekly on Moonday at 02:00", "monthly on the 31st at 09:00",
        "monthly on the 5th Friday at 09:00", "monthly on the last at 09:00", "yearly",
        "* * * *", "* * * * * *", "61 * * * *", "0 0 31 2 *", "0 9 * * FRI#6",
        "0 9 * * FRI-MON", "0 9 * * ³L", "0 9 " + "1," * 9000 + "1 * *", "9" * 900 + " * * * *",
    ],
)  # fmt: skip
def test_what_is_no_recurrence_is_none(text: str) -> None:
    assert parse_recurrence(text) is None


def test_before_send_has_no_timetable() -> None:
    assert parse_recurrence("before_send") == BEFORE_SEND
    assert next_after(BEFORE_SEND, utc("2026-12-01"), BERLIN) is None


def test_the_fourth_friday_at_nine_pacific() -> None:
    found = occurrences("0 9 * * FRI#4", "2026-10-01", "2026-12-31", PACIFIC)
    assert [o.instant for o in found] == [
        utc("2026-10-23 16:00"), utc("2026-11-27 17:00"), utc("2026-12-25 17:00"),
    ]  # fmt: skip
    assert {o.nominal.strftime("%A %H:%M") for o in found} == {"Friday 09:00"}


def test_the_next_occurrence_is_strictly_later() -> None:
    daily = parse_recurrence("daily at 02:00")
    assert daily is not None
    first = next_after(daily, utc("2026-12-01 00:59:59"), BERLIN)
    assert first == Occurrence(utc("2026-12-01 01:00"), naive("2026-12-01 02:00"))
    second = next_after(daily, first.instant, BERLIN)
    assert second == Occurrence(utc("2026-12-02 01:00"), naive("2026-12-02 02:00"))


def test_between_leaves_out_its_start_and_holds_its_end() -> None:
    found = occurrences("hourly", "2026-12-01 00:00", "2026-12-01 02:00")
    assert [o.instant.hour for o in found] == [1, 2]


def test_a_nominal_time_in_a_gap_fires_at_its_end() -> None:
    found = occurrences("daily at 02:30", "2027-03-28 00:00", "2027-03-28 12:00")
    assert found == [Occurrence(utc("2027-03-28 01:00"), naive("2027-03-28 02:30"))]


def test_a_nominal_time_that_occurs_twice_fires_once() -> None:
    found = occurrences("daily at 02:30", "2026-10-24 22:00", "2026-10-25 12:00")
    assert found == [Occurrence(utc("2026-10-25 00:30"), naive("2026-10-25 02:30"))]
    assert occurrences("daily at 02:30", "2026-10-25 00:45", "2026-10-25 12:00") == []


def test_each_nominal_time_of_a_gap_fires_on_its_own() -> None:
    found = occurrences("every 30 minutes", "2027-03-28 00:45", "2027-03-28 01:30")
    assert [o.nominal.strftime("%H:%M") for o in found] == ["02:00", "02:30", "03:00", "03:30"]
    assert [o.instant.minute for o in found] == [0, 0, 0, 30]


def test_ticks_that_follow_one_another_miss_and_repeat_nothing() -> None:
    ticks = [f"2027-03-{day} {hour:02}:17" for day in (27, 28, 29) for hour in range(24)]
    pieces = [o for a, b in pairwise(ticks) for o in occurrences("every 20 minutes", a, b)]
    assert pieces == occurrences("every 20 minutes", ticks[0], ticks[-1])


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("daily at 02:00", "2026-12-01"),
        ("0 2 * * MON,TUE", "2026-12-01"),
        ("0 2,14 * * *", "2026-12-01T02:00"),
        ("hourly", "2026-12-01T02:00"),
    ],
)
def test_an_occurrence_is_called_by_its_date_and_by_its_time_where_a_date_has_several(
    text: str, identity: str
) -> None:
    recurrence = parse_recurrence(text)
    assert recurrence is not None
    assert recurrence.identity(naive("2026-12-01 02:00")) == identity


def test_a_date_that_is_rare_is_found_and_one_that_never_comes_is_none() -> None:
    leap = parse_cron("0 9 29 2 *")
    assert leap is not None
    found = next_after(leap, utc("2026-12-01"), BERLIN)
    assert found is not None
    assert found.nominal == naive("2028-02-29 09:00")
