from datetime import date, time

import pytest

from jo.timing.calendars import LAST_DAY, Calendar, Hours, Region, Span, weekly

FRIDAY, SATURDAY, MONDAY = date(2026, 12, 4), date(2026, 12, 5), date(2026, 12, 7)
NINE_TO_FIVE = Span(time(9), time(17))


def office(**changes: object) -> Calendar:
    return Calendar(**{"hours": weekly(range(5), NINE_TO_FIVE), **changes})  # type: ignore[arg-type] # a builder


def test_an_office_works_monday_to_friday() -> None:
    calendar = office()
    assert [calendar.is_working_day(day) for day in (FRIDAY, SATURDAY, MONDAY)] == [True, False, True]
    assert calendar.spans_on(FRIDAY) == (NINE_TO_FIVE,)
    assert calendar.spans_on(SATURDAY) == ()


def test_a_holiday_is_no_working_day() -> None:
    calendar = office(holidays=frozenset({MONDAY}))
    assert not calendar.is_working_day(MONDAY)
    assert calendar.add_business_days(FRIDAY, 1) == date(2026, 12, 8)


def test_a_blackout_closes_the_hours_of_a_working_day() -> None:
    calendar = office(blackout=frozenset({MONDAY}))
    assert calendar.is_working_day(MONDAY)
    assert calendar.spans_on(MONDAY) == ()


def test_a_region_has_its_holidays_besides_the_common_ones() -> None:
    calendar = office(
        holidays=frozenset({FRIDAY}), regions=(Region(name="jp", holidays=frozenset({MONDAY})),)
    )
    assert calendar.is_working_day(MONDAY)
    assert not calendar.in_region("jp").is_working_day(MONDAY)
    assert not calendar.in_region("jp").is_working_day(FRIDAY)
    assert calendar.in_region(None) == calendar.in_region("nowhere")


def test_business_days_count_from_the_day_and_leave_it_for_zero() -> None:
    calendar = office()
    assert calendar.add_business_days(FRIDAY, 1) == calendar.add_business_days(SATURDAY, 1) == MONDAY
    assert calendar.add_business_days(MONDAY, -1) == calendar.add_business_days(SATURDAY, -1) == FRIDAY
    assert calendar.add_business_days(SATURDAY, 0) == SATURDAY


def test_a_calendar_that_never_works_ends_with_the_domain() -> None:
    assert Calendar(hours=weekly(())).add_business_days(FRIDAY, 1) == LAST_DAY


def test_a_week_has_seven_days() -> None:
    with pytest.raises(ValueError, match="seven"):
        Hours(((NINE_TO_FIVE,),))
