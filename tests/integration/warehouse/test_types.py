"""Cells as values of declared types, and what becomes of rows that are not as declared."""

from collections.abc import Callable
from typing import Any

import pytest

from jo.ports.warehouse import UNREADABLE, SourceError
from tests.support.files import Given

Open = Callable[..., Given]

BAD_FORM, OUTSIDE = "bad form", "outside"


def manifest(type_: str) -> str:
    return f"""
kind: source
name: things
key: id
fields: {{id: text, value: {type_}?}}
"""


def file(*cells: str) -> str:
    return "id,value\n" + "".join(f'{number:02},"{cell}"\n' for number, cell in enumerate(cells))


CELLS: dict[str, dict[str, Any]] = {
    "integer": {
        "42": 42,
        " +7 ": 7,
        "-0": 0,
        "5.0": 5,
        "9007199254740992": 2**53,
        "9007199254740993": OUTSIDE,
        "1" * 30: OUTSIDE,
        "1.5": BAD_FORM,
        "1e3": BAD_FORM,
        "1_000": BAD_FORM,
        "1,000": BAD_FORM,
        "٣": BAD_FORM,
    },
    "number": {
        "0.1": 0.1,
        "-2.5E3": -2500.0,
        ".5": 0.5,
        "5.": 5.0,
        "9007199254740993": 9007199254740992.0,
        "1e400": OUTSIDE,
        "nan": BAD_FORM,
        "Infinity": BAD_FORM,
        "1,5": BAD_FORM,
        "0x10": BAD_FORM,
    },
    "boolean": {
        "TRUE": True,
        "Yes": True,
        "1": True,
        "f": False,
        " no ": False,
        "0": False,
        "2": BAD_FORM,
        "ja": BAD_FORM,
    },
    "date": {
        "2024-02-29": "2024-02-29",
        "2024-02-29T00:00:00": "2024-02-29",
        "2024-02-29 00:00:00.000": "2024-02-29",
        "2024-02-29T09:00:00": BAD_FORM,
        "2023-02-29": OUTSIDE,
        "29.02.2024": BAD_FORM,
        "24-02-29": BAD_FORM,
        "1899-12-31": OUTSIDE,
        "1900-01-01": "1900-01-01",
        "2200-12-31": "2200-12-31",
        "9999-12-31": OUTSIDE,
    },
    "timestamp": {
        "2026-03-01T09:30:00Z": "2026-03-01T09:30:00+00:00",
        "2026-03-01T09:30:00+02:00": "2026-03-01T07:30:00+00:00",
        "2026-03-01T09:30:00.000+0000": "2026-03-01T09:30:00+00:00",
        "2026-03-01T09:30:00-0530": "2026-03-01T15:00:00+00:00",
        "2026-03-01 09:30+05": "2026-03-01T04:30:00+00:00",
        "2026-03-01 09:30 Z": BAD_FORM,
        "2026-03-01 09:30": "2026-03-01T09:30:00+00:00",
        "2026-03-01": "2026-03-01T00:00:00+00:00",
        "2026-03-01T09:30:00.25Z": "2026-03-01T09:30:00.250000+00:00",
        "2026-03-01T09:30:00.123456789Z": "2026-03-01T09:30:00.123456+00:00",
        "2026-03-01T24:00:00Z": BAD_FORM,
        "2026-03-01T09:30:60Z": BAD_FORM,
        "2026-03-01T09:30:00+25:00": BAD_FORM,
        "2026-02-30T09:30:00Z": OUTSIDE,
        "1900-01-01T00:00:00+01:00": OUTSIDE,
        "2200-12-31T23:59:59.999999Z": "2200-12-31T23:59:59.999999+00:00",
        "2200-12-31T23:59:59-01:00": OUTSIDE,
        "03/01/2026 09:30": BAD_FORM,
    },
}


