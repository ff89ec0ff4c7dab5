"""Tables without lines."""

import pytest

from jo.views.table import Column, table
from jo.views.terminal import Look, paint

COLUMNS = (Column(title="n", is_number=True), Column(title="name", may_wrap=True), Column(title="end"))


def shown(rows: list[tuple[str, ...]], width: int = 100) -> list[str]:
    look = Look(width=width)
    return paint(table(COLUMNS, rows, look), look).splitlines()


def test_columns_are_as_wide_as_what_they_hold() -> None:
    assert shown([("1", "a", "x"), ("12", "bcd", "y")]) == [" n  name  end", " 1  a     x", "12  bcd   y"]


def test_wide_characters_take_two_cells() -> None:
    assert shown([("1", "日本", "x"), ("2", "abcd", "y")])[1:] == ["1  日本  x", "2  abcd  y"]


def test_a_column_wraps_where_the_terminal_is_too_narrow() -> None:
    rows = [("1", "some words that do not fit", "end")]
    assert shown(rows, width=24)[1:] == ["1  some words that   end", "   do not fit"]


@pytest.mark.parametrize("width", range(20, 60, 7))
def test_no_line_is_wider_than_the_terminal_when_words_allow_it(width: int) -> None:
    rows = [("1", "a b c d e f g h i j k l m n o p q r s t", "x")]
    assert max(map(len, shown(rows, width=width))) <= width


def test_what_a_terminal_would_act_on_is_shown_instead() -> None:
    assert "\x1b" not in "".join(shown([("1", "\x1b[31mred", "x")]))
