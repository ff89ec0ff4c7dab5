"""The pauses, as a table for people."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from jo.reports.pauses import PauseLine
from jo.views.table import Column, table
from jo.views.terminal import Ink, Look, paint


def render(lines: Sequence[PauseLine], zone: str, look: Look) -> str:
    """Return the table; instants are shown in the project's zone."""
    if not lines:
        return "Nothing is paused.\n"

    def shown(moment: datetime | None) -> str:
        return "" if moment is None else f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"

    rows = [
        (
            line.scope,
            line.who,
            line.why,
            shown(line.at),
            shown(line.until) + (" (over)" if line.is_over else ""),
        )
        for line in lines
    ]
    columns = (
        Column(title="paused", ink=Ink.STRONG),
        Column(title="who"),
        Column(title="why", may_wrap=True),
        Column(title="since"),
        Column(title="until"),
    )
    return paint(table(columns, rows, look), look)
