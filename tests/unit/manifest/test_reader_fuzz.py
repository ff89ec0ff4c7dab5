"""Whatever the bytes: no exception, bounded time, and the quick builder agrees with the careful one."""

import random
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jo.manifest.reader import limits, read
from jo.manifest.reader.lines import by_lines
from jo.manifest.reader.quick import quick
from jo.manifest.reader.tree import grow

SUITE = settings(derandomize=True, deadline=None, max_examples=400, database=None)

FRAGMENTS = [
    *("a", "b: ", "key: ", "key: value", "- ", "? ", ": ", "{", "}", "[", "]", ",", ", ", "'", '"', "(", ")"),
    *("|\n", ">-\n", "\n", "\n  ", "\n    ", "\r\n", "\t", "\n---\n", "\n...\n", "%YAML 1.2\n"),
    *(
        "#",
        " #x",
        " # y",
        "# jo: ignore[J205] z",
        "# jo: ignore",
        "&x ",
        "*x",
        "!t ",
        "!= ",
        "<<: ",
        "@",
        "`",
    ),
    *("10:30", "017", "12", "1e9", ".inf", "null", "~", "true", "x in (1, 2)", "{{ n }}", "\\"),
    *("\u2028", "\ufeff", "\x00", "\u00a0", "ü", "\U0001f600"),
]
SAMPLE = """\
kind: program
name: onboarding   # the first mails
steps:
  hello: {email: welcome, if: "contact.role in ('A', 'B')"}
  size:
    branch:
      - when: company.segment in ('SMB', 'MM')
        next: small
  text: |
    two
      lines
  times: ["10:30", 3, null, ~, 1.5]
"""
VALUES = (
    *(
        "x",
        "two words",
        "1",
        "-1",
        "1.5",
        "017",
        "10:30",
        "true",
        "no",
        "null",
        "~",
        ".5",
        "1e9",
        "x: y",
        "x:y",
    ),
    *(
        "'x'",
        "'it''s'",
        "''",
        '"x"',
        '""',
        '"a # b"',
        '"\\n"',
        '"open',
        "'open",
        "x 'y' z",
        "-x",
        "- x",
        "?x",
    ),
    *(
        "{}",
        "[]",
        "{a: 1}",
        "{a: b, c: d}",
        "{a: {b: [x, y]}, c: '}'}",
        "[a, b c, 'd, e']",
        "[a, [b], {c: d}]",
    ),
    *(
        "{a: b",
        "{a}",
        "{a: }",
        "{a:1}",
        "{a: 1, a: 2}",
        "{a: b,}",
        "[a,]",
        "[a: b]",
        "[f(a, b)]",
        "[f(a), b]",
    ),
    *(
        "{a: x in (1, 2)}",
        "[x at 09:00, y]",
        "{a: text?, b: c}",
        "{a: b#c}",
        "{a: b #c}",
        "{a: b} # c",
        "{a: b}#c",
    ),
    *(
        "{{ n }}",
        "[10:30]",
        "{a: 10:30}",
        "[1, 2.5, ~]",
        "{a: 'x' y}",
        '{"a": b}',
        "{ a : b }",
        "{a: b }",
        "a, b",
    ),
    *(
        "company.x = 'y'",
        "a <= b and c",
        "ü 😀",
        "x\u00a0y",
        "\u00a0",
        "x\ty",
        "|",
        ">-",
        "&a x",
        "*a",
        "!t x",
        "%x",
    ),
)
PLACES = (
    *(
        "a: {}",
        "a: {}\nb: c",
        "a: {}\n  b",
        "a: {}\n  b: c",
        "a: {}\n  - b",
        "a: {}\n- b",
        "a: {}\n\n---\na: b\n",
    ),
    *(
        "a:\n  - {}",
        "a:\n  - {}\n  - b\n",
        "a:\n  - {}\n    b",
        "a:\n- {}\n",
        "a:\n  b: {}\nc: d\n",
        "- {}",
        "{}",
    ),
    *(
        "a:\n  - b: {}\n    c: d\n  - e\n",
        "a: {{b: {}}}",
        "a: {{b: {}, c: d}}",
        "a: [{}]",
        "a: [b, {}, c]",
        "a: ({}",
    ),
    *(
        "a: '{}'",
        'a: "{}"',
        "a: b {}",
        "{}: a",
        "a: b\n{}: c",
        "a: # {}\n  b: c",
        "# {}\na: b",
        "a: b\n{}\nc: d",
    ),
)
texts = st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join)


@SUITE
@given(texts)
@example("a: !=x b")
@example("a:&x b")
@example('{"a":&x b}')
@example("{a: {a: 1}, b: [x, {c: d}]}")
def test_the_quick_builder_accepts_only_what_has_no_faults_and_gives_the_same(text: str) -> None:
    values = quick(text)
    if values is not None:
        forest = grow("f.yaml", text)
        assert forest.faults == []
        assert [tree.value for tree in forest.trees] == values


