"""What a run has done is told in words, by day, and by week when it was long."""

from datetime import date, datetime, timedelta
from typing import Any

from jo.reports.tick import WORDS, Day, RunReport, add_up, in_words
from jo.views.run import as_json, render
from jo.views.terminal import Look

MONDAY = date(2026, 12, 7)
START = datetime(2026, 12, 7, 8)  # noqa: DTZ001 - a report's times are local


def a_report(*days: Day, ended: datetime = START, **fields: Any) -> RunReport:
    defaults: dict[str, Any] = {"zone": "UTC", "ticks": 3, "next_at": None}
    return RunReport(started=START, ended=ended, days=days, **{**defaults, **fields})


def test_counts_get_their_words_in_order_and_unknown_ones_are_left_out() -> None:
    counts = {
        "send.accepted": 3,
        "enroll.entered": 2,
        "advance.decided": 9,
        "advance.planned": 1,
        "outreach.planned": 4,
    }
    assert list(in_words(counts).items()) == [
        ("entered programs", 2),
        ("mails planned", 5),
        ("mails sent", 3),
    ]


def test_sums_keep_the_order_of_the_words() -> None:
    assert list(add_up([{"mails sent": 1}, {"entered programs": 2, "mails sent": 1}]).items()) == [
        ("entered programs", 2),
        ("mails sent", 2),
    ]
    assert add_up([]) == {}


def test_one_look_is_a_list() -> None:
    report = a_report(Day(day=MONDAY, counts={"entered programs": 2, "mails suppressed": 1}))
    assert render(report, Look()) == (
        "Mon 2026-12-07 08:00 (UTC)\n  2  entered programs\n  1  mail suppressed\nNothing is planned.\n"
    )


def test_nothing_to_do_says_when_there_will_be() -> None:
    report = a_report(next_at=START + timedelta(hours=2))
    assert render(report, Look()) == (
        "Mon 2026-12-07 08:00 (UTC): nothing to do.\nNext work: Mon 2026-12-07 10:00.\n"
    )


def test_some_days_are_told_one_by_one_without_those_on_which_only_lists_changed() -> None:
    quiet = Day(day=MONDAY + timedelta(days=1), counts={"came into lists": 4})
    busy = Day(day=MONDAY, counts={"mails sent": 5, "mails expired": 1})
    said = render(a_report(busy, quiet, ended=START + timedelta(days=2)), Look())

    assert "Mon 2026-12-07                       5         1 mail expired" in said
    assert "Tue 2026-12-08" not in said
    assert "in all" in said


def test_a_long_run_is_told_by_weeks() -> None:
    days = [Day(day=MONDAY + timedelta(days=number), counts={"mails sent": 1}) for number in range(40)]
    report = a_report(*days, ended=START + timedelta(days=40), is_interrupted=True)
    said = render(report, Look())

    assert [week.counts["mails sent"] for week in report.weeks] == [7, 7, 7, 7, 7, 5]
    assert said.count("\nMon 2026-12") == 4
    assert said.endswith("Stopped before it was done; run it again to go on.\n")


def test_no_line_is_wider_than_the_terminal() -> None:
    everything = dict.fromkeys(WORDS.values(), 12_345)
    report = a_report(Day(day=MONDAY, counts=everything), ended=START + timedelta(days=2))
    for width in (80, 120):
        assert all(len(line) <= width for line in render(report, Look(width=width)).splitlines())


def test_json_holds_what_people_see() -> None:
    said = as_json(a_report(Day(day=MONDAY, counts={"mails sent": 5})))
    assert '"mails sent": 5' in said
    assert '"day": "2026-12-07"' in said
