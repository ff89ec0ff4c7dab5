"""What every store promises of the copied facts: taken over by difference, nothing forgotten."""

import pytest

from jo.ports.store import ChangeRefusedError, FactRow, FactsDelta, Store
from tests.support.builders import DAY, NOON, a_fact


def test_a_first_sync_takes_over_all_rows(store: Store) -> None:
    rows = [a_fact("b", name="Björn 日本 \x00"), a_fact("a", name=None, size=1.5, tags=["x"], is_new=True)]

    with store.write() as work:
        delta = work.facts.sync("contacts", rows, NOON, asked=["a", "b"])

    assert delta == FactsDelta(changed=["a", "b"], gone=[])
    with store.read() as work:
        found = work.facts.rows("contacts", ["a", "b", "never"])
        assert work.facts.as_of() == {"contacts": NOON}
    assert found == {row.key: FactRow(data=row.data, is_gone=False) for row in rows}


def test_a_sync_names_only_what_is_new_or_different(store: Store) -> None:
    with store.write() as work:
        work.facts.sync("contacts", [a_fact("a", n=1), a_fact("b", n=1)], NOON, asked=["a", "b"])

        rows = [a_fact("a", n=1), a_fact("b", n=2), a_fact("c", n=1)]
        delta = work.facts.sync("contacts", rows, NOON, asked=["a", "b", "c"])

        assert delta == FactsDelta(changed=["b", "c"], gone=[])
        assert work.facts.rows("contacts", ["b"])["b"].data["n"] == 2


def test_the_order_of_fields_makes_no_difference(store: Store) -> None:
    with store.write() as work:
        work.facts.sync("contacts", [a_fact("a", x=1, y=2)], NOON, asked=["a"])

        delta = work.facts.sync("contacts", [a_fact("a", y=2, x=1)], NOON, asked=["a"])

    assert delta == FactsDelta(changed=[], gone=[])


def test_who_was_asked_for_and_has_no_row_is_gone_but_stays_readable(store: Store) -> None:
    with store.write() as work:
        work.facts.sync("contacts", [a_fact("a"), a_fact("b"), a_fact("c")], NOON, asked=["a", "b", "c"])

        delta = work.facts.sync("contacts", [a_fact("a")], NOON, asked=["a", "b", "never"])

        assert delta == FactsDelta(changed=[], gone=["b"])
        found = work.facts.rows("contacts", ["a", "b", "c", "never"])
    assert {key: row.is_gone for key, row in found.items()} == {"a": False, "b": True, "c": False}
    assert found["b"].data == {"id": "b"}


def test_who_is_gone_already_does_not_leave_again_and_who_comes_back_has_changed(store: Store) -> None:
    with store.write() as work:
        work.facts.sync("contacts", [a_fact("a")], NOON, asked=["a"])
        work.facts.sync("contacts", [], NOON, asked=["a"])

        assert work.facts.sync("contacts", [], NOON, asked=["a"]) == FactsDelta(changed=[], gone=[])
        back = work.facts.sync("contacts", [a_fact("a")], NOON, asked=["a"])

        assert back == FactsDelta(changed=["a"], gone=[])
        assert not work.facts.rows("contacts", ["a"])["a"].is_gone


def test_sources_do_not_mix(store: Store) -> None:
    with store.write() as work:
        work.facts.sync("contacts", [a_fact("a", of="contacts")], NOON, asked=["a"])
        work.facts.sync("companies", [a_fact("a", of="companies")], NOON, asked=["a"])

        delta = work.facts.sync("companies", [], NOON, asked=["a"])

        assert delta.gone == ["a"]
        assert not work.facts.rows("contacts", ["a"])["a"].is_gone


def test_a_source_is_as_new_as_the_newest_table_it_was_copied_from(store: Store) -> None:
    with store.write() as work:
        work.facts.sync("contacts", [], NOON, asked=[])
        work.facts.sync("contacts", [], NOON - DAY, asked=[])
        work.facts.sync("companies", [], NOON - DAY, asked=[])

        assert work.facts.as_of() == {"contacts": NOON, "companies": NOON - DAY}


def test_a_key_twice_is_refused_and_nothing_is_taken_over(store: Store) -> None:
    with pytest.raises(ChangeRefusedError), store.write() as work:
        work.facts.sync("contacts", [a_fact("a"), a_fact("a")], NOON, asked=["a"])

    with store.write() as work:
        assert work.facts.sync("contacts", [a_fact("a")], NOON, asked=["a"]).changed == ["a"]


def test_more_rows_than_one_chunk_are_taken_over(store: Store) -> None:
    keys = [f"k{number:06}" for number in range(12_001)]

    with store.write() as work:
        first = work.facts.sync("contacts", map(a_fact, keys), NOON, asked=keys)
        second = work.facts.sync("contacts", map(a_fact, keys[1:]), NOON, asked=keys)

    assert first.changed == keys
    assert second == FactsDelta(changed=[], gone=keys[:1])


def test_the_keys_of_a_source_are_told_in_order(store: Store) -> None:
    with store.write() as work:
        work.facts.sync("contacts", [a_fact("c2"), a_fact("c1")], NOON, asked=["c1", "c2"])

        assert work.facts.keys("contacts") == ["c1", "c2"]
        assert work.facts.keys("companies") == []
