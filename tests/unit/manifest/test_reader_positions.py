"""Where things stand: paths to spans, ancestors of what is missing, characters inside text values."""

import pytest

from jo.diagnostics.span import Path, Span
from jo.manifest.document import Document, Part
from jo.manifest.reader import read

TEXT = """\
# a comment
kind: program
steps:
  hello: {email: welcome, if: "a = 'b'"}
  empty:
  size:
    branch:
      - when: company.segment
        next: small
      - [x, y]
    otherwise: end   # all others

note: |
  first line
    second line

---
kind: outreach
"""


def document(text: str = TEXT, index: int = 0) -> Document:
    return read("f.yaml", text.encode()).documents[index]


def covered(span: Span, text: str = TEXT) -> str:
    lines = text.splitlines(keepends=True)
    rows = lines[span.start.line - 1 : span.end.line]
    rows[-1] = rows[-1][: span.end.column - 1]
    rows[0] = rows[0][span.start.column - 1 :]
    return "".join(rows)


@pytest.mark.parametrize(
    ("path", "part", "expected"),
    [
        (("kind",), Part.VALUE, "program"),
        (("kind",), Part.KEY, "kind"),
        (("steps", "hello"), Part.VALUE, "{email: welcome, if: \"a = 'b'\"}"),
        (("steps", "hello", "if"), Part.VALUE, "\"a = 'b'\""),
        (("steps", "size", "branch", 0, "next"), Part.VALUE, "small"),
        (("steps", "size", "branch", 1), Part.KEY, "[x, y]"),
        (("steps", "size", "branch", 1, 1), Part.VALUE, "y"),
        (("steps", "size", "branch", 0), Part.VALUE, "when: company.segment\n        next: small"),
        (("steps", "size", "otherwise"), Part.VALUE, "end"),
        (("note",), Part.VALUE, "|\n  first line\n    second line"),
        (("steps", "empty"), Part.VALUE, "empty"),
    ],
)
def test_a_path_is_where_it_was_written(path: Path, part: Part, expected: str) -> None:
    assert covered(document().locate(path, part)) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("steps", "hello", "after"), "hello"),
        (("steps", "hello", "email", "deeper", 3), "email"),
        (("steps", "size", "branch", 7), "branch"),
        (("steps", "size", "branch", 0, "missing"), "when: company.segment"),
        (("missing",), "kind: program"),
    ],
)
def test_what_is_missing_is_shown_at_its_nearest_ancestor(path: Path, expected: str) -> None:
    assert covered(document().locate(path)) == expected
    assert covered(document().locate(path, Part.KEY)) == expected


def test_the_second_document_counts_lines_from_the_top_of_the_file() -> None:
    assert str(document(index=1).locate(("kind",))) == "f.yaml:18:7"


def test_the_parts_of_an_aliased_value_are_where_it_was_written() -> None:
    text = "a: &x {k: v}\nb: *x\n"
    aliased = document(text)
    assert covered(aliased.locate(("b",)), text) == "*x"
    assert str(aliased.locate(("b", "k"))) == "f.yaml:1:11"


WITHIN = [
    ("a: role = 'x' and y\n", "role = 'x' and y"),
    ("a: \"role = 'x' and y\"\n", "role = 'x' and y"),
    ("a: 'ünï \U0001f600 and y'\n", "ünï \U0001f600 and y"),
    ("a: one and\n   two\n", "one and two"),
    ("a: >-\n  one and\n  two\n", "one and two"),
    ("a: |\n  one and\n    two\n", "one and\n  two\n"),
    ("- {a: [one and two]}\n", "one and two"),
    ("a: |   # comment\r\n  one and\r\n  two\r\n", "one and\ntwo\n"),
]


@pytest.mark.parametrize(("text", "value"), WITHIN)
def test_each_word_inside_a_text_is_found_where_it_stands(text: str, value: str) -> None:
    path: Path = (0, "a", 0) if text.startswith("-") else ("a",)
    for word in value.split():
        start = value.index(word)
        span = document(text).locate_within(path, start, start + len(word))
        assert covered(span, text) == word


@pytest.mark.parametrize("text", ["a: 'it''s me'\n", 'a: "it\\x27s me"\n'])
def test_behind_an_escape_the_whole_value_is_shown(text: str) -> None:
    assert covered(document(text).locate_within(("a",), 0, 2), text) == text[3:-1]


def test_offsets_outside_the_text_give_the_whole_value() -> None:
    text = "a: abc\n"
    assert covered(document(text).locate_within(("a",), 2, 9), text) == "abc"
    assert covered(document(text).locate_within(("b",), 0, 1), text) == "a: abc"
    end = document(text).locate_within(("a",), 3, 3)
    assert end == Span.point("f.yaml", 1, 7)
