"""What happened to one person: for people, and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from jo.reports.timeline import Happened, Next, Refused, Sort, Timeline
from jo.views.table import Column, table
from jo.views.terminal import Ink, Line, Look, cells, paint, visible, wrap

FORMAT = "jo.why/1"

_INKS = {Sort.PASSAGE: Ink.PLAIN, Sort.MAIL: Ink.GOOD, Sort.UNSENT: Ink.WARNING, Sort.PERSON: Ink.NOTE}
_WIDEST_PLACE = 34
_NARROWEST = 24
"""Cells that what happened gets at least."""
_WHEN = "%a %Y-%m-%d %H:%M"


def render(timelines: Sequence[Timeline], look: Look) -> str:
    lines: list[Line] = []
    for timeline in timelines:
        lines += ([[]] if lines else []) + _timeline(timeline, look)
    return paint(lines, look)


def _timeline(timeline: Timeline, look: Look) -> list[Line]:
    lines = _head(timeline, look)
    lines += [[], [("What happened", Ink.STRONG)]]
    if timeline.happened:
        lines += _happened(timeline.happened, look)
    else:
        lines.append([("  Nothing: no journey has had to do with this person.", Ink.QUIET)])
    if timeline.next:
        lines += [[], [("What comes next", Ink.STRONG)], *_next(timeline.next, look)]
    if timeline.refused:
        lines += [[], [("Why not", Ink.STRONG)], *_refused(timeline.refused, look)]
    return lines


def _head(timeline: Timeline, look: Look) -> list[Line]:
    address = (
        f" <{visible(timeline.address)}>" if timeline.address is not None else ", without a usable address"
    )
    head: Line = [(visible(timeline.contact), Ink.STRONG), (address, Ink.PLAIN)]
    if timeline.is_gone:
        head.append((", gone from the source", Ink.WARNING))
    lines: list[Line] = [head, [(f"Now {timeline.now:{_WHEN}} ({timeline.zone})", Ink.QUIET)]]
    if timeline.lists:
        lines += [[(text, Ink.QUIET)] for text in wrap(f"In {', '.join(timeline.lists)}", look.width)]
    lines += [[(f"Opted out of {scope} ({cause})", Ink.WARNING)] for scope, cause in timeline.optouts.items()]
    return lines


def _happened(happened: Sequence[Happened], look: Look) -> list[Line]:
    """Return a line for each, the time only once for what happened within one minute."""
    places = [visible(item.where) for item in happened]
    column = min(max(map(cells, places)), _WIDEST_PLACE)
    lines: list[Line] = []
    last = ""
    for item, place in zip(happened, places, strict=True):
        when = f"{item.at:{_WHEN}}"
        left = f"  {when if when != last else ' ' * len(when)}  "
        last = when
        indent = len(left) + column + 2
        parts = wrap(item.what, max(look.width - indent, _NARROWEST))
        gap = " " * max(2, column + 2 - cells(place))
        lines.append([(left, Ink.QUIET), (place + gap, Ink.PLAIN), (parts[0], _INKS[item.sort])])
        lines += [[(" " * indent + part, _INKS[item.sort])] for part in parts[1:]]
    return lines


def _next(items: Sequence[Next], look: Look) -> list[Line]:
    columns = (
        Column(title=""),
        Column(title="", may_wrap=True),
        Column(title="", ink=Ink.QUIET),
    )
    rows = [
        (item.where, item.what, f"{item.at:{_WHEN}}" if item.at else "when something changes")
        for item in items
    ]
    return table(columns, rows, look, indent=2)


def _refused(items: Sequence[Refused], look: Look) -> list[Line]:
    columns = (Column(title=""), Column(title="", may_wrap=True), Column(title="", ink=Ink.QUIET))
    rows = [
        (item.where, item.why, f"{item.at:%Y-%m-%d}" if item.is_final else "asked again at each refresh")
        for item in items
    ]
    return table(columns, rows, look, indent=2)


def as_json(timelines: Sequence[Timeline]) -> str:
    document = {"format": FORMAT, "people": [asdict(timeline) for timeline in timelines]}
    return json.dumps(document, ensure_ascii=False, indent=2, default=_plain) + "\n"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not plain data")
