"""Diagnostics for people: what, where in the source, why, and what to do, and at the end how many."""

import re
from collections.abc import Mapping, Sequence

from jo.diagnostics.codes import PLAIN_SECRET, Severity
from jo.diagnostics.diagnostic import Diagnostic, Fix
from jo.diagnostics.span import Position, Span
from jo.reports.diagnosis import Diagnosis
from jo.views.snippet import Mark, frame, snippet
from jo.views.terminal import Ink, Line, Look, paint, visible, wrap

_INKS = {Severity.ERROR: Ink.ERROR, Severity.WARNING: Ink.WARNING, Severity.NOTE: Ink.NOTE}
_PROSE = 100
"""Cells; longer lines of prose are hard to read, whatever the terminal's width."""
_LINE_END = re.compile(r"\r\n|\r|\n")
_TICK = re.compile("(`)")


def render(report: Diagnosis, look: Look | None = None) -> str:
    """Return all findings and a closing line; without `look`, for a file: no color, 100 cells wide."""
    look = look or Look()
    sources = {file: _LINE_END.split(text) for file, text in report.sources.items()}
    lines: list[Line] = []
    for item in report.diagnostics:
        lines += _finding(item, sources, look)
        lines.append([])
    lines.append(_closing(report))
    return paint(lines, look)


def _finding(item: Diagnostic, sources: Mapping[str, list[str]], look: Look) -> list[Line]:
    ink = _INKS[item.severity]
    lines: list[Line] = [
        [(f"{item.severity.value}[{item.code}]", ink), (f": {item.summary}", Ink.STRONG)],
    ]
    marks = [Mark(span=item.at, sign="^", ink=ink, text=item.label)] if item.at else []
    marks += [Mark(span=other.span, sign="-", ink=Ink.OTHER, text=other.text) for other in item.others]
    gutter = max((len(str(mark.span.start.line)) for mark in marks), default=1)
    for number, file in enumerate(dict.fromkeys(mark.span.file for mark in marks)):
        here = [mark for mark in marks if mark.span.file == file]
        arrow = "-->" if number == 0 else ":::"
        place: Line = [(f"{' ' * gutter}{arrow} ", Ink.FRAME), (visible(str(here[0].span)), Ink.PLAIN)]
        if number == 0 and item.address:
            place.append((f"  {visible(item.address)}", Ink.QUIET))
        lines.append(place)
        if file in sources:
            shown = _masked(sources[file], here) if item.code is PLAIN_SECRET else sources[file]
            lines += [frame(gutter), *snippet(shown, here, gutter, look)]
        else:
            lines += [
                [*frame(gutter, "="), (f" {visible(mark.text)}", mark.ink)] for mark in here if mark.text
            ]
    if not marks and item.address:
        lines.append([(f"{' ' * gutter}--> ", Ink.FRAME), (visible(item.address), Ink.PLAIN)])
    lines.append(frame(gutter))
    lines += _prose("", item.detail, gutter, look)
    if item.help:
        lines += _prose("help: ", item.help, gutter, look)
    return lines + (_preview(item.fix, sources, gutter, look) if item.fix else [])


def _masked(source: Sequence[str], marks: Sequence[Mark]) -> list[str]:
    """Return lines with nothing to be read from a mark on: logs of CI are kept, and others see them."""
    masked = list(source)
    for start in (mark.span.start for mark in marks if mark.span.start.line <= len(source)):
        line = source[start.line - 1]
        masked[start.line - 1] = line[: start.column - 1] + "*" * len(line[start.column - 1 :])
    return masked


def _prose(lead: str, text: str, gutter: int, look: Look) -> list[Line]:
    """Return text with a hanging indent, code in it set off."""
    width = min(look.width, _PROSE) - gutter - 3 - len(lead)
    lines: list[Line] = []
    is_code = False
    for number, text_line in enumerate(wrap(text, width)):
        line: Line = [(" " * (gutter + 3 + len(lead)), Ink.PLAIN)]
        if number == 0:
            line = [*frame(gutter, "="), (f" {lead}", Ink.GOOD if lead else Ink.PLAIN)]
        for part in _TICK.split(text_line):
            is_tick = part == "`"
            line.append((part, Ink.CODE if is_code or is_tick else Ink.PLAIN))
            is_code ^= is_tick
        lines.append(line)
    return lines


def _preview(fix: Fix, sources: Mapping[str, list[str]], gutter: int, look: Look) -> list[Line]:
    """Return the line as the fix would leave it; nothing for a fix over several lines."""
    edits = sorted(fix.edits, key=lambda edit: edit.span)
    places = {(edit.span.file, edit.span.start.line) for edit in edits}
    is_on_one_line = len(places) == 1 and all(edit.span.end.line == edit.span.start.line for edit in edits)
    file, number = next(iter(places), ("", 0))
    if not is_on_one_line or any("\n" in edit.text for edit in edits) or number > len(sources.get(file, ())):
        return []
    old, new, read = sources[file][number - 1], "", 0
    marks = []
    for edit in edits:
        new += old[read : edit.span.start.column - 1]
        start = Position(number, len(new) + 1)
        new += edit.text
        marks.append(Mark(span=Span(file, start, Position(number, len(new) + 1)), sign="~", ink=Ink.GOOD))
        read = edit.span.end.column - 1
    new += old[read:]
    lines = ["" for _ in range(number - 1)] + [new]
    return [frame(gutter), *snippet(lines, marks, gutter, look)]


def _closing(report: Diagnosis) -> Line:
    files = {0: "", 1: " in 1 file"}.get(report.files, f" in {report.files} files")
    counts = {severity: report.count(severity) for severity in Severity}
    found = [(severity, count) for severity, count in counts.items() if count]
    if not found:
        return [("no findings", Ink.GOOD), (files, Ink.PLAIN)]
    line: Line = []
    for severity, count in found:
        line += [(", ", Ink.PLAIN)] if line else []
        line.append((f"{count} {severity.value}{'' if count == 1 else 's'}", _INKS[severity]))
    return [*line, (files, Ink.PLAIN)]
