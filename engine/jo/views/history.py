"""The deployments, newest first, as a table for people and as JSON."""

import json
from collections.abc import Sequence

from jo.reports.history import HistoryLine
from jo.reports.wording import short_commit
from jo.views.table import Column, table
from jo.views.terminal import Ink, Look, paint

FORMAT = "jo.history/1"


def render(lines: Sequence[HistoryLine], look: Look) -> str:
    if not lines:
        return "Nothing was applied yet.\n"
    rows = [
        (
            str(line.generation),
            f"{line.at:%Y-%m-%d %H:%M}",
            line.actor + (f" (approved by {', '.join(line.approvals)})" if line.approvals else ""),
            line.summary,
            short_commit(line.commit or ""),
        )
        for line in lines
    ]
    columns = (
        Column(title="#", is_number=True, ink=Ink.STRONG),
        Column(title="when"),
        Column(title="who", may_wrap=True),
        Column(title="changes", may_wrap=True),
        Column(title="commit", ink=Ink.QUIET),
    )
    return paint(table(columns, rows, look), look)


def as_json(lines: Sequence[HistoryLine]) -> str:
    document = {
        "format": FORMAT,
        "deployments": [
            {
                "generation": line.generation,
                "at": line.at.isoformat(),
                "actor": line.actor,
                "approvals": list(line.approvals),
                "commit": line.commit,
                "digest": line.digest,
                "changes": dict(line.actions),
            }
            for line in lines
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
