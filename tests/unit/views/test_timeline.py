"""A person's story: in order, in their own time, on any terminal."""

import json
from datetime import datetime, timedelta
from typing import Any

from jo.reports.timeline import Happened, Next, Refused, Sort, Timeline
from jo.views.terminal import Look
from jo.views.timeline import as_json, render

NOW = datetime(2026, 12, 9, 9)  # noqa: DTZ001 - a report's times are local


def a_timeline(**fields: Any) -> Timeline:
    defaults: dict[str, Any] = {
        "contact": "c17",
        "address": "ada@people.example",
        "now": NOW,
        "zone": "Europe/Berlin",
        "is_gone": False,
        "lists": ("admins",),
        "optouts": {},
        "happened": (),
        "next": (),
        "refused": (),
    }
    return Timeline(**{**defaults, **fields})


def an_event(what: str, where: str = "", days: int = 0, sort: Sort = Sort.PASSAGE) -> Happened:
    return Happened(at=NOW + timedelta(days=days), where=where, what=what, sort=sort)


def test_a_story_shows_a_time_once_and_lines_up() -> None:
    happened = (
        an_event("entered", "program/care"),
        an_event("mail `hello` went out", "program/care#hello", sort=Sort.MAIL),
        an_event("event trial.activated", days=1, sort=Sort.PERSON),
    )
    said = render([a_timeline(happened=happened)], Look())
    assert said == (
        "c17 <ada@people.example>\n"
        "Now Wed 2026-12-09 09:00 (Europe/Berlin)\n"
        "In admins\n"
        "\n"
        "What happened\n"
        "  Wed 2026-12-09 09:00  program/care        entered\n"
        "                        program/care#hello  mail `hello` went out\n"
        "  Thu 2026-12-10 09:00                      event trial.activated\n"
    )


def test_what_comes_next_and_why_not_have_their_own_parts() -> None:
    following = (
        Next(where="program/care#tips", what="waits 3 days", at=NOW + timedelta(days=3)),
        Next(where="program/care#date", what="date missing", at=None),
    )
    refused = (
        Refused(where="program/other", why="held out", at=NOW, is_final=True),
        Refused(where="program/third", why="no usable address", at=NOW, is_final=False),
    )
    said = render([a_timeline(next=following, refused=refused)], Look())
    assert "  program/care#tips  waits 3 days  Sat 2026-12-12 09:00\n" in said
    assert "  program/care#date  date missing  when something changes\n" in said
    assert "  program/other  held out           2026-12-09\n" in said
    assert "  program/third  no usable address  asked again at each refresh\n" in said


def test_what_stands_against_mail_is_said_at_the_top() -> None:
    said = render([a_timeline(address=None, is_gone=True, optouts={"marketing": "complaint"})], Look())
    assert said.startswith("c17, without a usable address, gone from the source\n")
    assert "Opted out of marketing (complaint)\n" in said


def test_data_cannot_act_on_the_terminal() -> None:
    said = render([a_timeline(contact="c\x1b[2J", happened=(an_event("mail \x1b]0;x\x07"),))], Look())
    assert "\x1b" not in said
    assert "\x07" not in said


def test_no_line_is_wider_than_the_terminal() -> None:
    happened = tuple(an_event("mail `hello` went out, " * 6, f"program/onboarding#step{n}") for n in range(3))
    for width in (80, 120):
        said = render([a_timeline(happened=happened)], Look(width=width))
        assert all(len(line) <= width for line in said.splitlines())


def test_json_keeps_everything() -> None:
    document = json.loads(as_json([a_timeline(happened=(an_event("entered"),))]))
    (person,) = document["people"]
    assert person["happened"][0]["at"] == NOW.isoformat()
    assert person["happened"][0]["sort"] == "passage"
