"""Read what nearly all files are: `key: value` lines, lists of them, and braces that end on their line.

The parser's events cost a Python object each, which is most of the time of a check. Here one regular
expression cuts the whole text into lines, and each line finds its place by its column. Whatever needs more
than that (values over several lines, block scalars, escapes, anchors, empty values) is declined, and the
events are read instead; a text that is accepted has the values that they give (a law in the tests).
"""

import re
from collections.abc import Iterator
from typing import TypeAlias

from jo.manifest.document import Value
from jo.manifest.reader.scalars import WORDS, Refused, scalar

_DEEPEST = 12

_LINE = re.compile(
    r"^([ ]*)(-[ ]+)?(?:([A-Za-z_][A-Za-z0-9_.-]{0,99}):(?:[ ]+|$))?([^\x00-\x1f\x7f]*)$", re.MULTILINE
)
"""Indentation, dash, key, rest. A line with a control character in it does not match at all."""

_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`")
"""What no plain value begins with here, though YAML allows some of it."""

_QUOTED = re.compile(r"""(?:"([^"\\]*)"|'((?:[^']|'')*)')[ ]*(?:(?<=[ ])#.*)?""")
_FLOW = re.compile(
    r"""[ ]*(?:
        ([A-Za-z_][A-Za-z0-9_.-]{0,99}):[ ]+
      | ([{}\[\],])
      | ("[^"\\]*"|'(?:[^']|'')*')
      | ([^ \-?:,\[\]{}\#&*!|>'"%@`](?:[^,?:\[\]{}\#]|:(?=[^ ,?:\[\]{}\#]))*)
      | (.)
    )""",
    re.VERBOSE,
)
"""In braces and brackets: a key, a bracket or comma, a quoted value, a plain value, anything else."""

_Line: TypeAlias = tuple[str, str, str, str]
_Token: TypeAlias = tuple[str, str, str, str, str]
_END = ("", "", "", "", "nothing")


class _Decline(Exception):  # noqa: N818 -- not an error: another builder goes on
    pass


def by_lines(text: str) -> list[Value] | None:
    """Return the value of each document, or None for a text that is not written in this way."""
    lines: list[_Line] = _LINE.findall(text)
    if len(lines) != text.count("\n") + 1:
        return None
    try:
        return _documents(lines)
    except _Decline:
        return None


def _documents(lines: list[_Line]) -> list[Value]:
    documents: list[Value] = []
    columns: list[int] = []
    """Where the open collections stand, outermost first; empty before the first line of a document."""
    opened: list[dict[str, Value] | list[Value]] = []
    owner: dict[str, Value] | None = None
    """The mapping whose key `waiting` has its value on the following lines."""
    waiting = ""
    for indent, dash, key, rest in lines:
        if not key and not dash:
            if not rest or rest[0] == "#":
                continue
            if rest != "---" or indent or owner is not None or (documents and not opened):
                raise _Decline
            columns, opened = [], []
            continue
        column = len(indent)
        if owner is not None:
            if column <= columns[-1] or len(columns) == _DEEPEST:
                raise _Decline
            made: dict[str, Value] | list[Value] = [] if dash else {}
            owner[waiting] = made
            columns.append(column)
            opened.append(made)
            owner = None
        elif opened:
            while columns[-1] > column:
                columns.pop()
                opened.pop()
            if columns[-1] != column:
                raise _Decline
        elif column or dash:
            raise _Decline
        else:
            columns, opened = [0], [{}]
            documents.append(opened[0])
        target = opened[-1]
        if dash:
            if not isinstance(target, list):
                raise _Decline
            if not key:
                target.append(_value(rest, in_list=True))
                continue
            item: dict[str, Value] = {}
            target.append(item)
            columns.append(column + len(dash))
            opened.append(item)
            target = item
        if not isinstance(target, dict) or key in target:
            raise _Decline
        if rest and rest[0] != "#":
            target[key] = _value(rest)
        else:
            owner, waiting = target, key
    if owner is not None or (documents and not opened):
        raise _Decline
    return documents


def _value(rest: str, *, in_list: bool = False) -> Value:
    """Return the value that a line ends with, a comment behind it aside."""
    first = rest[:1]
    if first in _INDICATORS:
        if first in "{[":
            return _braced(rest)
        quoted = _QUOTED.fullmatch(rest)
        if quoted is None:
            raise _Decline
        return quoted[1] if first == '"' else quoted[2].replace("''", "'")
    if " #" in rest:
        rest = rest[: rest.index(" #")]
    rest = rest.rstrip(" ")
    if ":" in rest and (": " in rest or rest[-1] == ":"):
        raise _Decline
    return _plain(rest, in_list=in_list)


def _plain(text: str, *, in_list: bool) -> Value:
    if in_list and "(" in text and text.count("(") != text.count(")"):
        raise _Decline  # perhaps cut at a comma
    if text < ":" or text in WORDS:
        value = scalar(text)
        if not text or isinstance(value, Refused):
            raise _Decline
        return value
    return text


def _braced(rest: str) -> Value:
    if " #" in rest:
        rest = rest[: rest.index(" #")]
    tokens = iter(_FLOW.findall(rest.rstrip(" ")))
    value = _collection(next(tokens)[1], tokens, _DEEPEST)
    if next(tokens, _END) is not _END:
        raise _Decline
    return value


def _collection(bracket: str, tokens: Iterator[_Token], room: int) -> Value:
    """Read on behind a bracket, up to the one that closes it."""
    if not room:
        raise _Decline
    mapping: dict[str, Value] = {}
    items: list[Value] = []
    is_mapping = bracket == "{"
    closing = "}" if is_mapping else "]"
    while True:
        key, mark, quoted, plain, _ = next(tokens, _END)
        if is_mapping:
            if not key or key in mapping:
                raise _Decline
            _, mark, quoted, plain, _ = found = next(tokens, _END)
            if found[0]:
                raise _Decline
        elif key:
            raise _Decline
        value: Value
        if plain:
            value = _plain(plain.rstrip(" "), in_list=not is_mapping)
        elif quoted:
            value = quoted[1:-1] if quoted[0] == '"' else quoted[1:-1].replace("''", "'")
        elif mark in ("{", "["):
            value = _collection(mark, tokens, room - 1)
        else:
            raise _Decline
        if is_mapping:
            mapping[key] = value
        else:
            items.append(value)
        mark = next(tokens, _END)[1]
        if mark == closing:
            return mapping if is_mapping else items
        if mark != ",":
            raise _Decline
