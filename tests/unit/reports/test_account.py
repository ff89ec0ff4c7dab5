"""The account is put together from what `jo sends` and `jo status` say as JSON."""

from datetime import date
from typing import Any

from jo.reports.account import Sent, read_account
from jo.views.account import render
from jo.views.terminal import Look


def a_send(
    contact: str, day: str = "2026-12-01", template: str = "hello", state: str = "accepted"
) -> dict[str, Any]:
    return {"contact": contact, "at": f"{day}T09:00:00+00:00", "template": template, "state": state}


STATUS: dict[str, Any] = {
    "journeys": [
        {
            "address": "program/care",
            "inside": [{"step": "tips", "people": 3, "waits": {"waits 3 days": 2, "date missing": 1}}],
            "refused": {"held out": 4},
            "mails": {"not_sent": {"skipped: too late": 1}},
        },
        {"address": "outreach/news", "mails": {"not_sent": {"duplicate": 2}}},
    ]
}


def test_mails_are_counted_by_day_and_template_with_examples() -> None:
    sends = [
        *(a_send(f"c{number}") for number in (3, 1, 2)),
        a_send("c1", template="tip", day="2026-12-04"),
        a_send("c9", state="pending"),
        a_send("c4", state="uncertain"),
    ]
    account = read_account(sends, STATUS)

    assert account.sent == (
        Sent(day=date(2026, 12, 1), template="hello", count=4, examples=("c1", "c2")),
        Sent(day=date(2026, 12, 4), template="tip", count=1, examples=("c1",)),
    )
    assert (account.total, account.uncertain) == (5, 1)


def test_who_waits_and_who_was_left_out_come_with_their_reasons() -> None:
    account = read_account([], STATUS)
    assert account.waiting == (
        ("program/care#tips", 2, "waits 3 days"),
        ("program/care#tips", 1, "date missing"),
    )
    assert account.left_out == (
        ("program/care", 4, "held out"),
        ("program/care", 1, "skipped: too late"),
        ("outreach/news", 2, "duplicate"),
    )


def test_a_long_account_sums_up_its_middle() -> None:
    sends = [a_send("c1", day=f"2026-{month:02}-{day:02}") for month in (10, 11, 12) for day in range(1, 29)]
    said = render(read_account(sends, STATUS), Look())
    lines = [line.split() for line in said.splitlines()]
    assert ["…", "1", "kind", "44"] in lines
    assert ["in", "all", "84"] in lines
    assert lines.index(["…", "1", "kind", "44"]) == 22


def test_nobody_is_said_to_be_nobody() -> None:
    said = render(read_account([], {"journeys": []}), Look())
    assert said.count("  nobody\n") == 2
    assert "  nothing\n" in said
