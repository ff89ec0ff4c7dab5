"""Who is in a list, in which order, and who was left out why."""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from jo.conditions.condition import parse_condition
from jo.conditions.tree import Call
from jo.ports.warehouse import EXCLUDED, NO_CONTACT, NOT_DISTINCT, Counts, Member, SourceError
from tests.support.files import NOW, TODAY, Given

Open = Callable[..., Given]

SOURCES = """
kind: source
name: companies
key: id
fields: {id: text, name: "text?", segment: text, since: "date?", rep: ref reps?}
---
kind: source
name: reps
key: id
fields: {id: text, name: text}
---
kind: source
name: contacts
key: id
fields: {id: text, email: "text?", role: text, company: ref companies?}
roles: {address: email, company: company}
---
kind: source
name: contracts
key: id
fields: {id: text, status: text, signer: ref contacts?, company: ref companies?}
---
"""

FILES: dict[str, Any] = {
    "companies.csv": [
        {"id": "a", "name": "Alpha", "segment": "SMB", "since": "2026-11-20", "rep": "r1"},
        {"id": "b", "name": "Beta", "segment": "SMB", "since": "2026-11-01", "rep": ""},
        {"id": "c", "name": "Gamma", "segment": "ENT", "since": "2026-11-20", "rep": "r2"},
        {"id": "d", "name": "", "segment": "Public", "since": "", "rep": ""},
    ],
    "reps.csv": [{"id": "r1", "name": "Ada"}, {"id": "r2", "name": "Bo"}],
    "contacts.csv": [
        {"id": "a1", "email": "a1@x.example", "role": "Admin", "company": "a"},
        {"id": "a2", "email": "a2@x.example", "role": "Sold-To", "company": "a"},
        {"id": "b1", "email": "b1@x.example", "role": "User", "company": "b"},
        {"id": "b2", "email": "b2@x.example", "role": "Sold-To", "company": "b"},
        {"id": "b3", "email": "B2@X.example ", "role": "Sold-To", "company": "b"},
        {"id": "c1", "email": "", "role": "Admin", "company": "c"},
        {"id": "d1", "email": "d1@x.example", "role": "Admin", "company": "d"},
        {"id": "n1", "email": "n1@x.example", "role": "Admin", "company": ""},
        {"id": "n2", "email": "n2@x.example", "role": "Sold-To", "company": ""},
    ],
    "contracts.csv": [
        {"id": "k1", "status": "active", "signer": "a1", "company": "a"},
        {"id": "k2", "status": "active", "signer": "b2", "company": "b"},
        {"id": "k3", "status": "ended", "signer": "a1", "company": "a"},
        {"id": "k4", "status": "active", "signer": "gone", "company": "c"},
        {"id": "k5", "status": "active", "signer": "", "company": "d"},
    ],
}


def lists(given: Open, *texts: str, files: dict[str, Any] | None = None) -> Given:
    refreshed = (f"kind: power_list\nrefresh: daily at 02:00\n{text}" for text in texts)
    return given(SOURCES + "\n---\n".join(refreshed), {**FILES, **(files or {})})


def one(given: Open, text: str, **more: Any) -> Given:
    return lists(given, f"name: it\n{text}", **more)


WHERE = {
    "contact.role = 'Admin'": ["a1", "c1", "d1", "n1"],
    "company.segment = 'SMB'": ["a1", "a2", "b1", "b2", "b3"],
    "company.segment != 'SMB' or company.segment is null": ["c1", "d1", "n1", "n2"],
    "company.rep.name = 'Ada'": ["a1", "a2"],
    "contact.company.rep.name = 'Ada'": ["a1", "a2"],
    "days_since(company.since) <= 15": ["a1", "a2", "c1"],
    "count(contracts) = 0": ["a2", "b1", "b3", "c1", "d1", "n1", "n2"],
    "count(contracts, contract.status = 'ended') = 1": ["a1"],
    "count(contracts.company, contract.status = 'active') = 1": ["a1", "a2", "b1", "b2", "b3", "c1", "d1"],
    "contact.email is null": ["c1"],
    "company.name like '%a'": ["a1", "a2", "b1", "b2", "b3", "c1"],
    "false": [],
}


