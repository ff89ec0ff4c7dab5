"""Every fault of family J0: found at its place, once, told in words, and read on behind."""

import pytest

from jo.diagnostics.codes import Severity
from jo.diagnostics.diagnostic import Diagnostic, Safety
from jo.manifest.document import Reading
from jo.manifest.reader import limits, read


def reading(text: str | bytes) -> Reading:
    return read("f.yaml", text if isinstance(text, bytes) else text.encode())


def only(text: str | bytes) -> Diagnostic:
    faults = reading(text).diagnostics
    assert len(faults) == 1, faults
    return faults[0]


def marked(text: str, fault: Diagnostic) -> str:
    """Return the text below the primary span, which stands on one line."""
    assert fault.at is not None
    assert fault.at.start.line == fault.at.end.line
    return text.splitlines()[fault.at.start.line - 1][fault.at.start.column - 1 : fault.at.end.column - 1]


def mended(text: str, fault: Diagnostic) -> str:
    """Return the text after the fault's fix."""
    assert fault.fix is not None
    lines = text.splitlines(keepends=True)
    for edit in fault.fix.edits:
        row = edit.span.start.line - 1
        lines[row] = (
            lines[row][: edit.span.start.column - 1] + edit.text + lines[row][edit.span.end.column - 1 :]
        )
    return "".join(lines)


SYNTAX = [
    ("a:\n\tb: c\n", "\t", "A tab stands in the indentation"),
    ('a: "open\nb: c\n', '"', "never closed"),
    ("a: it's\nb: 'open\n---\nc: d\n", "'", "never closed"),
    ("a:\u00a0b\nc: d\n", "\u00a0", "U+00A0"),
    ("a: @b\n", "@", "cannot begin with `@`"),
    ("a: %d items\n", "%", "cannot begin with `%`"),
    ("subject: News: autumn\n", ":", "a colon followed by a space"),
    ("a:\tb: c\n", ":", "a colon followed by a space"),
    ("key:value\nb: c\n", ":", "Without a space after the colon of `key`"),
    ("name: x\n  deeper: y\n", "deeper: y", "indented below a line that already has a value"),
    ("name\nb: c\n", "name", "stands where a key with a colon is expected"),
    ("a: b\nname\n", "name", "stands where a key with a colon is expected"),
    ('a: "x" y\n', "y", "ends at its closing quote"),
    ("a: 'don't'\n", "t'", "an apostrophe is written twice"),
    ("a:\n  b: 1\n c: 2\n", "c: 2", "fits none of the levels"),
    ("- a\nb: c\n", "b: c", "no item of it"),
    ("a: {b: c\nd: e\n", "{", "not closed before"),
    ("a: [b, c\n---\nd: e\n", "[", "not closed before"),
    ("a: [b] c\n", "c", "does not fit together"),
    ('a: {b: "c" d}\n', "d", "cannot continue the `{`"),
    ("a: ]\n", "]", "`]` stands where a value is expected"),
    ('a: "\\q"\n', "\\q", "no such escape"),
    ("a: - b\n", "-", "cannot begin on the line of its key"),
    ("a: ? b\n", "?", "begins a complex key"),
    ("cron: */5 * * * *\n", "*", "refers to another value"),
    ("a: >text\n  more\n", "t", "begins on the next line"),
    ("a: !x!y b\n", "!", "is a tag"),
    ("'x' y: z\n", "y: z", "ends at its closing quote"),
    ("a: *nothing\n", "*nothing", "this document has none"),
    ("a: b\u2028c\n", "\u2028", "U+2028 (line separator)"),
    ("a: b\x07c\n", "\x07", "U+0007"),
]


@pytest.mark.parametrize(("text", "at", "says"), SYNTAX, ids=[text for text, _, _ in SYNTAX])
def test_broken_yaml_is_explained_where_it_went_wrong(text: str, at: str, says: str) -> None:
    fault = only(text)
    assert fault.code.id == "J001"
    assert says in fault.detail
    if "\u2028" not in text:  # where Python would split the line
        assert marked(text, fault) == at
    assert fault.help


def test_documents_before_and_behind_a_broken_one_are_read() -> None:
    result = reading("a: 1\n---\nb: [\n---\nc: 3\n---\nd: 'x\n---\ne: 5\n")
    assert [document.value for document in result.documents] == [{"a": 1}, {"c": 3}, {"e": 5}]
    assert [str(fault.at) for fault in result.diagnostics] == ["f.yaml:3:4", "f.yaml:7:4"]
    assert str(result.documents[2].locate(("e",))) == "f.yaml:9:4"


def test_a_key_given_twice_points_to_both_and_keeps_the_first() -> None:
    text = "a: 1\nb: {c: 1, 'c': 2}\na: 2\n"
    result = reading(text)
    assert [document.value for document in result.documents] == [{"a": 1, "b": {"c": 1}}]
    inner, outer = result.diagnostics
    assert (str(inner.at), str(inner.others[0].span)) == ("f.yaml:2:11", "f.yaml:2:5")
    assert (str(outer.at), str(outer.others[0].span)) == ("f.yaml:3:1", "f.yaml:1:1")
    assert outer.code.id == "J002"


