"""Where everything stands: sums that add up, on any terminal."""

import json
from datetime import datetime, timedelta
from typing import Any

from jo.flow.hold import Cause, Hold
from jo.reports.pauses import PauseLine
from jo.reports.standstill import Standstill
from jo.reports.status import (
    ListLine,
    Mails,
    OutreachStatus,
    ProgramStatus,
    StatusReport,
    StepLine,
    WorkerLine,
    by_size,
)
from jo.views import standstill
from jo.views.status import as_json, render
from jo.views.terminal import Look, paint

NOW = datetime(2027, 2, 20, 9)  # noqa: DTZ001 - a report's times are local

MAILS = Mails(
    accepted=150,
    uncertain=1,
    under_way=0,
    waiting={"window": 7, "cap": 2},
    unsent={"suppressed: topic:onboarding (unsubscribe)": 12, "skipped: too late": 8},
)
PROGRAM = ProgramStatus(
    address="program/onboarding",
    is_retired=False,
    entered=41,
    refused={"held out": 8, "no usable address": 5},
    steps=(
        StepLine(step="pipelines", waits={"waits until it is due": 20}),
        StepLine(step="security", waits={"waiting for the mail": 3, "date missing": 2}),
    ),
    ended={"completed": 12, "churned": 4},
    mails=MAILS,
    passages=41,
)
OUTREACH = OutreachStatus(address="outreach/news", is_retired=True, mails=MAILS, next_at=NOW)


def a_worker(**fields: Any) -> WorkerLine:
    defaults: dict[str, Any] = {
        "owner": "host:1",
        "is_alive": True,
        "until": NOW,
        "shards": 64,
        "duties": ("refresh",),
    }
    return WorkerLine(**{**defaults, **fields})


def a_report(**fields: Any) -> StatusReport:
    defaults: dict[str, Any] = {
        "now": NOW,
        "zone": "UTC",
        "is_fast": False,
        "generation": 3,
        "applied_at": NOW,
        "applied_by": "ada",
        "last_tick": NOW,
        "workers": (a_worker(),),
        "lag": timedelta(seconds=3),
        "journeys": (PROGRAM, OUTREACH),
    }
    return StatusReport(**{**defaults, **fields})


def test_every_sum_is_written_out() -> None:
    said = render(a_report(), Look())

    assert "candidates  54 = 41 entered + 8 held out + 5 no usable address" in said
    assert "people      41 = 25 inside + 12 completed + 4 churned" in said
    assert "mails       180 = 150 accepted + 1 uncertain + 9 waiting + 20 not sent" in said
    assert "target      180 = " in said
    assert "security   3 waiting for the mail, 2 date missing" in said
    assert " 7  waiting   outside their window" in said
    assert PROGRAM.inside == 25
    assert MAILS.total == 180


def test_what_an_operator_has_to_know_comes_first() -> None:
    pause = PauseLine(scope="all", who="ada", why="relay moves", at=NOW, until=None, is_over=False)
    said = render(
        a_report(pauses=(pause,), workers=(a_worker(owner="h:1", is_alive=False),)), Look()
    ).splitlines()

    assert said[0] == "Sat 2027-02-20 09:00 (UTC), generation 3 of 2027-02-20 09:00 by ada"
    assert said[1].startswith("jo run has died (h:1)")
    assert said[2] == "paused: all, by ada: relay moves"
    assert any(line.startswith("outreach/news  retired: nobody new") for line in said)


def test_workers_that_share_the_work_are_listed_with_what_they_have() -> None:
    two = a_worker(shards=32), a_worker(owner="host:2", shards=32, duties=("enroll", "events"))
    dead = a_worker(owner="host:3", is_alive=False, shards=0, duties=())
    said = render(a_report(workers=(*two, dead), lag=timedelta(minutes=5)), Look()).splitlines()

    assert said[1] == "jo run is running 2 times; last tick Sat 2027-02-20 09:00; 5 minutes behind"
    assert [line.split() for line in said[2:6]] == [
        ["worker", "shards", "duties", "lease"],
        ["host:1", "32", "refresh", "until", "09:00:00"],
        ["host:2", "32", "enroll,", "events", "until", "09:00:00"],
        ["host:3", "0", "over", "since", "09:00:00"],
    ]


def test_a_worker_that_gives_no_sign_is_told_before_its_lease_is_over() -> None:
    silent = a_worker(owner="host:2", shards=32, silence=timedelta(seconds=50.4))
    said = render(a_report(workers=(a_worker(shards=32), silent)), Look()).splitlines()

    assert said[1].startswith("jo run is running 2 times, 1 of them without a sign of late; ")
    assert said[3].endswith("until 09:00:00")
    assert said[4].endswith("until 09:00:00, last sign 50 s ago")
    alone = render(a_report(workers=(silent,)), Look()).splitlines()
    assert alone[1].startswith("jo run is running (host:2, last sign 50 s ago); ")


def test_work_that_is_late_is_told_and_a_moment_is_not() -> None:
    assert "behind" not in render(a_report(), Look())
    assert "1 minute behind" in render(a_report(lag=timedelta(seconds=61)), Look())
    assert "30 hours behind" in render(a_report(lag=timedelta(hours=30.5)), Look())


def test_a_fresh_store_says_what_to_do() -> None:
    assert "`jo apply`" in render(a_report(generation=0, applied_at=None, journeys=()), Look())


def test_lists_say_when_they_were_refreshed_and_why_they_were_kept() -> None:
    line = ListLine(
        name="admins",
        size=1_234,
        refreshed_at=NOW,
        as_of=NOW,
        kept_because="6 members, at most 5 are allowed",
        left_out={"excluded": 3},
    )
    said = render(a_report(lists=(line,)), Look(width=120))
    assert "1,234" in said
    assert "kept as before, because 6 members, at most 5 are allowed, 3 excluded" in " ".join(said.split())


def test_no_line_is_wider_than_the_terminal() -> None:
    holds = tuple(Hold(cause=cause, detail="It was at /var/lib/jo/journal/1.", at=NOW) for cause in Cause)
    pause = PauseLine(scope="all", who="ada", why="moved " * 40, at=NOW, until=NOW, is_over=False)
    report = a_report(holds=holds, pauses=(pause,))

    for width in (80, 120):
        look = Look(width=width)
        held = paint(standstill.lines(Standstill(holds=holds, waiting=()), look), look)
        assert all(len(line) <= width for line in (render(report, look) + held).splitlines())


def test_a_hold_says_what_it_means_before_it_says_how_it_is_lifted() -> None:
    hold = Hold(cause=Cause.JOURNAL_LOST, detail="It was at /var/lib/jo/journal/1.", at=NOW)
    said = " ".join(render(a_report(holds=(hold,)), Look()).split())

    assert "on hold since 2027-02-20 09:00: journal-lost. The store was used with a journal" in said
    assert said.index("/var/lib/jo/journal/1.") < said.index("`jo run --release`")


def test_json_has_the_same_numbers() -> None:
    document = json.loads(as_json(a_report()))
    program, outreach = document["journeys"]
    assert program["candidates"] == program["entered"] + sum(program["refused"].values())
    assert program["mails"]["total"] == 180
    assert [step["people"] for step in program["inside"]] == [20, 5]
    assert outreach["mails"]["not_sent"] == dict(MAILS.unsent)


def test_counts_are_sorted_by_size_and_zeros_are_left_out() -> None:
    assert list(by_size({"a": 1, "b": 3, "c": 0, "d": 1})) == ["b", "a", "d"]
