"""Cutting a text into what is Jinja and what is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jo.render.faults import Place, Where
from jo.render.fold import fold
from jo.render.pieces import Piece, blank, cut, locate

HERE = Place(version="default", where=Where.BODY)


def shape(text: str) -> list[str]:
    items, faults = cut(text, HERE)
    assert not faults
    return [item if isinstance(item, str) else f"<{item.inner}>" for item in items]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi {{ name }}!", ["Hi ", "<name>", "!"]),
        ("{{ '}}' }}", ["<'}}'>"]),
        ('{{ "a\\"}}" }}', ['<"a\\"}}">']),
        ("a {# {{ no }} #} b", ["a ", " b"]),
        ("a  {%- if x -%}  b", ["a", "<if x>", "b"]),
        ("{{ a\n | upper }}", ["<a  | upper>"]),
        ("{ {x} } %}", ["{ {x} } %}"]),
    ],
)
def test_a_text_is_cut_at_its_pieces(text: str, expected: list[str]) -> None:
    assert shape(text) == expected


def test_a_piece_knows_its_line_and_columns() -> None:
    items, _ = cut("first\n  é {{ contact.name }} x", HERE)

    (piece,) = [item for item in items if isinstance(item, Piece)]
    assert (piece.at.line, piece.at.column, piece.at.end_column) == (2, 5, 23)


@pytest.mark.parametrize("text", ["{{ a", "{% if x", "{# never", "{{ 'a }}"])
def test_a_piece_without_an_end_is_a_fault_at_its_start(text: str) -> None:
    _, (fault,) = cut("\nxx" + text, HERE)

    assert (fault.code.slug, fault.at.line, fault.at.column) == ("broken-template", 2, 3)


def test_an_enormous_text_is_not_read() -> None:
    _, (fault,) = cut("x" * 300_000, HERE)

    assert fault.code.slug == "costly-template"


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text(alphabet="ab{}%#'\"\\-\n é", max_size=60))
def test_blanking_keeps_every_line_and_length(text: str) -> None:
    blanked = blank(text)

    assert [len(line) for line in blanked.split("\n")] == [len(line) for line in text.split("\n")]
    assert not cut(blanked, HERE)[1]


def test_a_needle_is_found_where_it_stands() -> None:
    found = locate(HERE, "one\ntwo https://x.example", "https://")

    assert found is not None
    assert (found.line, found.column, found.end_column) == (2, 5, 13)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a{% if yes %}b{% endif %}c", "abc"),
        ("a{% if no %}b{% endif %}c", "ac"),
        ("{% if not no %}a{% else %}b{% endif %}", "a"),
        ("{% if yes %}a{% else %}b{% endif %}", "a"),
        ("{% if no %}{% if open %}a{% endif %}b{% else %}c{% endif %}", "c"),
        ("{% if open %}a{% if yes %}b{% endif %}{% endif %}", "<if open>ab<endif>"),
        ("{% if yes %}a{% elif open %}b{% endif %}", "<if yes>a<elif open>b<endif>"),
        ("{% if yes and open %}a{% endif %}", "<if yes and open>a<endif>"),
        ("{% if yes %}a", "<if yes>a"),
    ],
)
def test_conditions_that_are_known_are_decided(text: str, expected: str) -> None:
    items, _ = cut(text, HERE)

    folded = fold(items, {"yes": True, "no": False})

    assert "".join(item if isinstance(item, str) else f"<{item.inner}>" for item in folded) == expected
