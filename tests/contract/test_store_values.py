"""What every store promises of values: they come back as they went in, and compare the same everywhere."""

from datetime import UTC, datetime

import pytest

from jo.ports.store import Store
from jo.ports.warehouse import Fact, Member
from tests.support.builders import NOON, an_intent
from tests.support.stores import take_facts, take_members

KEYS = [
    "",
    " ",
    "-",
    "10",
    "9",
    "A",
    "Z",
    "_",
    "a",
    "b",
    "z",
    "ß",
    "Ä",
    "é",
    "e\u0301",
    "\u200b",
    "ａ",
    "\uffff",
    "😀",
]
"""Texts that languages sort otherwise than by code point, or take for the same."""


def sync(store: Store, *rows: Fact) -> None:
    with store.write() as work:
        take_facts(work, "contacts", rows)


def test_texts_sort_by_code_point(store: Store) -> None:
    sync(store, *(Fact(key=key, data={}) for key in KEYS))

    with store.read() as work:
        assert work.facts.keys("contacts") == sorted(KEYS)


def test_a_list_is_paged_by_code_point(store: Store) -> None:
    with store.write() as work:
        take_members(work, "admins", [Member(key=key, contact=key) for key in KEYS])

    with store.read() as work:
        behind = work.audiences.undecided("program/p", "", "admins", NOON, 100, after="Z")
    assert [item.key for item in behind.found] == sorted(key for key in KEYS if key > "Z")


def test_texts_that_differ_in_case_or_form_are_different(store: Store) -> None:
    with store.write() as work:
        made = work.ledger.create(
            [
                an_intent(key, key=f"outreach/release:{key}")
                for key in ("ada", "Ada", "ada ", "äda", "a\u0308da")
            ]
        )

    assert len(made) == 5
    with store.read() as work:
        assert [line.intent.contact for line in work.reports.intents(contact="Ada")] == ["Ada"]


@pytest.mark.parametrize(
    "value",
    [
        "a\x00b",
        "half \ud800 a pair",
        "\"quoted\" \\ and 'quoted'",
        "lines\nand\ttabs\r",
        "%s %(name)s {} $1 :name",
        2**53,
        -(2**53),
        1e300,
        0.1,
        True,
        None,
        ["a", {"b": None}],
    ],
    ids=repr,
)
def test_plain_data_comes_back_as_it_was_and_is_no_change_the_second_time(
    store: Store, value: object
) -> None:
    row = Fact(key="ada", data={"value": value})
    sync(store, row)

    with store.read() as work:
        assert work.facts.rows("contacts", ["ada"])["ada"].data == {"value": value}
        assert not work.facts.differing("contacts", [row]).rows


@pytest.mark.parametrize(
    "moment", [datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)]
)
def test_instants_far_away_come_back_to_the_microsecond(store: Store, moment: datetime) -> None:
    with store.write() as work:
        work.facts.mark({"contacts": moment})

    with store.read() as work:
        assert work.facts.as_of() == {"contacts": moment}


def test_long_texts_are_kept_whole(store: Store) -> None:
    long = "ä" * 100_000
    with store.write() as work:
        work.operations.remember("word", long)

    with store.read() as work:
        assert work.operations.recall("word") == long