def test_where_picks_rows_sorted_by_key(given: Open) -> None:
    opened = lists(
        given, *(f'name: list{index}\nfrom: contacts\nwhere: "{where}"' for index, where in enumerate(WHERE))
    )

    for index, (where, keys) in enumerate(WHERE.items()):
        audience = opened.audience(f"list{index}")
        assert audience.members == [Member(key=key, contact=key) for key in keys], where
        assert audience.left_out == {}


def test_without_where_everybody_is_in(given: Open) -> None:
    assert len(one(given, "from: contacts").keys("it")) == 9


def test_a_list_over_other_rows_yields_the_contact_behind_each(given: Open) -> None:
    opened = one(given, "from: contracts\nrecipient: contract.signer\nwhere: contract.status = 'active'")

    audience = opened.audience("it")

    assert audience.members == [Member(key="k1", contact="a1"), Member(key="k2", contact="b2")]
    assert audience.left_out == {NO_CONTACT: 2}


def test_conditions_over_other_rows_reach_the_contact_and_its_company(given: Open) -> None:
    opened = one(
        given,
        "from: contracts\nrecipient: contract.signer\n"
        "where: [contact.role = 'Admin', company.segment = 'SMB']",
    )

    assert opened.keys("it") == ["k1", "k3"]


def test_fallback_serves_companies_that_would_get_nobody(given: Open) -> None:
    """`a` has an admin; `b` has none; `c` is no SMB, and the fallback keeps what reads only the company."""
    opened = one(
        given,
        "from: contacts\nwhere: [contact.role = 'Admin', company.segment = 'SMB']\n"
        "fallback: {where: contact.role = 'Sold-To'}",
    )

    assert opened.keys("it") == ["a1", "b2", "b3"]


@pytest.mark.parametrize(
    "item",
    [
        "contact.company.segment = 'SMB'",
        "count(contracts.company) > 0 and company.segment = 'SMB'",
        "today() > '2020-01-01' and company.segment = 'SMB'",
    ],
)
def test_fallback_keeps_whatever_reads_only_the_company(given: Open, item: str) -> None:
    opened = one(
        given,
        f"from: contacts\nwhere: [contact.role = 'Admin', \"{item}\"]\n"
        "fallback: {where: contact.role = 'Sold-To'}",
    )

    assert opened.keys("it") == ["a1", "b2", "b3"]


@pytest.mark.parametrize(
    "item",
    [
        "contact.role = 'Admin' or company.segment = 'none'",
        "count(contracts.signer) > 5",
        "in_list('nobody')",
    ],
)
def test_fallback_replaces_whatever_reads_the_contact(given: Open, item: str) -> None:
    opened = lists(
        given,
        f"name: it\nfrom: contacts\nwhere: [company.segment = 'SMB', \"contact.role = 'none'\", \"{item}\"]\n"
        "fallback: {where: contact.role = 'Sold-To'}",
        "name: nobody\nfrom: contacts\nwhere: 'false'",
    )

    assert opened.keys("it") == ["a2", "b2", "b3"]


def test_fallback_over_other_rows_knows_the_company_by_any_way_to_it(given: Open) -> None:
    opened = one(
        given,
        "from: contracts\nrecipient: contract.signer\n"
        "where: [contract.status = 'ended', contact.company.segment = 'SMB']\n"
        "fallback: {where: contract.status = 'active'}",
    )

    assert opened.keys("it") == ["k2", "k3"]


def test_fallback_looks_at_companies_after_exclude_and_passes_through_it(given: Open) -> None:
    """The admin of `a` is excluded, so `a` is served; its fallback `a2` is excluded as well."""
    opened = lists(
        given,
        "name: it\nfrom: contacts\nwhere: [contact.role = 'Admin', company.segment = 'SMB']\n"
        "fallback: {where: \"contact.role in ('Sold-To', 'User')\"}\nexclude: [out]",
        "name: out\nfrom: contacts\nwhere: contact.id in ('a1', 'a2', 'b1')",
    )

    audience = opened.audience("it")

    assert [member.key for member in audience.members] == ["b2", "b3"]
    assert audience.left_out == {EXCLUDED: 3}


