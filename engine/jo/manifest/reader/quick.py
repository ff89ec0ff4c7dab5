"""Read a file that has nothing unusual in it: values only, line by line or else from the parser's events.

Every event of the parser costs a Python object, and that is three quarters of the time; the rest is
here, so this module is written for speed. It explains nothing: at the first thing that `tree` might
object to, it gives up. Giving up too often costs time, too seldom would lose a fault.
"""

import re
from collections.abc import Callable
from typing import Any

from yaml.events import (
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from jo.manifest.document import Value
from jo.manifest.reader import limits
from jo.manifest.reader.ignores import MARK
from jo.manifest.reader.lines import by_lines
from jo.manifest.reader.parser import YAMLError, events
from jo.manifest.reader.scalars import WORDS, Refused, scalar
from jo.manifest.reader.traps import SWALLOWED, UNPRINTABLE


class _GiveUp(Exception):  # noqa: N818 -- not an error: the other builder goes on
    pass


_ANCHOR = re.compile(r"(?<![^\s\[\]{},:?])&\S")


def quick(text: str) -> list[Value] | None:
    """Return the value of each document, or None for a text that asks for care."""
    if len(text) > 2 * limits.VALUES:
        return None
    if "<<" in text or ("&" in text and _ANCHOR.search(text)):
        return None
    if not text.isascii() and UNPRINTABLE.search(text):
        return None
    if "#" in text and (SWALLOWED.search(text) or MARK.search(text)):
        return None
    values = by_lines(text)
    if values is not None:
        return values
    try:
        return _documents(events(text))
    except (_GiveUp, YAMLError):
        return None


def _documents(next_event: Callable[[], Any]) -> list[Value]:
    def mapping(room: int) -> Value:
        if not room:
            raise _GiveUp
        result: dict[str, Value] = {}
        while True:
            event = next_event()
            if type(event) is not ScalarEvent:
                if type(event) is MappingEndEvent:
                    return result
                raise _GiveUp
            key = event.value
            if event.tag is not None or not key or key in result:
                raise _GiveUp
            event = next_event()
            kind = type(event)
            if kind is ScalarEvent:
                value = event.value
                if (value < ":" or value in WORDS) and not event.style:
                    value = plain(value)
                result[key] = value
            elif kind is MappingStartEvent:
                result[key] = mapping(room - 1)
            elif kind is SequenceStartEvent:
                result[key] = sequence(room - 1)
            else:
                raise _GiveUp
            if event.tag is not None:
                raise _GiveUp

    def sequence(room: int) -> Value:
        if not room:
            raise _GiveUp
        result: list[Value] = []
        append = result.append
        while True:
            event = next_event()
            kind = type(event)
            if kind is ScalarEvent:
                value = event.value
                if not event.style:
                    if "(" in value and value.count("(") != value.count(")"):
                        raise _GiveUp  # perhaps cut at a comma
                    if value < ":" or value in WORDS:
                        value = plain(value)
                append(value)
            elif kind is MappingStartEvent:
                append(mapping(room - 1))
            elif kind is SequenceStartEvent:
                append(sequence(room - 1))
            elif kind is SequenceEndEvent:
                return result
            else:
                raise _GiveUp
            if event.tag is not None:
                raise _GiveUp

    def plain(text: str) -> Value:
        value = scalar(text)
        if not text or isinstance(value, Refused):
            raise _GiveUp
        return value

    result: list[Value] = []
    next_event()  # the stream's start
    while True:
        event = next_event()
        if type(event) is StreamEndEvent:
            return result
        if event.version is not None or event.tags:
            raise _GiveUp
        event = next_event()
        if type(event) is not MappingStartEvent or event.tag is not None:
            raise _GiveUp
        result.append(mapping(limits.DEPTH))
        next_event()  # the document's end
