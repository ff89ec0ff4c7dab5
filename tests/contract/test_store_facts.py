"""What every store promises of the copied facts: taken over by difference, nothing forgotten."""

from jo.ports.store import FactRow, FactsDifference, Store, Transaction
from jo.ports.warehouse import Fact
from tests.support.builders import DAY, NOON, a_fact
from tests.support.stores import take_facts


def differing(work: Transaction, *rows: Fact, source: str = "contacts") -> str:
    """Return the letters that rows differ by; in capitals those that were never copied."""
    found = work.facts.differing(source, rows)
    return "".join(key.upper() if key in found.new else key for key in sorted(found.rows))


def test_rows_are_taken_over_as_they_are(store: Store) -> None:
    rows = [a_fact("b", name="Björn 日本 \x00"), a_fact("a", name=None, size=1.5, tags=["x"], is_new=True)]

    with store.write() as work:
        take_facts(work, "contacts", rows)

    with store.read() as work:
        found = work.facts.rows("contacts", ["a", "b", "never"])
    assert found == {row.key: FactRow(data=row.data, is_gone=False) for row in rows}


def test_only_what_is_new_or_different_differs(store: Store) -> None:
    with store.write() as work:
        take_facts(work, "contacts", [a_fact("a", n=1), a_fact("b", n=1)])

        assert differing(work, a_fact("a", n=1), a_fact("b", n=2), a_fact("c", n=1)) == "bC"
        assert differing(work, a_fact("a", n=True), a_fact("b", n=1.0)) == "ab"
        assert work.facts.differing("contacts", []) == FactsDifference(rows={}, new=frozenset())

        take_facts(work, "contacts", [a_fact("b", n=2)])
        assert work.facts.rows("contacts", ["b"])["b"].data["n"] == 2


def test_the_order_of_fields_makes_no_difference(store: Store) -> None:
    with store.write() as work:
        take_facts(work, "contacts", [a_fact("a", x=1, y=2)])

        assert differing(work, a_fact("a", y=2, x=1)) == ""


def test_who_is_gone_stays_readable_and_who_comes_back_has_changed(store: Store) -> None:
    with store.write() as work:
        take_facts(work, "contacts", [a_fact("a"), a_fact("b")])
        work.facts.mark_gone("contacts", ["b", "never"])

        found = work.facts.rows("contacts", ["a", "b", "never"])
        assert {key: row.is_gone for key, row in found.items()} == {"a": False, "b": True}
        assert found["b"].data == {"id": "b"}
        assert differing(work, a_fact("a"), a_fact("b")) == "b"

        take_facts(work, "contacts", [a_fact("b")])
        assert not work.facts.rows("contacts", ["b"])["b"].is_gone


def test_sources_do_not_mix(store: Store) -> None:
    with store.write() as work:
        take_facts(work, "contacts", [a_fact("a", of="contacts")])
        take_facts(work, "companies", [a_fact("a", of="companies")])
        work.facts.mark_gone("companies", ["a"])

        assert differing(work, a_fact("a", of="contacts")) == ""
        assert differing(work, a_fact("a", of="contacts"), source="tickets") == "A"
        assert not work.facts.rows("contacts", ["a"])["a"].is_gone


def test_a_source_is_as_new_as_the_newest_table_it_was_copied_from(store: Store) -> None:
    with store.write() as work:
        work.facts.mark({"contacts": NOON, "companies": NOON - DAY})
        work.facts.mark({"contacts": NOON - DAY})
        work.facts.mark({})

        assert work.facts.as_of() == {"contacts": NOON, "companies": NOON - DAY}


def test_the_keys_of_a_source_are_told_in_order(store: Store) -> None:
    with store.write() as work:
        take_facts(work, "contacts", [a_fact("c2"), a_fact("c1")])

        assert work.facts.keys("contacts") == ["c1", "c2"]
        assert work.facts.keys("companies") == []
