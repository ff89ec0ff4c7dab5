"""Plans as people read them, from the document that is kept."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from jo.manifest.schemas import Schemas
from jo.plan.change import Change, Create, Delete, Retire
from jo.plan.diff import diff
from jo.plan.plan import Guard, GuardLevel, Impact, Plan, to_document
from jo.plan.state import State, desired_state
from jo.reports.plan_graphs import GraphPair, plan_graphs
from jo.reports.plan_report import PlanReport, plan_report
from jo.views import plan_markdown, plan_text
from jo.views.terminal import Look
from tests.support.manifests import SCHEMA_FOLDER, SCHEMAS, compiled

TOPICS = """
kind: topic
name: news
title: {news}
---
kind: topic
name: offers
title: Offers
description: {description}
"""

LIST = """
kind: source
name: people
key: id
fields: {id: text, email: text, age: integer}
roles: {address: email}
---
kind: power_list
name: grown-ups
from: people
where: contact.age >= 18
refresh: daily at 02:00
"""


def state(*texts: str, schemas: Schemas = SCHEMAS) -> State:
    return desired_state(compiled(*texts).project, schemas)


BEFORE = state(TOPICS.format(news="News", description="What is cheap"))
AFTER = state(TOPICS.format(news="The news", description="What is cheaper"), LIST)


def report(*changes: Change, impact: tuple[Impact, ...] = (), guards: tuple[Guard, ...] = ()) -> PlanReport:
    return plan_report(to_document(Plan(generation=3, changes=changes, impact=impact, guards=guards)))


def text(report: PlanReport) -> str:
    return plan_text.render(report, Look())


def test_the_dangerous_come_first() -> None:
    changes = diff(BEFORE, AFTER)
    gone = Retire(before=AFTER["power_list/grown-ups"])
    kinds = [str(change.kind) for change in report(*changes, gone).changes]
    assert kinds == ["destructive", "behavior", "behavior", "content", "cosmetic"]


def test_no_change_says_so() -> None:
    assert report().headline == "No changes: what is live is what git says."


@pytest.mark.parametrize(
    ("impact", "said"),
    [
        (Impact(address="power_list/a", members_after=9), "<10 members once it is live"),
        (Impact(address="power_list/a", members_after=0), "0 members once it is live"),
        (Impact(address="power_list/a", members_now=10, members_after=1234), "10 members now, 1,234 after"),
        (
            Impact(address="program/a", people_by_step={"b": 3, "c": 20}),
            "23 people inside: <10 at b and 20 at c",
        ),
        (Impact(address="program/a", pending_sends=12), "12 mails are pending"),
        (Impact(address="program/a", entering=4000), "up to 4,000 people enter at once"),
    ],
)
def test_counts_are_told_and_small_ones_are_not_counted_out(impact: Impact, said: str) -> None:
    document = to_document(
        Plan(generation=0, changes=(Create(after=BEFORE["topic/news"]),), impact=(impact,))
    )
    document["changes"][0]["address"] = impact.address
    assert plan_report(document).changes[0].impact == (said,)


def test_a_deletion_names_its_permit() -> None:
    change = Delete(before=BEFORE["topic/news"], permit="drop-news")
    assert "allowed by permit/drop-news" in text(report(change))


def test_the_document_fits_its_schema() -> None:
    changes = (*diff(BEFORE, AFTER), Retire(before=AFTER["source/people"]))
    impact = (
        Impact(address="topic/news", members_now=3, people_by_step={"a": 1}, pending_sends=2, entering=1),
    )
    guard = Guard(code="J702", level=GuardLevel.REFUSES, address=None, detail="No.", help="Yes.")
    plan = Plan(
        generation=3, changes=changes, impact=impact, guards=(guard,), commit="abc", environment="live"
    )
    schema = json.loads((SCHEMA_FOLDER / "plan.schema.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({**to_document(plan), "against": "git:main"}, schema)


def test_a_kept_plan_shows_as_it_did(tmp_path: Path) -> None:
    document = to_document(Plan(generation=3, changes=diff(BEFORE, AFTER)))
    kept = json.loads(json.dumps(document))
    assert text(plan_report(kept)) == text(plan_report(document))


# Markdown -------------------------------------------------------------------------------------------


def many(count: int, body: str) -> PlanReport:
    before = state(*(f"kind: topic\nname: t-{number}\ntitle: old" for number in range(count)))
    after = state(*(f"kind: topic\nname: t-{number}\ntitle: {json.dumps(body)}" for number in range(count)))
    return report(*diff(before, after))


@pytest.mark.parametrize(("count", "length"), [(1, 10), (3, 70_000), (400, 100), (3000, 10), (50, 5000)])
def test_a_comment_stays_below_its_limit_and_says_what_is_missing(count: int, length: int) -> None:
    shown = plan_markdown.render(many(count, "ä" * length))
    assert len(shown.encode()) < plan_markdown.LIMIT
    assert shown.count("<details>") == shown.count("</details>")
    is_whole = shown.count("<details>") == count and shown.count("| 🟡") == count
    assert is_whole != ("did not fit" in shown)


@pytest.mark.parametrize(
    "attack",
    [
        "@everyone",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "![pixel](https://tracker.example/x.png)",
        "``` \n# Approved",
        "a|b|c",
        "</details>",
        "\x1b[31mred",
        "\u202egnp.exe",
    ],
)
def test_nothing_from_files_becomes_markup(attack: str) -> None:
    after: dict[str, Any] = to_document(Plan(generation=0, changes=diff(BEFORE, AFTER)))
    after["changes"][-1]["description"] = attack
    after["changes"][-1]["edits"] = [
        {"path": ["steps", attack, "x"], "before": attack, "after": attack + "!"}
    ]
    shown = plan_markdown.render(plan_report(after))
    assert "\x1b" not in shown
    outside = _without_code(shown)
    assert not re.search(r"(?<!\\)<img", outside)
    assert "@everyone" not in outside
    assert not re.search(r"(?<!\\)\]\(", outside)
    assert outside.count("</details>") == shown.count("<details>")
    assert "\n# Approved" not in outside


def test_a_graph_stays_within_its_fence() -> None:
    pair = GraphPair(before='a["```"]', after='b["`````\n"]\n# Approved')
    shown = plan_markdown.render(report(), {"program/a": pair})
    assert "Approved" not in _without_code(shown)


def test_only_programs_that_lead_people_in_another_way_are_drawn() -> None:
    program = """
    kind: program
    name: welcome
    description: {about}
    audience: grown-ups
    entry: {{existing: skip}}
    steps:
      settle: {{wait: {days} days}}
    """
    before = state(LIST, program.format(about="one", days=3))
    reworded = state(LIST, program.format(about="two", days=3))
    changed = state(LIST, program.format(about="one", days=5))
    assert plan_graphs(Plan(generation=1, changes=diff(before, reworded))) == {}
    (pair,) = plan_graphs(Plan(generation=1, changes=diff(before, changed))).values()
    assert "3 days" in (pair.before or "")
    assert "5 days" in pair.after
    (new,) = plan_graphs(Plan(generation=0, changes=diff({}, before))).values()
    assert new.before is None


def _without_code(markdown: str) -> str:
    """Leave out what stands in fences, read as CommonMark does: a fence ends with one at least as long."""
    kept, fence = [], ""
    for line in markdown.splitlines():
        ticks = len(line) - len(line.lstrip("`"))
        if fence:
            fence = "" if ticks >= len(fence) and not line.strip("`").strip() else fence
        elif ticks >= 3:
            fence = "`" * ticks
        else:
            kept.append(line)
    assert not fence
    return "\n".join(kept)
