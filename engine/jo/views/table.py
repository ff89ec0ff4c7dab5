"""Tables without lines: columns as wide as what they hold; some wrap where the terminal is too narrow."""

from collections.abc import Sequence
from dataclasses import dataclass

from jo.views.terminal import Ink, Line, Look, cells, visible, wrap

_GAP = 2
_LEAST = 12
"""Cells that a wrapping column keeps, however narrow the terminal is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    title: str
    is_number: bool = False
    """Set flush right."""
    may_wrap: bool = False
    ink: Ink = Ink.PLAIN


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], look: Look, indent: int = 0
) -> list[Line]:
    """Return a title line, unless no column has a title, and the rows; a row may take several lines."""
    shown = [[visible(cell) for cell in row] for row in rows]
    widths = _widths(columns, shown, look.width - indent)
    lines: list[Line] = []
    if any(column.title for column in columns):
        titles = [column.title for column in columns]
        lines.append(_line(columns, titles, widths, indent, Ink.QUIET))
    for row in shown:
        cut = [
            wrap(cell, width) if column.may_wrap else [cell]
            for column, cell, width in zip(columns, row, widths, strict=True)
        ]
        for number in range(max(map(len, cut))):
            part = [cell[number] if number < len(cell) else "" for cell in cut]
            lines.append(_line(columns, part, widths, indent))
    return lines


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Give each column what it needs; where that is too much, the wrapping ones give way, widest first."""
    widths = [
        max([cells(column.title), *(cells(row[place]) for row in rows)])
        for place, column in enumerate(columns)
    ]
    excess = sum(widths) + _GAP * (len(widths) - 1) - room
    while excess > 0:
        places = [place for place, column in enumerate(columns) if column.may_wrap and widths[place] > _LEAST]
        if not places:
            break
        widest = max(places, key=lambda place: widths[place])
        widths[widest] -= 1
        excess -= 1
    return widths


def _line(
    columns: Sequence[Column], row: Sequence[str], widths: Sequence[int], indent: int, ink: Ink | None = None
) -> Line:
    line: Line = [(" " * indent, Ink.PLAIN)] if indent else []
    for place, (column, cell, width) in enumerate(zip(columns, row, widths, strict=True)):
        blank = " " * max(0, width - cells(cell))
        gap = "" if place == len(columns) - 1 else " " * _GAP
        text = f"{blank}{cell}{gap}" if column.is_number else f"{cell}{blank}{gap}"
        line.append((text, ink if ink is not None else column.ink))
    return line
