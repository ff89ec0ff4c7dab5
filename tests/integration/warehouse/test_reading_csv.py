"""What a CSV file means to jo, and which files it refuses, at which line and without quoting them."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from jo.ports.warehouse import SourceError
from tests.support.files import Given, open_files

Open = Callable[..., Given]

PEOPLE = """
kind: source
name: people
key: id
fields: {id: text, name: "text?"}
"""

TWO = [("1", "Ann"), ("2", "Bo")]


def rows(given: Given) -> list[tuple[str, str | None]]:
    return [(fact.data["id"], fact.data["name"]) for fact in given.facts("people")]


def read(given: Open, content: bytes | str, **settings: Any) -> list[tuple[str, str | None]]:
    return rows(given(PEOPLE, {"people.csv": content}, people=settings))


CELLS = {
    "": None,
    '""': None,
    "   ": None,
    '"\t "': None,
    "NULL": "NULL",
    "\\N": "\\N",
    "nan": "nan",
    " Ann ": " Ann ",
    '"a ""b"" c"': 'a "b" c',
    '"a,b"': "a,b",
    '"two\nlines"': "two\nlines",
    'a"b': 'a"b',
    "'; drop table people; --": "'; drop table people; --",
    "\x1fcell\x1erow": "\x1fcell\x1erow",
    "Ж中😀e\u0301": "Ж中😀e\u0301",
}
"""How a text stands in a file → what it is."""


def test_a_text_is_what_stands_in_the_file_and_blank_is_null(given: Open) -> None:
    content = "id,name\n" + "".join(f"{number:02},{cell}\n" for number, cell in enumerate(CELLS))

    assert [name for _, name in read(given, content)] == list(CELLS.values())


@pytest.mark.parametrize(
    "content",
    [
        b"id,name\n1,Ann\n2,Bo\n",
        b"id,name\n1,Ann\n2,Bo",
        b"id,name\r\n1,Ann\r\n2,Bo\r\n",
        b"id,name\r1,Ann\r2,Bo\r",
        b"id,name\r\n1,Ann\n2,Bo\r\n",
        b"\xef\xbb\xbfid,name\n1,Ann\n2,Bo\n",
        b'\xef\xbb\xbf"id","name"\n1,Ann\n2,Bo\n',
        b"\n\nid,name\n\n1,Ann\n\n2,Bo\n\n",
        b" id , name \n1,Ann\n2,Bo\n",
        b"ignored,name,id,ignored\nx,Ann,1,\ny,Bo,2,z\n",
    ],
)
def test_line_ends_marks_blank_lines_and_other_columns_do_not_matter(given: Open, content: bytes) -> None:
    assert read(given, content) == TWO


def test_a_delimiter_an_encoding_and_other_names_are_settings(given: Open) -> None:
    content = "Nr.;Voller Name\n1;Jörg Weiß\n".encode("cp1252")

    found = read(
        given,
        content,
        delimiter=";",
        encoding="cp1252",
        columns={"id": "Nr.", "name": "Voller Name"},
    )

    assert found == [("1", "Jörg Weiß")]


def test_utf_16_is_read_too(given: Open) -> None:
    assert read(given, "id,name\n1,Ж\n".encode("utf-16"), encoding="utf-16") == [("1", "Ж")]


def test_a_file_with_nothing_but_a_header_has_no_rows(given: Open) -> None:
    opened = given(PEOPLE, {"people.csv": "id,name\n"})

    assert rows(opened) == []
    assert opened.found("people") == []


def test_a_field_of_two_megabytes_is_read(given: Open) -> None:
    long = "x" * 2_000_000

    assert read(given, f"id,name\n1,{long}\n2,Bo\n") == [("1", long), ("2", "Bo")]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("id,name\n1,Ann\n2\n", "line 3: The row has 1 field and the header 2."),
        ("id,name\n1,Smith, secret,\n", "line 2: The row has 4 fields and the header 2."),
        # One empty field too many is a row whose fields may have moved.
        ("id,name\n1,secret,\n", "line 2: The row has 3 fields and the header 2."),
        ('id,name\n1,"two\nlines"\n2,"secret\n3,Cy\n', "line 4: A quote is not closed"),
        ('id,name\n1,"sec"ret\n', "line 2: A quote is not closed"),
        ("id,name\n1,ok\n\n2,\xe4\n".encode("latin-1"), "line 4: The file is not UTF-8 text."),
        ("", "is empty and has no header"),
        ("\n\n", "is empty and has no header"),
        ("id,name,id\n1,Ann,2\n", "names `id` more than once"),
        ("id;name\n1;Ann\n", "one single column"),
    ],
)
def test_a_broken_file_is_refused_at_its_line_without_its_content(
    given: Open, content: bytes | str, says: str
) -> None:
    opened = given(PEOPLE, {"people.csv": content})

    [finding] = opened.check("people")

    assert finding.code.slug == "unreadable-source"
    assert says in finding.detail
    assert "`people.csv`" in finding.detail
    assert "secret" not in finding.detail + finding.help
    with pytest.raises(SourceError, match=r"people\.csv"):
        opened.facts("people")


def test_a_field_beyond_the_limit_is_taken_for_an_open_quote(given: Open) -> None:
    opened = given(PEOPLE, {"people.csv": 'id,name\n1,"' + "x" * 17_000_000})

    [finding] = opened.check("people")

    assert "line 2: A field has more than 16,777,216 characters" in finding.detail


def test_the_likely_delimiter_is_named(given: Open) -> None:
    [finding] = given(PEOPLE, {"people.csv": "id\tname\n1\tAnn\n"}).check("people")

    assert 'delimiter = "\\t"' in finding.help


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"delimiter": ";;"}, "`;;` cannot be a delimiter"),
        ({"delimiter": '"'}, "cannot be a delimiter"),
        ({"encoding": "utf-9"}, "`utf-9` is no encoding"),
        ({"encoding": "rot13"}, "`rot13` is no encoding"),
    ],
)
def test_settings_that_cannot_be_are_said(given: Open, settings: dict[str, str], says: str) -> None:
    [finding] = given(PEOPLE, {"people.csv": "id,name\n1,Ann\n"}, people=settings).check("people")

    assert says in finding.detail


def test_a_missing_column_names_the_near_miss(given: Open) -> None:
    opened = given(PEOPLE, {"people.csv": "id,names,age\n1,Ann,7\n"})

    [finding] = opened.check("people")

    assert (finding.code.id, finding.field) == ("J601", "name")
    assert finding.help == "Did you mean `names`?"
    with pytest.raises(SourceError, match="no column `name`"):
        opened.facts("people")


def test_a_row_with_a_nul_is_left_out_because_not_every_store_can_keep_it(given: Open) -> None:
    opened = given(PEOPLE, {"people.csv": "id,name\n1,Ann\n2\0,Bo\n3,C\0l\n"})

    assert opened.found("people") == ["J603 id warning", "J603 name warning"]
    assert "without the character NUL" in opened.check("people")[0].help
    assert [fact.key for fact in opened.facts("people") if fact.is_readable] == ["1"]


def test_a_missing_column_under_another_name_tells_both(given: Open) -> None:
    opened = given(PEOPLE, {"people.csv": "id,age\n1,7\n"}, people={"columns": {"name": "Full name"}})

    [finding] = opened.check("people")

    assert finding.detail == "`people.csv` has no column `Full name`, which the field `name` is read from."


def test_a_mapping_of_an_unknown_field_is_said(given: Open) -> None:
    opened = given(PEOPLE, {"people.csv": "id,name\n1,Ann\n"}, people={"columns": {"nmae": "name"}})

    [finding] = opened.check("people")

    assert (finding.code.id, finding.help) == ("J901", "Did you mean `name`?")


texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8
) | st.sampled_from(["", " ", "a\r\nb", '"', ",", "\x1e", "\x1f", "\u2028", "\x85", "NULL", "e\u0301"])


@for_all(st.lists(texts, min_size=1, max_size=100), st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_what_a_csv_writer_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], line_end: str
) -> None:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator=line_end)
    writer.writerow(["id", "name"])
    writer.writerows([f"{number:03}", name] for number, name in enumerate(names))
    opened = open_files(tmp_path_factory.mktemp("csv"), PEOPLE, {"people.csv": file.getvalue()})
    try:
        expected = [name if name.strip(" \t\r\n") else None for name in names]
        assert opened.values("people", "name") == expected
    finally:
        opened.warehouse.close()


def test_findings_never_hold_what_stands_in_the_file(given: Open) -> None:
    manifest = """
    kind: source
    name: people
    key: id
    fields: {id: text, name: text, born: date, age: integer}
    """
    content = "id,name,born,age\nsecret-1,secret,secret,1\nsecret-1,,2001-01-01,99999999999999999\n,x,,\n"

    findings = given(manifest, {"people.csv": content}).check("people")

    assert {finding.code.id for finding in findings} == {"J602", "J603", "J605"}
    assert "secret" not in json.dumps([finding.detail + finding.help for finding in findings])
