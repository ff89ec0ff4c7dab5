"""Faults of valid YAML that jo does not accept: features that confuse or explode, doubled keys, limits."""

import re
from typing import Any

from yaml.events import AliasEvent, MappingStartEvent

from jo.diagnostics.codes import BROKEN_YAML, DUPLICATE_KEY, TOO_LARGE, YAML_FEATURE
from jo.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from jo.diagnostics.span import Position, Span
from jo.manifest.reader import limits
from jo.manifest.reader.node import Node, excerpt, span
from jo.manifest.reader.parser import Mark

_WORD = re.compile(r"[^\s,\[\]{}]+")


def duplicate(file: str, key: Node, first: Node) -> Diagnostic:
    return Diagnostic(
        code=DUPLICATE_KEY,
        at=span(file, key.start, key.end),
        label="again",
        detail=f"`{excerpt(str(key.value))}` is given twice in the same mapping; only one could count.",
        others=(Label(span=span(file, first.start, first.end), text="first given here"),),
        help="Delete one of them, or give it another name.",
    )


def tag(file: str, text: str, event: Any) -> Diagnostic:
    return Diagnostic(
        code=YAML_FEATURE,
        at=_word(file, text, event.start_mark),
        label="a tag",
        detail="Tags such as `!name` change what a value is, depending on the program that reads it.",
        help="Leave the tag out. If the text begins with an exclamation mark, put it in quotes.",
    )


def directive(file: str, event: Any) -> Diagnostic:
    return Diagnostic(
        code=YAML_FEATURE,
        at=span(file, event.start_mark, event.start_mark),
        detail="The document begins with a directive. jo reads YAML 1.2 without tags, whatever it says.",
        help="Delete the lines that begin with %.",
    )


def complex_key(file: str, text: str, mapping: Any, event: Any) -> Diagnostic:
    opening = mapping.start_mark
    is_token = event.__class__ is MappingStartEvent and text.startswith("{{", opening.index)
    if is_token:
        end = text.find("}}", opening.index)
        width = end + 2 - opening.index if end >= 0 and "\n" not in text[opening.index : end] else 2
        start = Position(opening.line + 1, opening.column + 1)
        return Diagnostic(
            code=YAML_FEATURE,
            at=Span(file, start, Position(start.line, start.column + width)),
            label="read as a mapping",
            detail="A value that begins with a brace is a mapping to YAML, not the text of a template.",
            help="Put the whole value in quotes.",
        )
    what = "an alias" if event.__class__ is AliasEvent else "a list or mapping"
    return Diagnostic(
        code=YAML_FEATURE,
        at=span(file, event.start_mark, event.start_mark),
        label=f"{what} as a key",
        detail=f"Keys are plain text; {what} cannot be one.",
        help="Write the key as a word.",
    )


def key(file: str, text: str, event: Any) -> Diagnostic | None:
    """Return what is wrong with a scalar key, if anything."""
    if event.tag is not None or event.anchor is not None:
        return Diagnostic(
            code=YAML_FEATURE,
            at=_word(file, text, event.start_mark),
            detail="A key carries an anchor or a tag, which only values may.",
            help="Leave it out.",
        )
    if event.style:
        return None
    if not event.value:
        return Diagnostic(
            code=YAML_FEATURE,
            at=span(file, event.start_mark, event.end_mark),
            detail="A key without a name.",
            help="Write a name before the colon.",
        )
    if event.value == "<<":
        return Diagnostic(
            code=YAML_FEATURE,
            at=span(file, event.start_mark, event.end_mark),
            label="a merge key",
            detail="Merge keys are no part of YAML 1.2, and a few of them, nested, stall a computer.",
            help="Write the keys out, or use an alias for a whole value: `key: *name`.",
        )
    return None


def alias(file: str, event: Any, *, is_open: bool) -> Diagnostic:
    """Report an alias of a value that contains it, or of nothing."""
    at = span(file, event.start_mark, event.end_mark)
    name = excerpt(event.anchor)
    if is_open:
        return Diagnostic(
            code=YAML_FEATURE,
            at=at,
            detail=f"`*{name}` stands inside the value that it refers to, which would never end.",
            help="Write the value out.",
        )
    return Diagnostic(
        code=BROKEN_YAML,
        at=at,
        label="no such anchor",
        detail=f"An asterisk refers to a value marked `&{name}` above, and this document has none.",
        help="Put the value in quotes if it is meant as text.",
    )


def number(file: str, node: Node) -> Diagnostic:
    at = span(file, node.start, node.end)
    text = str(node.value)
    return Diagnostic(
        code=YAML_FEATURE,
        at=at,
        label="a number out of range",
        detail="Whole numbers are exact up to 9007199254740992 (2^53), and every number has to be finite.",
        help="Put it in quotes if it is meant as text, such as an identifier.",
        fix=Fix(title="Quote the number", edits=(Edit(span=at, text=f'"{text}"'),)),
    )


def too_deep(file: str, event: Any) -> Diagnostic:
    return _limit(
        file, event, f"Values are nested deeper than {limits.DEPTH} levels, more than any resource needs."
    )


def too_many_aliases(file: str, event: Any) -> Diagnostic:
    return _limit(
        file,
        event,
        f"A file may use {limits.ALIASES} aliases that stand for {limits.ALIASED_VALUES} values in all; "
        "beyond that a small file could fill a computer's memory.",
    )


def too_many_values(file: str, event: Any) -> Diagnostic:
    return _limit(
        file, event, f"A file may hold {limits.VALUES:,} values, more than any project needs in one."
    )


def _limit(file: str, event: Any, detail: str) -> Diagnostic:
    return Diagnostic(
        code=TOO_LARGE,
        at=span(file, event.start_mark, event.end_mark),
        label="read up to here",
        detail=detail,
        help="Write it flatter, or in several resources.",
    )


def _word(file: str, text: str, start: Mark) -> Span:
    found = _WORD.match(text, start.index)
    here = Position(start.line + 1, start.column + 1)
    return Span(file, here, Position(here.line, here.column + (len(found[0]) if found else 1)))