def test_fallback_counts_who_was_included(given: Open) -> None:
    opened = lists(
        given,
        "name: it\nfrom: contacts\nwhere: [contact.role = 'Admin', company.segment = 'SMB']\n"
        "fallback: {where: contact.role = 'Sold-To'}\ninclude: [users]",
        "name: users\nfrom: contacts\nwhere: contact.role = 'User'",
    )

    assert opened.keys("it") == ["a1", "b1"]


def test_include_adds_members_of_other_lists_by_contact(given: Open) -> None:
    opened = lists(
        given,
        "name: it\nfrom: contacts\nwhere: contact.role = 'User'\ninclude: [signers, admins]",
        "name: signers\nfrom: contracts\nrecipient: contract.signer",
        "name: admins\nfrom: contacts\nwhere: contact.role = 'Admin'\nexclude: [public]",
        "name: public\nfrom: contacts\nwhere: company.segment = 'Public'",
    )

    assert opened.keys("it") == ["a1", "b1", "b2", "c1", "n1"]


def test_lists_over_the_same_rows_exclude_by_row_others_by_contact(given: Open) -> None:
    opened = lists(
        given,
        "name: byrow\nfrom: contracts\nrecipient: contract.signer\nexclude: [ended]",
        "name: ended\nfrom: contracts\nrecipient: contract.signer\nwhere: contract.status = 'ended'",
        "name: bycontact\nfrom: contracts\nrecipient: contract.signer\nexclude: [admins]",
        "name: admins\nfrom: contacts\nwhere: contact.role = 'Admin'",
    )

    assert opened.keys("byrow") == ["k1", "k2"]
    assert opened.keys("bycontact") == ["k2"]
    assert opened.audience("bycontact").left_out == {EXCLUDED: 2, NO_CONTACT: 2}


def test_distinct_keeps_the_first_contact_of_an_address(given: Open) -> None:
    opened = one(given, "from: contacts\nwhere: contact.role = 'Sold-To'\ndistinct: address")

    audience = opened.audience("it")

    assert [member.key for member in audience.members] == ["a2", "b2", "n2"]
    assert audience.left_out == {NOT_DISTINCT: 1}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("x@firm.example", " X@FIRM.example\t"),
        ("STRASSE@firm.example", "straße@firm.example"),
        ("k@firm.example", "\u212a@firm.example"),
        ("\u00e9@firm.example", "e\u0301@firm.example"),
        ("σς@firm.example", "ΣΣ@firm.example"),
        ("x@firm.example", "\u00a0x@firm.example"),
        ("ﬁ@firm.example", "FI@firm.example"),
    ],
)
def test_addresses_compare_trimmed_composed_and_folded(given: Open, first: str, second: str) -> None:
    rows = [
        {"id": "p1", "email": first, "role": "A", "company": ""},
        {"id": "p2", "email": second, "role": "A", "company": ""},
        {"id": "p3", "email": "other@firm.example", "role": "A", "company": ""},
    ]
    opened = one(given, "from: contacts\ndistinct: address", files={"contacts.csv": rows})

    assert opened.keys("it") == ["p1", "p3"]


def test_an_address_may_be_the_key(given: Open) -> None:
    text = """
kind: source
name: people
key: email
fields: {email: text}
roles: {address: email}
---
kind: power_list
name: it
from: people
distinct: address
refresh: daily at 02:00
"""
    opened = given(text, {"people.csv": "email\nb@x.example\nA@x.example\na@x.example\n"})

    assert opened.audience("it").members == [Member(key, key) for key in ("A@x.example", "b@x.example")]


def test_contacts_without_an_address_are_not_each_others_duplicates(given: Open) -> None:
    rows = [{"id": key, "email": "", "role": "A", "company": ""} for key in ("p1", "p2")]
    opened = one(given, "from: contacts\ndistinct: address", files={"contacts.csv": rows})

    assert opened.keys("it") == ["p1", "p2"]


