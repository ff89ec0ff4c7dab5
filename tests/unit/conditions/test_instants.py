"""Time expressions: read, checked, and evaluated on local clocks."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jo.conditions.facts import Facts
from jo.conditions.instants import (
    check_time,
    evaluate,
    gives_date,
    needs_calendar,
    parse_time,
    time_paths,
    time_text,
)
from jo.conditions.to_python import compile_value
from jo.conditions.tree import Path
from jo.conditions.types import Place
from jo.diagnostics.codes import BAD_TIME, DANGLING_REFERENCE, MISTYPED_CONDITION, UNKNOWN_FIELD, Code
from jo.timing.calendars import Calendar, Span, weekly
from tests.unit.conditions.scopes import scope
from tests.unit.conditions.test_to_python import Person, Records

BERLIN, TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
ENTERED = datetime(2026, 11, 20, 14, 45, tzinfo=UTC)
PROGRAM = scope(Place.PROGRAM)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("company.live_at + 10 days at 09:00", "company.live_at + 10 days at 09:00"),
        ("  company.live_at+1 days", "company.live_at + 1 day"),
        ("entered", "entered"),
        ("entered - 2 business days + 3 hours", "entered - 2 business days + 3 hours"),
        ("sent( 'it''s' ) + 1 month", "sent('it''s') + 1 month"),
        ("2026-12-01", "2026-12-01"),
        ("'2026-12-01 09:00'", "2026-12-01 09:00"),
        ("2026-12-01 at 09:00", "2026-12-01 at 09:00"),
        ("earliest(entered + 3 days at 08:00,contact.born, 2026-01-01)",) * 2,
        ("latest(earliest(entered))", "latest(earliest(entered))"),
        ("tuesday 09:00", "Tuesday 09:00"),
        ("entered.at", "entered.at"),
    ],
)
def test_a_time_has_one_normal_text(text: str, normal: str) -> None:
    expr, faults = parse_time(text)
    assert faults == ()
    assert expr is not None
    assert time_text(expr) == normal.replace(",contact", ", contact")
    assert parse_time(time_text(expr)) == (expr, ())


@pytest.mark.parametrize(
    ("text", "stretch", "help_"),
    [
        ("", "", "Tuesday 09:00"),
        ("entered + ", "", "3 days"),
        ("entered + 3", "3", "`3 days`"),
        ("entered + 3 fortnights", "3", "`3 days`"),
        ("entered + day", "day", "whole number"),
        ("entered + 10:30", "10:30", "whole number"),
        ("entered at 9:00", "9:00", "two digits"),
        ("entered at 24:00", "24:00", "two digits"),
        ("entered at", "", "two digits"),
        ("Tuesday", "", "two digits"),
        ("Tuesday 09:00 + 1 day", "+", "Tuesday 09:00"),
        ("09:00", "09:00", "Tuesday 09:00"),
        ("2026-02-30", "2026-02-30", "`2026-12-31`"),
        ("'soon'", "'soon'", "`2026-12-31 09:00`"),
        ("sent(hello)", "hello", "`sent('hello')`"),
        ("happened('login')", "happened", "`sent('step')`"),
        ("earliest()", ")", "Tuesday 09:00"),
        ("earliest(entered", "", "Tuesday 09:00"),
        ("contact. + 1 day", "+", "namespace.field"),
        ("entered; drop", ";", "Tuesday 09:00"),
        ("earliest(" * 50, "(", "any number"),
        ("x" * 2000, "x" * 1000, "Tuesday 09:00"),
    ],
)
def test_what_is_no_time_says_what_to_write(text: str, stretch: str, help_: str) -> None:
    expr, [fault] = parse_time(text)
    assert expr is None
    assert fault.code is BAD_TIME
    assert text[fault.start : fault.end].startswith(stretch)
    assert help_ in fault.help


@pytest.mark.parametrize(
    ("text", "code", "stretch"),
    [
        ("company.live_ad + 1 day", UNKNOWN_FIELD, "live_ad"),
        ("entered + 1 day", None, ""),
        ("earliest(live_at, entered)", UNKNOWN_FIELD, "live_at"),
        ("contact.role + 1 day", MISTYPED_CONDITION, "contact.role"),
        ("latest(entered, sent('helo'))", DANGLING_REFERENCE, "'helo'"),
        ("entered +", BAD_TIME, ""),
    ],
)
def test_names_and_types_are_checked(text: str, code: Code | None, stretch: str) -> None:
    faults = check_time(text, PROGRAM)
    assert [(fault.code, text[fault.start : fault.end]) for fault in faults] == (
        [(code, stretch)] if code else []
    )


def test_a_tree_is_checked_by_its_normal_text() -> None:
    expr, _ = parse_time("  company.live_ad   + 1 day")
    assert expr is not None
    [fault] = check_time(expr, PROGRAM)
    assert time_text(expr)[fault.start : fault.end] == "live_ad"


def moment(
    text: str,
    *,
    zone: ZoneInfo = BERLIN,
    company: Mapping[str, object] | None = None,
    sent: datetime | None = None,
    anchor: datetime | None = None,
    calendar: Calendar | None = None,
) -> datetime | None:
    expr, faults = parse_time(text)
    assert faults == ()
    assert expr is not None
    assert check_time(expr, PROGRAM) == ()
    person = Person(rows={"company": company or {}}, passage=Records(sent_at={"hello": sent} if sent else {}))

    def read(path: Path, facts: Facts) -> object:
        return compile_value(path, PROGRAM)(facts)

    return evaluate(expr, person, value_of=read, entered=ENTERED, zone=zone, anchor=anchor, calendar=calendar)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]  # year to minute, as datetime has them


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("entered", BERLIN, ENTERED),
        ("entered + 24 hours", BERLIN, utc(2026, 11, 21, 14, 45)),
        ("entered at 09:00", BERLIN, utc(2026, 11, 20, 8)),
        ("entered at 09:00", TOKYO, utc(2026, 11, 20, 0)),
        ("2026-12-01", BERLIN, utc(2026, 11, 30, 23)),
        ("2026-12-01 09:00", TOKYO, utc(2026, 12, 1, 0)),
        ("2026-12-01 at 09:00", TOKYO, utc(2026, 12, 1, 0)),
        ("2026-01-31 + 1 month", BERLIN, utc(2026, 2, 27, 23)),
        ("2026-12-01 - 12 hours", BERLIN, utc(2026, 11, 30, 11)),
        ("2026-03-28 + 1 day at 02:30", BERLIN, utc(2026, 3, 29, 1)),  # the clock skips 02:30
        ("2026-10-25 at 02:30", BERLIN, utc(2026, 10, 25, 0, 30)),  # the clock shows 02:30 twice
        ("2018-11-03 + 1 day", SAO_PAULO, utc(2018, 11, 4, 3)),  # a day without a midnight
        ("2018-11-03 + 2 days", SAO_PAULO, utc(2018, 11, 5, 2)),  # and the next one has it again
        ("earliest(entered, 2026-12-01)", BERLIN, ENTERED),
        ("latest(entered, 2026-12-01)", BERLIN, utc(2026, 11, 30, 23)),
        ("earliest(2026-12-02, 2026-12-01) + 1 day", BERLIN, utc(2026, 12, 1, 23)),
    ],
)
def test_a_time_is_a_moment_on_the_local_clock(text: str, zone: ZoneInfo, expected: datetime) -> None:
    assert moment(text, zone=zone) == expected


def test_fields_give_dates_and_timestamps() -> None:
    company = {"customer_since": date(2026, 11, 1), "live_at": utc(2026, 11, 1, 23, 30)}
    assert moment("company.customer_since + 1 week", company=company) == utc(2026, 11, 7, 23)
    assert moment("company.live_at + 1 day", company=company) == utc(2026, 11, 2, 23, 30)
    assert moment("company.live_at at 09:00", company=company) == utc(2026, 11, 2, 8)


def test_null_makes_the_whole_null_but_a_choice_skips_it() -> None:
    assert moment("company.live_at + 10 days at 09:00") is None
    assert moment("sent('hello') + 1 day") is None
    assert moment("earliest(company.live_at, entered)") == ENTERED
    assert moment("latest(company.live_at, sent('hello'))") is None


def test_sent_is_the_moment_of_the_mail() -> None:
    assert moment("sent('hello') + 2 hours", sent=utc(2026, 11, 21, 8)) == utc(2026, 11, 21, 10)


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        (utc(2026, 11, 20, 14, 45), utc(2026, 11, 24, 8)),
        (utc(2026, 11, 24, 7, 59), utc(2026, 11, 24, 8)),
        (utc(2026, 11, 24, 8), utc(2026, 12, 1, 8)),  # strictly after, or a circle would spin
        (utc(2026, 11, 23, 23, 30), utc(2026, 11, 24, 8)),  # already Tuesday there
    ],
)
def test_a_weekly_time_is_the_next_one_after_the_anchor(anchor: datetime, expected: datetime) -> None:
    assert moment("Tuesday 09:00", anchor=anchor) == expected


def test_business_days_need_a_calendar() -> None:
    calendar = Calendar(hours=weekly(range(5), Span(time(9), time(17))))
    assert moment("entered + 1 business day", calendar=calendar) == utc(2026, 11, 23, 14, 45)
    assert moment("2026-11-20 + 1 business day at 09:00", calendar=calendar) == utc(2026, 11, 23, 8)
    with pytest.raises(ValueError, match="calendar"):
        moment("entered + 1 business day")
    expr, _ = parse_time("latest(entered + 1 business day, 2026-01-01)")
    assert expr is not None
    assert needs_calendar(expr)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("company.customer_since + 1 day", True),
        ("company.customer_since + 24 hours", False),
        ("company.customer_since at 09:00", False),
        ("company.live_at", False),
        ("2026-12-01", True),
        ("latest(2026-12-01, company.customer_since)", True),
        ("latest(2026-12-01, entered)", False),
    ],
)
def test_a_bare_day_is_known_without_data(text: str, bare: bool) -> None:
    expr, _ = parse_time(text)
    assert expr is not None
    assert gives_date(expr, PROGRAM) is bare


def test_the_fields_of_a_time_are_known() -> None:
    expr, _ = parse_time("earliest(company.live_at + 1 day, contact.born, entered)")
    assert expr is not None
    assert time_paths(expr) == {"company.live_at", "contact.born"}


WORDS = st.sampled_from(
    (
        *("entered", "sent(", "'hello'", ")", "(", ",", "+", "-", "at", "09:00", "9:00", "3", "days", "day"),
        *("business", "month", "2026-12-01", "2026-02-30", "company", ".", "live_at", "earliest(", "latest("),
        *("Tuesday", "'", "''", "é", "\n", "24:00", "999999999"),
    )
)


@settings(derandomize=True, max_examples=800, deadline=None)
@given(
    st.one_of(
        st.lists(WORDS, max_size=10).map(" ".join),
        st.lists(WORDS, max_size=8).map("".join),
        st.text(max_size=40),
    )
)
def test_no_text_raises_and_what_reads_rereads(text: str) -> None:
    expr, faults = parse_time(text)
    assert (expr is None) == bool(faults)
    check_time(text, PROGRAM)
    if expr is not None:
        assert parse_time(time_text(expr)) == (expr, ())
