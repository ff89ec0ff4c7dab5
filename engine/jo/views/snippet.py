"""Lines of a file with marks under the stretches that matter, as compilers show them.

Each mark has a row of its own under its line, so that rows never cross. A line that is too wide is cut
around the mark, once for each mark. Everything is measured in cells, after `visible`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jo.diagnostics.span import Span
from jo.views.terminal import Ink, Line, Look, cells, visible, wrap

_LABEL_ROOM = 24
"""Cells that a label needs beside or under its mark before it moves to the left edge instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    span: Span
    sign: str
    """The character that underlines the span."""
    ink: Ink
    text: str = ""


def frame(gutter: int, sign: str = "|") -> Line:
    """Return the start of a line without a number: the gutter and its border."""
    return [(f"{' ' * gutter} {sign}", Ink.FRAME)]


def snippet(lines: Sequence[str], marks: Sequence[Mark], gutter: int, look: Look) -> list[Line]:
    """Return the marked lines in order, with a sign for what is left out between them.

    `gutter` is the width of the line numbers.
    """
    shown: list[Line] = []
    room = max(20, look.width - gutter - 3)
    last = 0
    for number in sorted({mark.span.start.line for mark in marks}):
        if last and number == last + 2:
            between = visible(_line(lines, last + 1))
            if cells(between) <= room:
                shown.append(_numbered(last + 1, between, gutter))
        elif last and number > last + 2:
            shown.append([(f"{'.' * max(3, gutter)}", Ink.FRAME)])
        here = sorted(
            (mark for mark in marks if mark.span.start.line == number),
            key=lambda mark: (mark.sign != "^", mark.span.start.column),
        )
        shown += _marked_line(number, _line(lines, number), here, gutter, room)
        last = number
    return shown


def _marked_line(number: int, source: str, marks: Sequence[Mark], gutter: int, room: int) -> list[Line]:
    fits = cells(visible(source)) <= room
    shown = [_numbered(number, visible(source), gutter)] if fits else []
    for mark in marks:
        start = min(mark.span.start.column - 1, len(source))
        is_long = mark.span.end.line > number
        end = len(source) if is_long else min(mark.span.end.column - 1, len(source))
        left, right = (0, len(source)) if fits else _window(source, start, end, room)
        before = "…" if left else ""
        if not fits:
            after = "…" if right < len(source) else ""
            shown.append(_numbered(number, before + visible(source[left:right]) + after, gutter))
        offset = cells(before + visible(source[left:start]))
        length = max(1, cells(visible(source[start : min(end, right)])))
        text = mark.text
        if is_long and mark.span.end.column > 1:
            text = f"{text} (to line {mark.span.end.line})".strip()
        shown += _rows(mark, text, offset, length, gutter, room)
    return shown


def _rows(mark: Mark, text: str, offset: int, length: int, gutter: int, room: int) -> list[Line]:
    """Underline, with the label behind it or, where there is no room, below."""
    underline: Line = [*frame(gutter), (" " * (offset + 1), Ink.PLAIN), (mark.sign * length, mark.ink)]
    beside = room - offset - length - 1
    if cells(visible(text)) <= beside:
        return [[*underline, (f" {visible(text)}", mark.ink)] if text else underline]
    indent = offset if room - offset >= _LABEL_ROOM else 0
    below = wrap(text, room - indent)
    return [underline, *([*frame(gutter), (" " * (indent + 1) + line, mark.ink)] for line in below)]


def _window(source: str, start: int, end: int, room: int) -> tuple[int, int]:
    """Return the stretch of a line to show: a third of the room before the span, the rest from it on."""
    room -= 2  # the signs for what is cut off
    left = _back(source, start, room // 3)
    right = _forth(source, left, room)
    if right == len(source):  # the room that the end leaves over
        left = min(left, _back(source, right, room))
    return left, max(right, min(end, start + 1))


def _back(source: str, index: int, room: int) -> int:
    while index and (room := room - cells(visible(source[index - 1]))) >= 0:
        index -= 1
    return index


def _forth(source: str, index: int, room: int) -> int:
    while index < len(source) and (room := room - cells(visible(source[index]))) >= 0:
        index += 1
    return index


def _numbered(number: int, text: str, gutter: int) -> Line:
    return [(f"{number:>{gutter}} |", Ink.FRAME), (f" {text}", Ink.PLAIN)]


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number - 1] if number <= len(lines) else ""