FEATURES = [
    ("a: !!str 1\n", "!!str"),
    ("a: ! 1\n", "!"),
    ("!x a: 1\n", "!x"),
    ("&x a: 1\n", "&x"),
    ("<<: {a: 1}\n", "<<"),
    ("a: &x {b: *x}\n", "*x"),
    ("subject: {{ product }} is out\n", "{{ product }}"),
    ("a: .nan\n", ".nan"),
    ("a: 1e999\n", "1e999"),
    ("a: 9007199254740993\n", "9007199254740993"),
    (f"a: {'9' * 6000}\n", "9" * 6000),
]


@pytest.mark.parametrize(("text", "at"), FEATURES, ids=[at[:20] for _, at in FEATURES])
def test_a_feature_that_confuses_is_refused(text: str, at: str) -> None:
    fault = only(text)
    assert fault.code.id == "J003"
    assert marked(text, fault) == at


@pytest.mark.parametrize(
    "text",
    ["? [a]\n: b\n", "{[a]: b}\n", "%YAML 1.1\n---\na: b\n", "%TAG ! x\n---\na: b\n", "a: &x b\n*x : c\n"],
)
def test_complex_keys_and_directives_are_refused(text: str) -> None:
    assert only(text).code.id == "J003"


CUT = [
    ("w: {where: contact.role in (1, 2), per: company}\n", "contact.role in (1, 2)"),
    ("w: {per: company, where: contact.role in ('A', 'B')}\n", "contact.role in ('A', 'B')"),
    ("w: {when: x in (1, 2, 3)}\n", "x in (1, 2, 3)"),
    ("w: [x in (1, 2), y = 3]\n", "x in (1, 2)"),
    ("w: [f(a, 'b'), c]\n", "f(a, 'b')"),
    ("w: {text: hello, world}\n", "hello, world"),
]


@pytest.mark.parametrize(("text", "whole"), CUT, ids=[whole for _, whole in CUT])
def test_a_value_cut_at_a_comma_is_shown_whole_and_its_fix_reads_as_meant(text: str, whole: str) -> None:
    fault = only(text)
    assert fault.code.id == "J006"
    assert marked(text, fault) == whole
    after = reading(mended(text, fault))
    assert after.diagnostics == ()
    assert whole in str(after.documents[0].value).replace('\\"', '"')


def test_a_value_cut_at_a_comma_is_joined_again_for_later_checks() -> None:
    result = reading("w: {where: x in (1, 2), per: company}\nv: [x in (1, 2), y]\n")
    assert result.documents[0].value == {
        "w": {"where": "x in (1, 2)", "per": "company"},
        "v": ["x in (1, 2)", "y"],
    }


SWALLOWED = [
    ("subject: Ticket #12\n", "#12", 'subject: "Ticket #12"\n'),
    ("color: #ff0000\n", "#ff0000", 'color: "#ff0000"\n'),
    ('- say "hi" #{{ n }} now\n', "#{{ n }} now", "- 'say \"hi\" #{{ n }} now'\n"),
]


@pytest.mark.parametrize(("text", "comment", "after"), SWALLOWED)
def test_a_comment_tight_against_its_text_is_a_warning(text: str, comment: str, after: str) -> None:
    fault = only(text)
    assert (fault.code.id, fault.severity) == ("J007", Severity.WARNING)
    assert marked(text, fault) == comment
    assert mended(text, fault) == after


@pytest.mark.parametrize("time", ["10:30", "9:00", "09:30", "22:00:00"])
def test_a_bare_time_is_an_error_with_a_safe_fix(time: str) -> None:
    text = f"quiet: {{from: {time}}}\n"
    fault = only(text)
    assert (fault.code.id, fault.severity) == ("J008", Severity.ERROR)
    assert fault.fix is not None
    assert fault.fix.safety is Safety.SAFE
    assert mended(text, fault) == f'quiet: {{from: "{time}"}}\n'
    assert reading(text).documents[0].value == {"quiet": {"from": time}}


@pytest.mark.parametrize(
    ("data", "place", "says"),
    [
        (b"a: b\nc: \xc3\xbc\xff\n", "f.yaml:2:5", "Byte 10 of the file (0xff)"),
        ("a: ü".encode("latin-1"), "f.yaml:1:4", "Byte 3"),
        ("a: b".encode("utf-16"), "f.yaml:1:1", "UTF-16"),
    ],
)
def test_what_is_not_utf_8_is_named_with_its_place(data: bytes, place: str, says: str) -> None:
    fault = only(data)
    assert (fault.code.id, str(fault.at)) == ("J005", place)
    assert says in fault.detail


DOUBLING = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 20))


@pytest.mark.parametrize(
    "text",
    [
        "x" * (limits.FILE_BYTES + 1),
        "[" * (limits.DEPTH + 1),
        "a: &x 1\nb: [" + "*x, " * (limits.ALIASES + 1) + "]\n",
        "a: &x " + "[" * 20 + "]" * 20 + "\nb: " + "[" * 20 + "*x" + "]" * 20 + "\n",
        DOUBLING,
        "- a\n" * (limits.VALUES + 1),
    ],
    ids=["bytes", "depth", "aliases", "depth through an alias", "doubling aliases", "values"],
)
def test_what_exceeds_a_limit_is_refused(text: str) -> None:
    assert only(text).code.id == "J004"


def test_a_file_is_read_no_further_after_many_faults() -> None:
    assert len(reading("- 10:30\n" * 1000).diagnostics) == limits.FAULTS


def test_messages_quote_only_the_beginning_of_a_long_value() -> None:
    fault = only("a: {b: " + "x" * 100_000 + ", y}\n")
    assert len(fault.detail) + len(fault.help) < 500