def test_exclude_takes_out_everybody_of_an_address_that_is_excluded(given: Open) -> None:
    """`b2` and `b3` share an address; the excluded list shows one of them."""
    opened = lists(
        given,
        "name: it\nfrom: contacts\nwhere: contact.role = 'Sold-To'\nexclude: [out]",
        "name: out\nfrom: contacts\nwhere: company.id = 'b'\ndistinct: address",
    )

    assert opened.keys("out") == ["b1", "b2"]
    assert opened.keys("it") == ["a2", "n2"]


def test_distinct_is_not_won_by_somebody_who_is_excluded(given: Open) -> None:
    opened = lists(
        given,
        "name: it\nfrom: contacts\nwhere: contact.role = 'Sold-To'\nexclude: [out]\ndistinct: address",
        "name: out\nfrom: contacts\nwhere: contact.id = 'b2'",
    )

    audience = opened.audience("it")

    assert [member.key for member in audience.members] == ["a2", "b3", "n2"]
    assert audience.left_out == {EXCLUDED: 1}


def test_in_list_reads_the_members_of_the_other_list(given: Open) -> None:
    opened = lists(
        given,
        "name: it\nfrom: contacts\nwhere: [\"not in_list('out')\", contact.role = 'Sold-To']",
        "name: out\nfrom: contacts\nwhere: company.id = 'b'\ndistinct: address",
    )

    assert opened.keys("it") == ["a2", "b3", "n2"]


def test_keys_are_sorted_as_texts(given: Open) -> None:
    text = """
kind: source
name: people
key: id
fields: {id: integer, email: text}
roles: {address: email}
---
kind: power_list
name: it
from: people
distinct: address
refresh: daily at 02:00
"""
    files = {"people.csv": "id,email\n9,a@x.example\n10,a@x.example\n-1,b@x.example\n"}

    assert given(text, files).audience("it").members == [Member("-1", "-1"), Member("10", "10")]


def test_lists_of_different_contacts_cannot_be_compared(given: Open) -> None:
    text = """
kind: source
name: leads
key: id
fields: {id: text, email: text}
roles: {address: email}
---
kind: power_list
name: cold
from: leads
exclude: [it]
refresh: daily at 02:00
---
kind: power_list
name: it
from: contacts
refresh: daily at 02:00
"""
    opened = given(SOURCES + text, {**FILES, "leads.csv": "id,email\n1,x@x.example\n"})

    with pytest.raises(SourceError, match="`cold` and `it` have no contacts in common"):
        opened.keys("cold")


def test_a_fallback_needs_companies(given: Open) -> None:
    text = """
kind: source
name: leads
key: id
fields: {id: text, email: text}
roles: {address: email}
---
kind: power_list
name: cold
from: leads
fallback: {where: contact.id = 'x'}
refresh: daily at 02:00
"""
    opened = given(text, {"leads.csv": "id,email\n1,x@x.example\n"})

    with pytest.raises(SourceError, match="`cold` has a fallback, and its contacts no company"):
        opened.keys("cold")


def test_a_closed_warehouse_opens_again(given: Open) -> None:
    opened = one(given, "from: contacts\nwhere: contact.role = 'User'")
    assert opened.keys("it") == ["b1"]

    opened.warehouse.close()

    assert opened.keys("it") == ["b1"]


def test_as_of_is_when_the_oldest_file_was_written(given: Open) -> None:
    opened = one(given, "from: contacts\nwhere: company.segment = 'SMB'")
    for name, second in (("contacts.csv", 2_000_000_000), ("companies.csv", 1_900_000_000), ("reps.csv", 1)):
        os.utime(opened.root / name, (second, second))

    assert opened.audience("it").as_of == datetime.fromtimestamp(1_900_000_000, UTC)
    assert opened.warehouse.as_of(opened.project.sources["reps"]) == datetime.fromtimestamp(1, UTC)


def test_a_list_reads_only_the_files_that_it_needs(given: Open) -> None:
    opened = one(given, "from: contacts\nwhere: contact.role = 'User'")
    for name in ("companies.csv", "reps.csv", "contracts.csv"):
        (opened.root / name).unlink()

    assert opened.keys("it") == ["b1"]


