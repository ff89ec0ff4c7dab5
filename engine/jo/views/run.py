"""What a run has done: for people, day by day where it was more than one, and as JSON."""

import json

from jo.reports.tick import ASIDE, COLUMNS, MOST_DAYS, Day, RunReport
from jo.reports.wording import counted, number
from jo.views import standstill
from jo.views.table import Column, table
from jo.views.terminal import Ink, Line, Look, paint

FORMAT = "jo.run/1"


def render(report: RunReport, look: Look) -> str:
    lines = _once(report, look) if report.started.date() == report.ended.date() else _days(report, look)
    if report.standstill is not None:
        lines = [*(lines if report.totals else []), *standstill.lines(report.standstill, look)]
    elif report.is_interrupted:
        lines.append([("Stopped before it was done; run it again to go on.", Ink.WARNING)])
    elif report.next_at is not None:
        lines.append([("Next work: ", Ink.QUIET), (f"{report.next_at:%a %Y-%m-%d %H:%M}.", Ink.PLAIN)])
    else:
        lines.append([("Nothing is planned.", Ink.QUIET)])
    return paint(lines, look)


def _once(report: RunReport, look: Look) -> list[Line]:
    head: Line = [(f"{report.ended:%a %Y-%m-%d %H:%M}", Ink.STRONG), (f" ({report.zone})", Ink.QUIET)]
    if not report.totals:
        return [[*head, (": nothing to do.", Ink.PLAIN)]]
    columns = (Column(title="", is_number=True, ink=Ink.STRONG), Column(title="", may_wrap=True))
    rows = [(number(count), _fitting(count, word)) for word, count in report.totals.items()]
    return [head, *table(columns, rows, look, indent=2)]


def _days(report: RunReport, look: Look) -> list[Line]:
    head: Line = [
        (f"{report.started:%a %Y-%m-%d %H:%M} to {report.ended:%a %Y-%m-%d %H:%M}", Ink.STRONG),
        (f" ({report.zone}), {counted(report.ticks, 'tick')}", Ink.QUIET),
    ]
    days = [day for day in report.days if day.is_eventful]
    if not days:
        return [[*head, (": nothing to do.", Ink.PLAIN)]]
    is_long = len(days) > MOST_DAYS
    columns = (
        Column(title="week of" if is_long else "day"),
        *(Column(title=_short(word), is_number=True) for word in COLUMNS),
        Column(title="besides", may_wrap=True, ink=Ink.QUIET),
    )
    total = Day(day=report.ended.date(), counts=report.totals)
    rows = [(f"{day.day:%a %Y-%m-%d}", *_cells(day)) for day in (report.weeks if is_long else days)]
    return [head, [], *table(columns, [*rows, ("in all", *_cells(total))], look), []]


def _cells(day: Day) -> list[str]:
    counts = [day.counts.get(word, 0) for word in COLUMNS]
    besides = [
        f"{number(count)} {_fitting(count, word)}"
        for word, count in day.counts.items()
        if word not in COLUMNS and word not in ASIDE
    ]
    return [*(number(count) if count else "" for count in counts), ", ".join(besides)]


def _fitting(count: int, word: str) -> str:
    """Return the word for that number: `1 mail sent`, `2 mails sent`."""
    return word.replace("mails", "mail", 1) if count == 1 else word


def _short(word: str) -> str:
    """Return the word that matters: `entered programs` is `entered`, `mails sent` is `sent`."""
    first, _, rest = word.partition(" ")
    return rest if first == "mails" else first


def as_json(report: RunReport) -> str:
    document = {
        "format": FORMAT,
        "started": report.started.isoformat(),
        "ended": report.ended.isoformat(),
        "ticks": report.ticks,
        "days": [{"day": day.day.isoformat(), "counts": dict(day.counts)} for day in report.days],
        "totals": dict(report.totals),
        "next_at": report.next_at.isoformat() if report.next_at is not None else None,
        "is_interrupted": report.is_interrupted,
        "standstill": None if report.standstill is None else standstill.as_data(report.standstill),
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
