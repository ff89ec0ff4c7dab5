"""When an outreach goes out: its occurrences, and each person's moment."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jo.flow.occurrence import ONCE, is_too_late, missed_times, moment, next_opening, open_occurrences
from jo.model.outreach import CatchUp, CatchUpPolicy, Once, Outreach, Recurring, Schedule
from jo.timing.durations import Duration, Unit
from jo.timing.recurrence import parse_cron

PROJECT = ZoneInfo("America/Los_Angeles")
TOKYO, BERLIN, APIA = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Apia")
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
NINE = datetime(2026, 12, 8, 9)  # noqa: DTZ001 - a nominal local time


def once(zone: str | None = "contact", **changes: object) -> Outreach:
    outreach = Outreach(
        name="release",
        audience="everybody",
        template="news",
        schedule=Schedule(when=Once(at=NINE), timezone=zone),
        versions={},
    )
    return replace(outreach, **changes)  # type: ignore[arg-type]


def recurring(cron: str, zone: str | None = None, **changes: object) -> Outreach:
    recurrence = parse_cron(cron)
    assert recurrence is not None
    return once(schedule=Schedule(when=Recurring(recurrence=recurrence), timezone=zone), **changes)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_in_the_contacts_zone_an_occurrence_opens_where_the_day_begins_first() -> None:
    assert not open_occurrences(once(), SINCE, None, utc("2026-12-07 18:59"), PROJECT)

    (found,) = open_occurrences(once(), SINCE, None, utc("2026-12-07 19:00"), PROJECT)

    assert found.name == ONCE
    assert found.opens == utc("2026-12-07 19:00")
    assert found.closes > utc("2026-12-08 21:00")


@pytest.mark.parametrize(
    ("zone", "at"),
    [(APIA, "2026-12-07 20:00"), (TOKYO, "2026-12-08 00:00"), (BERLIN, "2026-12-08 08:00")],
)
def test_each_person_is_due_at_the_nominal_time_of_their_own_zone(zone: ZoneInfo, at: str) -> None:
    assert moment(once(), NINE, "default", zone, PROJECT) == utc(at)


def test_a_fixed_zone_makes_one_moment_for_all() -> None:
    outreach = once("Europe/Berlin")

    assert {moment(outreach, NINE, "default", zone, PROJECT) for zone in (TOKYO, APIA)} == {
        utc("2026-12-08 08:00")
    }
    assert moment(once(None), NINE, "default", TOKYO, PROJECT) == utc("2026-12-08 17:00")


def test_a_version_may_have_a_time_of_its_own_and_keeps_the_occurrence_open_for_it() -> None:
    outreach = once(versions={"ja": Once(at=NINE + timedelta(days=2))})

    assert moment(outreach, NINE, "ja", TOKYO, PROJECT) == utc("2026-12-10 00:00")
    (found,) = open_occurrences(outreach, SINCE, None, utc("2026-12-09 12:00"), PROJECT)
    assert found.closes > utc("2026-12-10 00:00")


def test_what_was_over_before_the_first_apply_never_opens() -> None:
    assert not open_occurrences(once(), utc("2026-12-09 12:00"), None, utc("2026-12-09 13:00"), PROJECT)


def test_a_closed_occurrence_stays_closed() -> None:
    assert not open_occurrences(once(), SINCE, NINE, utc("2026-12-08 12:00"), PROJECT)


def test_the_fourth_friday_is_the_fourth_friday_of_each_month() -> None:
    outreach = recurring("0 9 * * FRI#4", "America/Los_Angeles")

    names = [
        found.name
        for month in (11, 12)
        for found in open_occurrences(outreach, SINCE, None, utc(f"2026-{month}-27 17:00"), PROJECT)
        if found.following is None
    ]

    assert names == ["2026-11-27", "2026-12-25"]


def test_each_open_occurrence_knows_the_one_that_follows() -> None:
    outreach = recurring("0 9 * * *", "UTC")

    found = open_occurrences(outreach, SINCE, datetime(2026, 12, 1, 9), utc("2026-12-04 12:00"), PROJECT)  # noqa: DTZ001

    assert [item.name for item in found] == ["2026-12-02", "2026-12-03", "2026-12-04"]
    assert [item.following for item in found] == [found[1].nominal, found[2].nominal, None]


def test_the_latest_occurrence_is_another_one_for_people_in_another_zone() -> None:
    outreach = recurring("0 9 * * *", "contact")
    now = utc("2026-12-08 20:30")
    yesterday, today = open_occurrences(outreach, SINCE, None, now, PROJECT)[-2:]

    def is_late(zone: str) -> bool:
        due, following = (
            moment(outreach, item.nominal, "default", ZoneInfo(zone), PROJECT) for item in (yesterday, today)
        )
        return is_too_late(outreach, due, following, SINCE, now)

    assert not is_late("Pacific/Pago_Pago"), "there the day of the next one has not come"
    assert is_late("Pacific/Kiritimati")


@pytest.mark.parametrize(
    ("catch_up", "hours_late", "is_late"),
    [
        (CatchUp(), 48, False),
        (CatchUp(within=Duration(6, Unit.HOUR)), 5, False),
        (CatchUp(within=Duration(6, Unit.HOUR)), 7, True),
        (CatchUp(policy=CatchUpPolicy.SKIP), 1, True),
        (CatchUp(policy=CatchUpPolicy.SKIP), 0, False),
    ],
)
def test_how_late_is_too_late_is_for_the_author_to_say(
    catch_up: CatchUp, hours_late: int, is_late: bool
) -> None:
    outreach = once("UTC", catch_up=catch_up)
    due = utc("2026-12-08 09:00")
    now = due + timedelta(hours=hours_late)

    assert is_too_late(outreach, due, None, SINCE, now) is is_late


def test_whose_moment_lies_before_the_first_apply_gets_nothing() -> None:
    since = utc("2026-12-08 06:00")
    now = utc("2026-12-08 08:00")

    assert is_too_late(once(), moment(once(), NINE, "default", TOKYO, PROJECT), None, since, now)
    assert not is_too_late(once(), moment(once(), NINE, "default", BERLIN, PROJECT), None, since, now)


def test_the_next_opening_lies_ahead_and_ends_for_a_single_occurrence() -> None:
    assert next_opening(once("UTC"), utc("2026-12-01 00:00"), PROJECT) == utc("2026-12-08 09:00")
    assert next_opening(once("UTC"), utc("2026-12-08 09:00"), PROJECT) is None
    daily = recurring("0 9 * * *", "contact")
    assert next_opening(daily, utc("2026-12-07 19:00"), PROJECT) == utc("2026-12-08 19:00")


def test_a_version_with_an_earlier_time_of_its_own_opens_the_occurrence() -> None:
    outreach = once("UTC", versions={"ja": Once(at=NINE - timedelta(days=3))})

    assert next_opening(outreach, utc("2026-12-01 00:00"), PROJECT) == utc("2026-12-05 09:00")


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        ("Europe/Berlin", "2026-12-08 08:00", []),
        ("Europe/Berlin", "2026-12-08 08:01", [True]),
        (None, "2026-12-08 17:00", []),
        (None, "2026-12-08 17:01", [True]),
        ("contact", "2026-12-07 19:00", []),
        ("contact", "2026-12-07 19:01", [False]),
        ("contact", "2026-12-08 21:00", [False]),
        ("contact", "2026-12-08 21:01", [True]),
    ],
)
def test_a_time_is_missed_when_it_had_come_for_somebody_before_the_outreach_was_live(
    zone: str | None, now: str, expected: list[bool]
) -> None:
    assert [found.is_over for found in missed_times(once(zone), utc(now), PROJECT)] == expected


def test_each_version_with_a_time_of_its_own_may_be_missed_alone() -> None:
    outreach = once("UTC", versions={"ja": Once(at=NINE - timedelta(days=2))})

    (found,) = missed_times(outreach, utc("2026-12-07 09:00"), PROJECT)

    assert (found.version, found.at) == ("ja", NINE - timedelta(days=2))


def test_a_schedule_that_comes_again_is_never_missed() -> None:
    assert missed_times(recurring("0 9 * * *"), utc("2030-01-01"), PROJECT) == ()