def test_a_file_that_was_written_again_is_read_again(given: Open) -> None:
    opened = one(given, "from: contacts\nwhere: contact.role = 'User'\ndistinct: address")
    assert opened.keys("it") == ["b1"]

    opened.write("contacts.csv", "id,email,role,company\nz1,é@x.example,User,\n")
    assert opened.keys("it") == ["z1"]

    opened.write("contacts.csv", "id,email,role,company\nz2,É@x.example,User,\nz3,é@x.example,User,\n")
    assert opened.keys("it") == ["z2"]


def test_a_file_of_the_same_size_and_time_is_read_again_too(given: Open) -> None:
    opened = one(given, "from: contacts\nwhere: contact.role = 'User'")
    for key in ("y1", "z1"):
        path = opened.write("contacts.csv", f"id,email,role,company\n{key},x@x.example,User,\n")
        os.utime(path, (1_900_000_000, 1_900_000_000))

        assert opened.keys("it") == [key]


def test_a_file_that_breaks_stops_the_list_until_it_is_mended(given: Open) -> None:
    opened = one(given, "from: contacts\nwhere: contact.role = 'User'")
    opened.write("contacts.csv", "id,email,role\nz1,x@x.example,User\n")

    with pytest.raises(SourceError, match="no column `company`"):
        opened.keys("it")

    opened.write("contacts.csv", "id,email,role,company\nz1,x@x.example,User,\n")
    assert opened.keys("it") == ["z1"]


def test_the_query_can_be_read(given: Open) -> None:
    opened = one(given, "from: contacts\nwhere: company.segment = 'SMB'")

    text = opened.warehouse.explain(
        opened.project, opened.project.lists["it"], today=date(2026, 12, 1), now=NOW
    )

    assert '"contact.company"."segment" = \'SMB\'' in text


def test_facts_are_plain_values_by_key(given: Open) -> None:
    opened = one(given, "from: contacts")

    facts = opened.facts("companies", ["d", "a", "nobody", "a"])

    assert [fact.data for fact in facts] == [
        {"id": "a", "name": "Alpha", "segment": "SMB", "since": "2026-11-20", "rep": "r1"},
        {"id": "d", "name": None, "segment": "Public", "since": None, "rep": None},
    ]
    assert opened.facts("companies", []) == []


def test_facts_hold_the_fields_that_are_asked_for(given: Open) -> None:
    opened = one(given, "from: contacts")
    contacts = opened.project.sources["contacts"]

    [fact] = opened.warehouse.facts(opened.project, contacts, ["a1"], ["role"])

    assert fact.data == {"id": "a1", "role": "Admin"}


def test_facts_count_for_each_contact_what_conditions_ask(given: Open) -> None:
    opened = one(given, "from: contacts")
    calls = [call("count(contracts.signer)"), call("count(contracts.company, contract.status = 'active')")]

    facts = opened.facts("contacts", ["a1", "a2", "n1"], counts=Counts(calls=calls, today=TODAY, now=NOW))

    assert [[fact.data[key] for key in list(fact.data)[-2:]] for fact in facts] == [[2, 1], [0, 1], [0, 0]]
    assert list(facts[0].data)[-2:] == [
        "count(contracts.signer)",
        "count(contracts.company, contract.status = 'active')",
    ]


def call(text: str) -> Call:
    condition, _ = parse_condition(f"{text} > 0")
    assert condition is not None
    left = condition.expr.left  # type: ignore[union-attr]  # a comparison, as written
    assert isinstance(left, Call)
    return left


def test_facts_are_of_one_moment_though_the_file_is_replaced_meanwhile(given: Open) -> None:
    opened = one(given, "from: contacts")
    reps = opened.project.sources["reps"]

    facts = opened.warehouse.facts(opened.project, reps, None, reps.fields)
    first = next(facts)
    opened.write("reps.csv", "id,name\nr9,Zoe\n")

    assert [first.key, *(fact.key for fact in facts)] == ["r1", "r2"]
    assert [fact.key for fact in opened.facts("reps")] == ["r9"]
