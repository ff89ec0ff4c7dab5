"""What YAML reads differently from what its author meant: each trap with its recognition and its words.

J006: in braces and brackets a plain value ends at a comma. A key without a value after a plain value,
or a list item with an open parenthesis, is never meant in jo. J007: ` #` begins a comment; written
tight against a word (`Ticket #12`) it was hardly meant as one. J008: `10:30` is the number 630 to
YAML 1.1 and text to 1.2, so that two tools read two things. Besides, characters that nobody sees.
"""

import json
import re
import unicodedata

from jo.diagnostics.codes import BARE_TIME, BROKEN_YAML, COMMA_IN_BRACES, HASH_COMMENT, Severity
from jo.diagnostics.diagnostic import Diagnostic, Edit, Fix, Safety
from jo.diagnostics.span import Position, Span
from jo.manifest.reader.node import Node, excerpt, span

SWALLOWED = re.compile(r"#(?<=[ \t]#)(?=[\w{(\[$<&@'\"])[^\r\n]*")
"""A comment written tight against its text, after a space. Comments on lines of their own match too.
It begins with a literal, which the search for it is much faster with."""

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""Control characters and line ends that only some programs see (YAML 1.2.2, section 5.1, refuses most)."""

_BLANKS = re.compile(r"[ \t]+")


def cut_at_comma(file: str, text: str, value: Node) -> Diagnostic:
    """Report a plain value in braces that has been joined again with what stood behind the comma."""
    end = _balanced_end(text, value.start.index, value.end.index)
    written = text[value.start.index : end]
    first, _, rest = written.partition(",")
    quoted = _quoted(written)
    whole = Span(
        file,
        Position(value.start.line + 1, value.start.column + 1),
        Position(value.end.line + 1, value.end.column + 1 + end - value.end.index),
    )
    return Diagnostic(
        code=COMMA_IN_BRACES,
        at=whole,
        label="ends at the comma",
        detail=(
            "Inside braces and brackets an unquoted value ends at a comma: this one is read as "
            f"`{excerpt(first)}`, and `{excerpt(rest)}` as something of its own."
        ),
        help=f"Put the value in quotes: {excerpt(quoted)}",
        fix=Fix(title="Quote the value", edits=(Edit(span=whole, text=quoted),)),
    )


def swallowed(file: str, text: str, value: Node) -> Diagnostic | None:
    """Report the comment right behind a plain value if it may have been meant as part of it."""
    gap = _BLANKS.match(text, value.end.index)
    found = SWALLOWED.match(text, gap.end()) if gap else None
    if gap is None or found is None:
        return None
    line, column = value.end.line + 1, value.end.column + 1
    comment = Span(
        file,
        Position(line, column + len(gap[0])),
        Position(line, column + len(gap[0]) + len(found[0])),
    )
    left = text[value.start.index : value.end.index]
    quoted = _quoted((left + gap[0] + found[0]).strip())
    on_one_line = "\n" not in left
    whole = Span(file, Position(line, column - len(left)) if left else comment.start, comment.end)
    return Diagnostic(
        code=HASH_COMMENT,
        severity=Severity.WARNING,
        at=comment,
        label="read as a comment",
        detail=(
            f"A # after a space begins a comment, so the value is `{excerpt(left)}`."
            if left
            else "A # after a space begins a comment, so the value is empty."
        ),
        help=f"Put the value in quotes: {excerpt(quoted)}\nIf a comment is meant, write a space after the #.",
        fix=Fix(title="Quote the value", edits=(Edit(span=whole, text=quoted),)) if on_one_line else None,
    )


def bare_time(file: str, value: Node) -> Diagnostic:
    written = str(value.value)
    at = span(file, value.start, value.end)
    return Diagnostic(
        code=BARE_TIME,
        at=at,
        label="not in quotes",
        detail=(
            "Without quotes a time is text to some programs that read YAML and a number to others, "
            "which make 630 of 10:30."
        ),
        help=f'Write "{written}".',
        fix=Fix(title="Quote the time", edits=(Edit(span=at, text=f'"{written}"'),), safety=Safety.SAFE),
    )


def unprintable(file: str, text: str, index: int) -> Diagnostic:
    """Report a character that cannot be seen."""
    char = text[index]
    name = unicodedata.name(char, "a control character").lower()
    line = text.count("\n", 0, index) + 1
    column = index - text.rfind("\n", 0, index)
    return Diagnostic(
        code=BROKEN_YAML,
        at=Span(file, Position(line, column), Position(line, column + 1)),
        label=f"U+{ord(char):04X}",
        detail=f"The character U+{ord(char):04X} ({name}) cannot be seen and means different things to "
        "different programs, so it is not accepted as it is.",
        help=f'Delete it, or write it in double quotes as "\\u{ord(char):04x}" if it is meant.',
    )


def open_parentheses(value: Node) -> int:
    """Return how many more parentheses a scalar opens than it closes."""
    return value.value.count("(") - value.value.count(")") if isinstance(value.value, str) else 0


def _balanced_end(text: str, start: int, end: int) -> int:
    """Return where the parentheses opened from `start` on are closed on this line, else `end`."""
    depth = text.count("(", start, end) - text.count(")", start, end)
    at = end
    while depth > 0 and at < len(text) and text[at] not in "\r\n":
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return at if depth == 0 else end


def _quoted(text: str) -> str:
    """Write text as a quoted scalar, in single quotes where that needs no escape."""
    if "'" not in text and '"' in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False)