@pytest.mark.parametrize("type_", CELLS)
def test_a_cell_is_read_as_its_type_or_its_row_is_unreadable(given: Open, type_: str) -> None:
    cells = CELLS[type_]
    expected = [*cells.values(), None]
    opened = given(manifest(type_), {"things.csv": file(*cells, "")})

    facts = opened.facts("things")
    findings = {finding.code.id: finding for finding in opened.check("things")}

    assert [fact.data["value"] if fact.is_readable else "unreadable" for fact in facts] == [
        "unreadable" if value in (BAD_FORM, OUTSIDE) else value for value in expected
    ]
    assert [type(fact.data["value"]) for fact in facts] == [
        type(None) if value in (BAD_FORM, OUTSIDE) else type(value) for value in expected
    ]
    assert findings["J602"].rows == expected.count(BAD_FORM)
    assert expected.count(OUTSIDE) == (findings["J603"].rows if "J603" in findings else 0)


def test_a_reference_has_the_type_of_the_key_it_points_to(given: Open) -> None:
    text = """
kind: source
name: reps
key: id
fields: {id: integer, name: text}
---
kind: source
name: people
key: id
fields: {id: integer, rep: ref reps?}
"""
    files = {"reps.csv": "id,name\n3,Jane\n", "people.csv": "id,rep\n10,3\n9,\n"}
    opened = given(text, files)

    first, second = opened.facts("people")

    assert (first.key, first.data) == ("10", {"id": 10, "rep": 3})
    assert (second.key, second.data) == ("9", {"id": 9, "rep": None})


def test_a_column_without_one_good_value_is_an_error_that_stops_the_source(given: Open) -> None:
    opened = given(manifest("date"), {"things.csv": file("31.12.2025", "01.01.2026", "")})

    [finding] = opened.check("things")

    assert (finding.code.id, finding.severity, finding.rows) == ("J602", "error", 2)
    with pytest.raises(SourceError, match="2 values of `value` are not a date"):
        opened.facts("things")


def test_a_finding_counts_and_names_the_first_three_lines(given: Open) -> None:
    cells = ["1", "two\nlines", "x", "y", "z", "2"]

    [finding] = given(manifest("integer"), {"things.csv": file(*cells)}).check("things")

    assert finding.detail == (
        "4 values of `value` are not an integer, first in lines 3, 5 and 6 of `things.csv`. "
        "Lists leave out such a row, and whoever refers to it."
    )
    assert finding.help == "jo reads a whole number such as `42`."


PEOPLE = """
kind: source
name: companies
key: id
fields: {id: text, churned_at: "date?", plan: text}
---
kind: source
name: people
key: id
fields: {id: text, email: text, age: "integer?", company: ref companies?}
roles: {address: email, company: company}
---
kind: power_list
name: everybody
from: people
refresh: daily at 02:00
---
kind: power_list
name: customers
from: people
where: company.churned_at is null
refresh: daily at 02:00
---
kind: power_list
name: adults
from: people
where: contact.age >= 18
refresh: daily at 02:00
---
kind: power_list
name: others
from: people
exclude: [adults]
refresh: daily at 02:00
"""


def people(*rows: str) -> str:
    return "\n".join(("id,email,age,company", *rows, ""))


def test_a_row_that_lacks_what_is_never_null_is_left_out_and_counted(given: Open) -> None:
    files = {
        "companies.csv": "id,churned_at,plan\n",
        "people.csv": people("p1,a@x.example,,", "p2,,,", "p3,c@x.example,,"),
    }
    opened = given(PEOPLE, files)

    audience = opened.audience("everybody")

    assert [member.key for member in audience.members] == ["p1", "p3"]
    assert audience.left_out == {UNREADABLE: 1}
    [finding] = opened.check("people")
    assert finding.detail == (
        "1 row has no `email`, which is declared as never NULL, in line 3 of `people.csv`. "
        "Lists leave out such a row, and whoever refers to it."
    )
    assert finding.help == "If it may be missing, declare `email: text?`."


