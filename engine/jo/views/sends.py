"""The mails of the ledger: as a table for people, and as JSON."""

import json
from dataclasses import asdict

from jo.reports.sends import SendLine, SendsReport, short_id
from jo.reports.wording import counted
from jo.views.table import Column, table
from jo.views.terminal import Ink, Line, Look, paint

FORMAT = "jo.sends/1"


def render(report: SendsReport, look: Look) -> str:
    if not report.lines:
        return "No such mail.\n"
    columns = (
        Column(title="id", ink=Ink.QUIET),
        Column(title="when"),
        Column(title="state", ink=Ink.STRONG),
        Column(title="contact"),
        Column(title="template"),
        Column(title="of"),
        Column(title="why", may_wrap=True, ink=Ink.QUIET),
    )
    rows = [
        (
            short_id(line.message_id),
            f"{line.at:%Y-%m-%d %H:%M}",
            line.state,
            line.contact,
            line.template,
            _origin(line),
            "; ".join(filter(None, (line.why, *line.evidence))),
        )
        for line in report.lines
    ]
    lines: list[Line] = table(columns, rows, look)
    more = "; there are more, see --limit" if report.is_cut else ""
    return paint([*lines, [], [(f"{counted(len(rows), 'mail')}{more}", Ink.QUIET)]], look)


def _origin(line: SendLine) -> str:
    """Return the step, or the outreach with its occurrence, without the kind before the name."""
    name = line.journey.partition("/")[2]
    return f"{name}#{line.step}" if line.step is not None else f"{name} {line.occurrence}"


def as_json(report: SendsReport) -> str:
    document = {
        "format": FORMAT,
        "sends": [
            {
                "id": short_id(line.message_id),
                **asdict(line),
                "at": line.at.isoformat(),
                "attempted_at": line.attempted_at.isoformat() if line.attempted_at is not None else None,
            }
            for line in report.lines
        ],
        "is_cut": report.is_cut,
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
