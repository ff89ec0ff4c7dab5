"""What the reader makes of good YAML: values of the 1.2 core schema, documents, byte order marks, ignores."""

import pytest

from jo.manifest.reader import parser as parser_module
from jo.manifest.reader import read
from jo.manifest.reader.parser import PurePythonParser


def values(text: str) -> list[object]:
    reading = read("f.yaml", text.encode())
    assert reading.diagnostics == ()
    return [document.value for document in reading.documents]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("yes", "yes"),
        ("NO", "NO"),
        ("on", "on"),
        ("true", True),
        ("FALSE", False),
        ("tRue", "tRue"),
        ("null", None),
        ("~", None),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("-4", -4),
        ("+4", 4),
        ("1_000", "1_000"),
        ("1.10", 1.1),
        ("-.5e3", -500.0),
        ("1.", 1.0),
        ("7.2.1", "7.2.1"),
        ("2026-12-01", "2026-12-01"),
        ("2026-12-01 09:00", "2026-12-01 09:00"),
        ("3 days", "3 days"),
        ("30%", "30%"),
        ("'10:30'", "10:30"),
        ('"017"', "017"),
        ("'null'", "null"),
        ("text?", "text?"),
        ("9007199254740992", 2**53),
        ("٣", "٣"),
    ],
)
def test_a_plain_scalar_has_its_value_of_the_core_schema(written: str, meant: object) -> None:
    (document,) = values(f"key: {written}\n")
    assert document == {"key": meant}
    assert isinstance(document, dict)
    assert type(document["key"]) is type(meant)


def test_keys_are_text_as_written() -> None:
    assert values("on: 1\n12: 2\n'a b': 3\ntrue: 4\n~: 5\n10:30: 6\n") == [
        {"on": 1, "12": 2, "a b": 3, "true": 4, "~": 5, "10:30": 6}
    ]


def test_several_documents_are_read_and_empty_ones_left_out() -> None:
    assert values("---\na: 1\n---\n# nothing\n---\nb: 2\n...\n---\n") == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "\ufeff"])
def test_a_file_without_content_has_no_documents(text: str) -> None:
    assert values(text) == []


def test_a_byte_order_mark_and_carriage_returns_change_nothing() -> None:
    assert values("\ufeffa: 1\r\nb:\r\n  - c\r\n") == [{"a": 1, "b": ["c"]}]


def test_a_document_need_not_be_a_mapping() -> None:
    assert values("- a\n- [b, {c: d}]\n") == [["a", ["b", {"c": "d"}]]]
    assert values("just text\n") == ["just text"]


def test_an_alias_stands_for_its_value() -> None:
    assert values("a: &x {k: [1, 2]}\nb: *x\nc: [*x]\n") == [
        {"a": {"k": [1, 2]}, "b": {"k": [1, 2]}, "c": [{"k": [1, 2]}]}
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a: b # a comment\n",
        "# Ticket #12\na: b\n",
        "a: 'Ticket #12'\n",
        "a: b#c\n",
        "a: {x: y,}\nb: [x, y,]\n",
        "a: {x: , y: 1}\n",
        "a: [f(1), g(x)]\n",
        "a: |\n  [x in (1, 2) #nothing\n",
        "%YAML 1.2\n---\na: b\n",
        "a:\tb\n",
    ],
)
def test_what_only_looks_like_a_trap_is_accepted(text: str) -> None:
    assert len(values(text)) == 1


SAMPLE = """\
kind: program
name: onboarding
steps:
  hello: {email: welcome, if: contact.language is not null}
  size:
    branch:
      - when: company.segment in ('SMB', 'MM')
        next: small
  text: |
    two
      lines
  folded: >-
    one
    line
  "quoted": "a\\tb"
"""


def test_the_pure_python_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    # given a PyYAML without libyaml
    expected = values(SAMPLE)
    broken = read("f.yaml", b"a: 1\na: 2\nb: [1\n---\nc: 'x\n").diagnostics
    monkeypatch.setattr(parser_module, "_new_parser", PurePythonParser)
    # then values and the places of faults are the same
    assert values(SAMPLE) == expected
    mine = read("f.yaml", b"a: 1\na: 2\nb: [1\n---\nc: 'x\n").diagnostics
    assert [(d.code, d.at) for d in mine] == [(d.code, d.at) for d in broken]


def test_an_ignore_speaks_of_its_line_or_of_the_next_with_content() -> None:
    # given one at the end of a line, two on lines of their own, and text that is no comment
    text = (
        "a: b # jo: ignore[J205] the field is never NULL\n"
        "# jo: ignore[J302, null-blind-comparison] kept for spring\n"
        "\n"
        "# more\n"
        "c: d\n"
        "e: 'x # jo: ignore[J205] no comment'\n"
        "f: |\n"
        "  # jo: ignore[J205] no comment\n"
    )
    # when
    reading = read("f.yaml", text.encode())
    # then
    assert reading.diagnostics == ()
    assert [(i.line, [c.id for c in i.codes], i.reason) for i in reading.ignores] == [
        (1, ["J205"], "the field is never NULL"),
        (5, ["J302", "J205"], "kept for spring"),
    ]
    assert str(reading.ignores[0].span) == "f.yaml:1:6"


@pytest.mark.parametrize(
    ("comment", "says"),
    [
        ("# jo: ignore", "which finding and why"),
        ("#jo:ignore[J205]", "why"),
        ("# jo: ignore[] because", "which finding"),
        ("# jo: ignore[J999] because", "`J999`"),
    ],
)
def test_an_ignore_without_code_or_reason_is_reported(comment: str, says: str) -> None:
    reading = read("f.yaml", f"a: b\n{comment}\n".encode())
    (fault,) = reading.diagnostics
    assert (fault.code.id, str(fault.at)) == ("J908", "f.yaml:2:1")
    assert says in fault.detail
    assert reading.ignores == ()
