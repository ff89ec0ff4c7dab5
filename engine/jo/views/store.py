"""Whether a store is sound: for people, and as JSON."""

import json
from dataclasses import asdict

from jo.reports.store import StoreCheck
from jo.views.terminal import Ink, Line, Look, paint, visible, wrap

FORMAT = "jo.store-check/1"
_LONGEST = 20
"""Findings that are shown."""


def render(report: StoreCheck, look: Look) -> str:
    where = visible(report.place)
    if report.is_sound:
        return paint(
            [[("The store is sound", Ink.GOOD), (f": {where}, version {report.version}.", Ink.PLAIN)]], look
        )
    lines: list[Line] = [[("The store is not sound", Ink.ERROR), (f": {where}.", Ink.PLAIN)]]
    for finding in report.findings[:_LONGEST]:
        lines += [[("  ", Ink.PLAIN), (part, Ink.PLAIN)] for part in wrap(finding, look.width - 2)]
    more = len(report.findings) - _LONGEST
    if more > 0:
        lines.append([(f"  and {more} more", Ink.QUIET)])
    lines += [[("  ", Ink.PLAIN), (part, Ink.STRONG)] for part in wrap(_advice(report), look.width - 2)]
    return paint(lines, look)


def _advice(report: StoreCheck) -> str:
    if report.findings:
        return "Stop all that uses it, keep a copy, and restore a backup."
    if report.version is None:
        return "It has no tables yet: `jo apply` makes them."
    if report.version < report.newest:
        return f"Its tables have version {report.version}, this jo needs {report.newest}: `jo store upgrade`."
    return f"Its tables have version {report.version}, from a newer jo; this one knows up to {report.newest}."


def as_json(report: StoreCheck) -> str:
    document = {"format": FORMAT, "is_sound": report.is_sound, **asdict(report)}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
