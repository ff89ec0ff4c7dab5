"""The result of an audit: for people, each invariant in a line, and as JSON."""

import json
from dataclasses import asdict

from jo.reports.audit import AuditReport, Line
from jo.reports.wording import counted, number
from jo.views.terminal import Ink, Look, cells, paint, wrap
from jo.views.terminal import Line as Shown

FORMAT = "jo.audit/1"
_HOLDS, _BROKEN = "holds", "broken"
_LEFT = 8
"""Cells before a sentence."""


def render(report: AuditReport, look: Look) -> str:
    wide = min(max(cells(line.invariant.holds) for line in report.lines), look.width - _LEFT)
    lines: list[Shown] = []
    for line in report.lines:
        lines += _line(line, wide, look)
    return paint([*lines, [], _verdict(report)], look)


def _line(line: Line, wide: int, look: Look) -> list[Shown]:
    found, is_broken = line.found, line.found.count > 0
    state = (f"{_BROKEN if is_broken else _HOLDS:<{_LEFT}}", Ink.ERROR if is_broken else Ink.GOOD)
    what = wrap(line.invariant.holds, wide)
    checked = counted(found.checked, found.noun)
    said = f"  {number(found.count)} in {checked}" if is_broken else f"  {checked}"
    if _LEFT + wide + cells(said) > look.width:
        what, said = [*what, said.strip()], ""
    lines: list[Shown] = [[state, (f"{what[0]:<{wide}}", Ink.PLAIN), (said, Ink.QUIET)]]
    lines += [[(" " * _LEFT + part, Ink.PLAIN)] for part in what[1:]]
    lines += _indented(found.remark, Ink.QUIET, look)
    if is_broken:
        lines += _indented(line.invariant.means, Ink.PLAIN, look)
        for item in found.violations:
            lines += _indented(f"- {item.where}: {item.what}", Ink.QUIET, look)
        more = found.count - len(found.violations)
        lines += _indented(f"- and {number(more)} more" if more else "", Ink.QUIET, look)
        lines += _indented(line.invariant.advice, Ink.STRONG, look)
    return lines


def _indented(text: str, ink: Ink, look: Look) -> list[Shown]:
    if not text:
        return []
    return [[(" " * _LEFT, Ink.PLAIN), (part, ink)] for part in wrap(text, look.width - _LEFT)]


def _verdict(report: AuditReport) -> Shown:
    broken = sum(line.found.count > 0 for line in report.lines)
    total = sum(mails.total for mails in report.accounts.values())
    what = f"{counted(total, 'mail')}, generation {report.generation}"
    if broken:
        return [(f"{broken} of {len(report.lines)} do not hold", Ink.ERROR), (f" ({what}).", Ink.QUIET)]
    return [("Everything holds", Ink.GOOD), (f" ({what}).", Ink.QUIET)]


def as_json(report: AuditReport) -> str:
    document = {
        "format": FORMAT,
        "holds": report.holds,
        "generation": report.generation,
        "witnessed": report.witnessed,
        "invariants": [
            {**asdict(line.invariant), **asdict(line.found), "is_kept": line.found.count == 0}
            for line in report.lines
        ],
        "accounts": {
            journey: {
                "target": mails.total,
                "accepted": mails.accepted,
                "uncertain": mails.uncertain,
                "under_way": mails.under_way,
                "waiting": dict(mails.waiting),
                "not_sent": dict(mails.unsent),
            }
            for journey, mails in report.accounts.items()
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