def test_every_value_in_every_place_is_read_as_the_careful_builder_reads_it() -> None:
    ends = ("", "  ", " # note", "# note", " #", ",", ":", " x")
    by_line = [
        _is_read_alike(place.format(value + end)) for place in PLACES for value in VALUES for end in ends
    ]
    assert sum(by_line) > len(by_line) / 8


def test_lines_put_together_at_random_are_read_as_the_careful_builder_reads_them() -> None:
    chance = random.Random(11)
    by_line = [_is_read_alike(_lines(chance)) for _ in range(10_000)]
    assert sum(by_line) > len(by_line) / 12


def _is_read_alike(text: str) -> bool:
    """Hold a text to the law; tell whether it was read line by line."""
    values = quick(text)
    if values is None:
        return False
    forest = grow("f.yaml", text)
    assert forest.faults == [], repr(text)
    assert repr([tree.value for tree in forest.trees]) == repr(values), repr(text)  # 1 and 1.0 are equal
    return by_lines(text) is not None


def _lines(chance: random.Random) -> str:
    """Return lines that mostly fit each other."""
    text, column = "", 0
    for key in "abcdefghij"[: chance.randint(1, 8)]:
        indent = " " * (column if chance.random() < 0.95 else chance.randrange(7))
        dash = chance.choice(("", "", "", "", "- ", "-   "))
        name = (
            f"{key}:" if chance.random() < 0.9 else chance.choice(("", "a:", "x.y-z:", "a b:", '"q":', "1:"))
        )
        value = chance.choice(("", "", "x", "two words", "1", "'x'", "{k: v}", "[1, b]"))
        end = chance.choice(("", "", "", "", " ", " # note"))
        newline = chance.choice((*["\n"] * 12, "\n\n", "\n# note\n", "\n---\n", "\r\n"))
        text += f"{indent}{dash}{name} {value}{end}{newline}"
        column = len(indent + dash if name else indent) + (0 if value else 2)
        column = 0 if "---" in newline else max(0, column - chance.choice((0, 0, 0, 2, 4)))
    return text


@SUITE
@given(texts.map(str.encode) | st.binary(max_size=60))
def test_any_bytes_can_be_read(data: bytes) -> None:
    reading = read("f.yaml", data)
    for fault in reading.diagnostics:
        assert fault.at is not None
        assert fault.at.start <= fault.at.end
        assert fault.at.end.line <= reading.text.count("\n") + reading.text.count("\r") + 2
    for document in reading.documents:
        document.locate(("a", 0))
        document.locate_within(("a",), 0, 1)


def test_a_mutated_file_can_be_read() -> None:
    seed = 7
    chance = random.Random(seed)
    for round_ in range(3000):
        data = bytearray(SAMPLE.encode())
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data))
            match chance.randrange(3):
                case 0:
                    del data[at : at + chance.randint(1, 5)]
                case 1:
                    data[at:at] = chance.choice(FRAGMENTS).encode()
                case _:
                    data[at] = chance.randrange(256)
        try:
            reading = read("f.yaml", bytes(data))
        except Exception as error:
            raise AssertionError(f"seed {seed}, round {round_}: {bytes(data)!r}") from error
        text = reading.text
        values = quick(text)
        if values is not None:
            assert [tree.value for tree in grow("f.yaml", text).trees] == values


SIZE = limits.FILE_BYTES
BOMBS = {
    "keys without values": "{" + "a," * (SIZE // 2 - 2) + "}",
    "items": "- a\n" * (SIZE // 4),
    "brackets": "[" * SIZE,
    "dashes": "- " * (SIZE // 2),
    "braces": "{a: " * (SIZE // 4),
    "question marks": "? " * (SIZE // 2),
    "documents": "---\na: b\n" * (SIZE // 9),
    "broken documents": (" " * 20_000 + "\n---\n[") * 50,
    "open parentheses": "[" + "(," * (SIZE // 2 - 1) + "]",
    "ignores": "# jo: ignore\n" * (SIZE // 13),
    "good ignores": "# jo: ignore[J205] x\n" * (SIZE // 21),
    "control characters": "\x01" * SIZE,
    "digits": "a: " + "1" * (SIZE - 4),
    "backslashes": 'a: "' + "\\" * (SIZE - 6) + '"',
    "one line": "a: " + "b " * (SIZE // 2 - 3),
    "flow list": "[a" + ",a" * (SIZE // 2 - 2) + "]",
    "merge keys": "a0: &a0 {x: 1}\n"
    + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 25)),
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_a_bomb_takes_little_time(text: str) -> None:
    # The bound only tells linear from quadratic: these take a second at most, a quadratic reading minutes.
    start = time.process_time()
    reading = read("f.yaml", text.encode())
    assert time.process_time() - start < 20
    assert len(reading.diagnostics) <= 2 * limits.FAULTS
