"""A plan for a terminal: one block a change, the dangerous first, and at the end what speaks against it."""

from jo.reports.edit_words import EditWords, Side
from jo.reports.plan_report import (
    Action,
    ChangeKind,
    ChangeReport,
    GuardLevel,
    GuardReport,
    PlanReport,
    Quality,
)
from jo.views.terminal import Ink, Line, Look, cells, paint, visible, wrap

_SIGNS = {
    Action.CREATE: ("+", Ink.GOOD),
    Action.UPDATE: ("~", Ink.WARNING),
    Action.RETIRE: ("-", Ink.ERROR),
    Action.DELETE: ("x", Ink.ERROR),
}
_KINDS = {
    ChangeKind.DESTRUCTIVE: Ink.ERROR,
    ChangeKind.BEHAVIOR: Ink.PLAIN,
    ChangeKind.CONTENT: Ink.PLAIN,
    ChangeKind.COSMETIC: Ink.QUIET,
}
_SIDES = {Side.GONE: Ink.GONE, Side.COME: Ink.COME}
_INDENT = 10
"""Cells before an address, and before all that is said about it."""
_WIDEST_ADDRESS = 44


def render(report: PlanReport, look: Look) -> str:
    lines: list[Line] = [[(report.headline, Ink.STRONG), (f", {report.basis}", Ink.PLAIN)]]
    if not report.changes:
        lines = [[(report.headline, Ink.GOOD)], [(f"Compared {report.basis}.", Ink.QUIET)]]
    widest = max((cells(change.address) for change in report.changes), default=0)
    column = min(_WIDEST_ADDRESS, widest)
    was_long = True
    for change in report.changes:
        block = _change(change, column, look)
        is_long = len(block) > 1
        lines += [[], *block] if is_long or was_long else block
        was_long = is_long
    for guard in report.guards:
        lines += [[], *_guard(guard, look)]
    if report.changes and report.quality is Quality.NONE:
        why = "there is no store to ask" if report.against else "the sources were not read"
        lines += [[], [(f"People were not counted: {why}.", Ink.QUIET)]]
    return paint(lines, look)


def _change(change: ChangeReport, column: int, look: Look) -> list[Line]:
    sign, ink = _SIGNS[change.action]
    address = visible(change.address)
    first: Line = [(f"{sign} {change.action.value:<{_INDENT - 2}}", ink), (address, Ink.STRONG)]
    what = [(str(change.kind), _KINDS[change.kind]), (f", {change.reaches}", Ink.QUIET)]
    gap = max(0, column - cells(address)) + 2
    if _INDENT + cells(address) + gap + sum(cells(text) for text, _ in what) <= look.width:
        lines: list[Line] = [[*first, (" " * gap, Ink.PLAIN), *what]]
    else:
        lines = [first, [(" " * _INDENT, Ink.PLAIN), *what]]
    if change.action is not Action.UPDATE:  # what it is about is seen from its edits
        lines += _said(change.description, Ink.QUIET, look)
    if change.permit is not None:
        lines += _said(f"allowed by permit/{change.permit}", Ink.PLAIN, look)
    for edit in change.edits:
        lines += _edit(edit, look)
    for sentence in change.impact:
        lines += _said(sentence, Ink.NOTE, look)
    if change.fingerprint is not None:
        lines += _said(f"fingerprint, for a permit to delete it: {change.fingerprint}", Ink.QUIET, look)
    return lines


def _edit(edit: EditWords, look: Look) -> list[Line]:
    """Return `where: before → after` on one line where it fits, else a head and a line for each."""
    remark = f" ({visible(edit.remark)})" if edit.remark else ""
    head: Line = [(" " * _INDENT, Ink.PLAIN), (visible(edit.where), Ink.PLAIN)]
    if not edit.lines:
        return [[*head, (f": {visible(edit.remark)}", Ink.QUIET)]]
    value: Line = [(": ", Ink.PLAIN)]
    for number, (side, text) in enumerate(edit.lines):
        value += [(" → ", Ink.QUIET)] if number else []
        sign = f"{side.value} " if len(edit.lines) == 1 else ""
        value.append((f"{sign}{visible(text)}", _SIDES[side]))
    line: Line = [*head, *value, (remark, Ink.QUIET)]
    is_plain = len({side for side, _ in edit.lines}) == len(edit.lines)
    if is_plain and sum(cells(text) for text, _ in line) <= look.width:
        return [line]
    lines: list[Line] = [[*head, (remark, Ink.QUIET)]]
    for side, text in edit.lines:
        for number, part in enumerate(wrap(text.strip(), look.width - _INDENT - 4)):
            lead = side.value if number == 0 else " "
            lines.append([(" " * (_INDENT + 2) + f"{lead} {part}", _SIDES[side])])
    return lines


def _guard(guard: GuardReport, look: Look) -> list[Line]:
    is_refusal = guard.level is GuardLevel.REFUSES
    word, ink = ("refused", Ink.ERROR) if is_refusal else ("warning", Ink.WARNING)
    about = f" {guard.address}:" if guard.address else ""
    lines: list[Line] = []
    for number, part in enumerate(wrap(f"{about} {guard.detail}".strip(), look.width - _INDENT)):
        lead = f"{word}[{guard.code}]: " if number == 0 else " " * _INDENT
        lines.append([(lead, ink if number == 0 else Ink.PLAIN), (part, Ink.PLAIN)])
    if guard.place:
        lines.append([(f"{' ' * _INDENT}--> {guard.place}", Ink.QUIET)])
    return lines + _said(guard.help, Ink.QUIET, look)


def _said(text: str, ink: Ink, look: Look) -> list[Line]:
    if not text:
        return []
    return [[(" " * _INDENT + part, ink)] for part in wrap(text, min(look.width, 110) - _INDENT)]
