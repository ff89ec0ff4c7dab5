"""Compiled conditions over one person's facts: what only programs know, and the ways to a row.

That values and NULL behave as in SQL is the law of `tests/laws/test_conditions_agree.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest

from jo.conditions.facts import Row
from jo.conditions.parse import parse
from jo.conditions.to_python import compile_condition, compile_value
from jo.conditions.tree import Path
from jo.conditions.types import Place
from tests.unit.conditions.scopes import scope

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Records:
    """A passage that knows what it is given."""

    sent_at: Mapping[str, datetime] = field(default_factory=dict)
    clicked_at: Mapping[tuple[str, str | None], datetime] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)

    def sent(self, step: str) -> datetime | None:
        return self.sent_at.get(step)

    def opened(self, step: str) -> datetime | None:
        return None

    def clicked(self, step: str, link: str | None) -> datetime | None:
        return self.clicked_at.get((step, link))

    def happened(self, event: str) -> datetime | None:
        return None

    def received(self, template: str, days: int) -> bool:
        return (template, days) == ("welcome", 30)

    def events(self, name: str, days: int) -> int:
        return days

    def enrolled(self, program: str, days: int | None) -> bool:
        return days is None

    def in_list(self, name: str) -> bool:
        return name == "vip"

    def count(self, key: str) -> int | None:
        return self.counts.get(key)


@dataclass(frozen=True, kw_only=True)
class Person:
    rows: Mapping[str, Row] = field(default_factory=dict)
    reps: Mapping[str, Row] = field(default_factory=dict)
    passage: Records = field(default_factory=Records)
    today: date = date(2026, 11, 22)
    now: datetime = NOW

    def row(self, namespace: str) -> Row | None:
        return self.rows.get(namespace)

    def lookup(self, table: str, key: object) -> Row | None:
        assert table == "reps"
        return self.reps.get(str(key))


def holds(text: str, person: Person | None = None) -> Any:
    expr = parse(text).expr
    assert expr is not None
    return compile_condition(expr, scope(Place.PROGRAM))(person or Person())


def test_a_path_follows_references() -> None:
    person = Person(rows={"company": {"csm": "r1"}}, reps={"r1": {"name": "Ada"}})
    assert holds("company.csm.name = 'Ada'", person) is True


@pytest.mark.parametrize("company", [None, {}, {"csm": None}, {"csm": "gone"}])
def test_a_missing_row_on_the_way_is_null(company: Row | None) -> None:
    person = Person(rows={} if company is None else {"company": company})
    assert holds("company.csm.name = 'Ada'", person) is None
    assert holds("company.csm.name is null", person) is True


def test_a_field_alone_compiles_to_its_value() -> None:
    read = compile_value(Path(("contact", "role")), scope())
    assert read(Person(rows={"contact": {"role": "Admin"}})) == "Admin"


def test_a_moment_in_boolean_position_means_that_it_has_happened() -> None:
    person = Person(passage=Records(sent_at={"hello": NOW}))
    assert holds("sent('hello')", person) is True
    assert holds("not sent('hello')", person) is False
    assert holds("sent('nudge')", person) is False
    assert holds("not sent('nudge') and not happened('login')", person) is True


def test_a_moment_elsewhere_is_a_timestamp_that_may_be_null() -> None:
    person = Person(passage=Records(sent_at={"hello": datetime(2026, 11, 22, 3, 30, tzinfo=UTC)}))
    assert holds("hours_since(sent('hello')) = 6", person) is True
    assert holds("hours_since(sent('nudge')) > 4", person) is None
    assert holds("sent('hello') < now()", person) is True
    assert holds("sent('nudge') is null", person) is True
    assert holds("days_since(coalesce(opened('hello'), sent('hello'))) = 0", person) is True


def test_a_click_is_on_one_link_or_on_any() -> None:
    person = Person(passage=Records(clicked_at={("hello", "pricing"): NOW, ("hello", None): NOW}))
    assert holds("clicked('hello')", person) is True
    assert holds("clicked('hello', 'pricing')", person) is True
    assert holds("clicked('hello', 'docs')", person) is False


def test_functions_across_passages_read_the_records() -> None:
    assert holds("received('welcome', 30)") is True
    assert holds("received('welcome', 31)") is False
    assert holds("events('login', 7) = 7") is True
    assert holds("enrolled('onboarding')") is True
    assert holds("enrolled('onboarding', 90)") is False
    assert holds("in_list('vip') and not in_list('new-admins')") is True


def test_a_count_is_read_by_its_normal_text() -> None:
    person = Person(passage=Records(counts={"count(tickets, ticket.status = 'open')": 3}))
    assert holds("count( tickets,(ticket.status='open') ) > 2", person) is True


def test_unknown_yields_to_what_decides_alone() -> None:
    assert holds("contact.blocked and false") is False
    assert holds("contact.blocked or true") is True
    assert holds("contact.blocked and true") is None
    assert holds("contact.blocked or false") is None
    assert holds("not contact.blocked") is None


def test_what_was_not_checked_does_not_compile() -> None:
    with pytest.raises(ValueError, match="check comes before"):
        holds("contact.rol = 'x'")
