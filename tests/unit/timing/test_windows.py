from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from jo.timing.calendars import Calendar, Span, weekly
from jo.timing.windows import Window, next_allowed, quiet_hours

BERLIN, LOS_ANGELES = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Los_Angeles")
OFFICE = Calendar(hours=weekly(range(5), Span(time(9), time(17))))
NIGHTLY_QUIET = quiet_hours(time(21), time(8))


def opening(text: str, *windows: Window, zone: ZoneInfo = BERLIN) -> str | None:
    """Return the opening (UTC) after an instant in UTC, both without their zone."""
    found = next_allowed(datetime.fromisoformat(text).replace(tzinfo=UTC), zone, *windows)
    return None if found is None else found.replace(tzinfo=None).isoformat(" ", "minutes")


def test_inside_the_window_now_is_allowed() -> None:
    assert opening("2026-12-01 08:00", OFFICE) == "2026-12-01 08:00"
    assert opening("2026-12-01 15:59", OFFICE) == "2026-12-01 15:59"


def test_the_end_is_exclusive() -> None:
    assert opening("2026-12-01 16:00", OFFICE) == "2026-12-02 08:00"


def test_a_weekend_waits_for_monday() -> None:
    assert opening("2026-12-04 16:30", OFFICE) == "2026-12-07 08:00"


def test_weekdays_are_the_persons() -> None:
    assert opening("2026-12-05 00:30", OFFICE, zone=LOS_ANGELES) == "2026-12-05 00:30"  # Friday 16:30 there
    assert opening("2026-12-07 00:30", OFFICE, zone=LOS_ANGELES) == "2026-12-07 17:00"  # Sunday there


def test_holidays_and_blackouts_are_passed_over() -> None:
    closed = Calendar(
        hours=OFFICE.hours, holidays=frozenset({date(2026, 12, 2)}), blackout=frozenset({date(2026, 12, 3)})
    )
    assert opening("2026-12-01 17:00", closed) == "2026-12-04 08:00"


def test_quiet_hours_cross_midnight() -> None:
    assert opening("2026-12-01 20:30", NIGHTLY_QUIET) == "2026-12-02 07:00"
    assert opening("2026-12-02 06:59", NIGHTLY_QUIET) == "2026-12-02 07:00"
    assert opening("2026-12-02 19:59", NIGHTLY_QUIET) == "2026-12-02 19:59"
    assert opening("2026-12-02 20:00", NIGHTLY_QUIET) == "2026-12-03 07:00"


def test_quiet_hours_within_a_day_leave_its_night_open() -> None:
    lunch = quiet_hours(time(12), time(13))
    assert opening("2026-12-01 11:30", lunch) == "2026-12-01 12:00"
    assert opening("2026-12-01 00:30", lunch) == "2026-12-01 00:30"


def test_quiet_hours_must_end_at_another_time_than_they_start() -> None:
    with pytest.raises(ValueError, match="whole day"):
        quiet_hours(time(8), time(8))


def test_several_windows_must_all_be_open() -> None:
    evenings = weekly((1, 3), Span(time(16), time(22)))
    assert opening("2026-12-01 12:00", OFFICE, evenings, NIGHTLY_QUIET) == "2026-12-01 15:00"
    assert opening("2026-12-01 16:00", OFFICE, evenings, NIGHTLY_QUIET) == "2026-12-03 15:00"


def test_windows_that_never_meet_never_open() -> None:
    assert opening("2026-12-01 12:00", OFFICE, weekly((5, 6), Span(time(0), time(0)))) is None


def test_no_window_allows_now() -> None:
    assert opening("2026-12-01 12:00") == "2026-12-01 12:00"


def test_an_opening_in_a_gap_is_the_end_of_the_gap() -> None:
    assert opening("2027-03-27 23:00", weekly((6,), Span(time(2, 30), time(4)))) == "2027-03-28 01:00"


def test_hours_that_lie_in_a_gap_do_not_open_that_day() -> None:
    night = weekly(range(7), Span(time(2, 15), time(2, 45)))
    assert opening("2027-03-27 23:00", night) == "2027-03-29 00:15"


def test_a_repeated_hour_is_inside_twice() -> None:
    night = weekly(range(7), Span(time(2, 30), time(3)))
    assert opening("2026-10-25 00:30", night) == "2026-10-25 00:30"
    assert opening("2026-10-25 01:00", night) == "2026-10-25 01:30"
    early = weekly(range(7), Span(time(1), time(2, 15)))
    assert opening("2026-10-25 00:20", early) == "2026-10-25 01:00"


def test_a_window_beyond_the_horizon_counts_as_closed_for_good() -> None:
    feast = Calendar(
        hours=OFFICE.hours, holidays=frozenset(date.fromordinal(n) for n in range(739500, 740500))
    )
    assert opening("2026-12-01 12:00", feast) is None