def test_a_value_that_cannot_be_read_is_not_taken_for_null(given: Open) -> None:
    """Else a change of the export's date format would write to everybody who has churned."""
    files = {
        "companies.csv": "id,churned_at,plan\nc1,31.12.2025,a\nc2,2025-12-31,a\nc3,,a\n",
        "people.csv": people(*(f"p{n},p{n}@x.example,,c{n}" for n in (1, 2, 3))),
    }
    opened = given(PEOPLE, files)

    audience = opened.audience("customers")

    assert [member.key for member in audience.members] == ["p3"]
    assert audience.left_out == {UNREADABLE: 1}


def test_a_row_of_which_the_condition_is_false_anyway_is_not_counted(given: Open) -> None:
    files = {
        "companies.csv": "id,churned_at,plan\n",
        "people.csv": people("p1,,17,", "p2,,18,", "p3,c@x.example,19,"),
    }
    opened = given(PEOPLE, files)

    audience = opened.audience("adults")

    assert [member.key for member in audience.members] == ["p3"]
    assert audience.left_out == {UNREADABLE: 1}


def test_a_row_that_an_excluded_list_cannot_judge_is_excluded(given: Open) -> None:
    files = {
        "companies.csv": "id,churned_at,plan\n",
        "people.csv": people("p1,a@x.example,17,", "p2,b@x.example,old,", "p3,c@x.example,19,"),
    }
    opened = given(PEOPLE, files)

    audience = opened.audience("others")

    assert [member.key for member in audience.members] == ["p1"]
    assert audience.left_out == {UNREADABLE: 1, "excluded": 1}


def test_rows_without_a_key_are_nobody_and_the_first_of_a_key_counts(given: Open) -> None:
    files = {
        "companies.csv": "id,churned_at,plan\n",
        "people.csv": people(
            "p1,a@x.example,1,", ",b@x.example,2,", "p1,c@x.example,3,", "p2,d@x.example,4,"
        ),
    }
    opened = given(PEOPLE, files)

    facts = opened.facts("people")

    assert [(fact.key, fact.data["age"]) for fact in facts] == [("p1", 1), ("p2", 4)]
    assert opened.found("people") == ["J602 id warning", "J605 id warning"]
    assert "in line 4 of `people.csv`" in opened.check("people")[1].detail


def test_references_to_nothing_are_counted_where_both_files_are_there(given: Open) -> None:
    files = {
        "companies.csv": "id,churned_at,plan\nc1,,a\n",
        "people.csv": people("p1,a@x.example,,c1", "p2,b@x.example,,c9", "p3,c@x.example,,"),
    }
    opened = given(PEOPLE, files)

    [finding] = opened.check("people")

    assert (finding.code.id, finding.field, finding.rows, finding.severity) == (
        "J610",
        "company",
        1,
        "warning",
    )
    (opened.root / "companies.csv").unlink()
    assert opened.check("people") == []
    assert [finding.code.id for finding in opened.check("companies")] == ["J604"]


def test_rows_may_refer_to_rows_of_their_own_file(given: Open) -> None:
    text = "kind: source\nname: staff\nkey: id\nfields: {id: integer, boss: ref staff?}\n"

    [finding] = given(text, {"staff.csv": "id,boss\n1,\n2,1\n3,9\n"}).check("staff")

    assert finding.detail == "1 row refers by `boss` to a row that `staff` does not have."


@pytest.mark.parametrize("type_", ["number", "boolean", "timestamp"])
def test_a_key_with_more_than_one_spelling_is_refused(given: Open, type_: str) -> None:
    text = f"kind: source\nname: things\nkey: id\nfields: {{id: {type_}}}\n"

    [finding] = given(text, {"things.csv": "id\n1\n"}).check("things")

    assert (finding.code.id, finding.help) == ("J602", "Declare `id: text`.")
