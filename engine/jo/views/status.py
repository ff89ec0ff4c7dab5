"""Where everything stands: for people, each sum written out, and as JSON."""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from jo.reports.pauses import PauseLine
from jo.reports.standstill import SENTENCES
from jo.reports.status import (
    WAITS,
    JourneyStatus,
    ListLine,
    Mails,
    OutreachStatus,
    ProgramStatus,
    StatusReport,
    WorkerLine,
)
from jo.reports.wording import counted, number
from jo.views.table import Column, table
from jo.views.terminal import Ink, Line, Look, hanging, paint, visible, wrap

FORMAT = "jo.status/1"

_INDENT = 2
_LABEL = 12
"""Cells of a sum's name."""


def render(report: StatusReport, look: Look) -> str:
    lines = _head(report, look)
    for hold in report.holds:
        why = f"{hold.cause}. {SENTENCES[hold.cause]} {hold.detail}".strip()
        head, end = f"on hold since {hold.at:%Y-%m-%d %H:%M}: ", "Nothing runs until `jo run --release`."
        lines += hanging(head, f"{why} {end}", Ink.WARNING, look)
    for pause in report.pauses:
        lines += _pause(pause, look)
    for journey in report.journeys:
        lines += [[], *_journey(journey, look)]
    if report.lists:
        lines += [[], *_lists(report.lists, look)]
    return paint(lines, look)


def _head(report: StatusReport, look: Look) -> list[Line]:
    if not report.generation or report.applied_at is None:
        return [
            [("Nothing is live yet. ", Ink.STRONG), ("Make the project live with `jo apply`.", Ink.PLAIN)]
        ]
    clock = ", by a fast clock" if report.is_fast else ""
    return [
        [
            (f"{report.now:%a %Y-%m-%d %H:%M}", Ink.STRONG),
            (f" ({report.zone}{clock})", Ink.QUIET),
            (f", generation {report.generation}", Ink.PLAIN),
            (f" of {report.applied_at:%Y-%m-%d %H:%M} by {visible(report.applied_by)}", Ink.QUIET),
        ],
        [_running(report), *_behind(report.lag)],
        *_workers(report, look),
    ]


def _running(report: StatusReport) -> tuple[str, Ink]:
    last = f"last tick {report.last_tick:%a %Y-%m-%d %H:%M}" if report.last_tick else "it never ran here"
    living = [worker for worker in report.workers if worker.is_alive]
    silent = [worker for worker in living if worker.silence is not None]
    ink = Ink.WARNING if silent else Ink.GOOD
    if len(living) > 1:
        doubt = f", {len(silent)} of them without a sign of late" if silent else ""
        return f"jo run is running {len(living)} times{doubt}; {last}", ink
    if living:
        return f"jo run is running ({visible(living[0].owner)}{_silence(living[0])}); {last}", ink
    if report.workers:
        return f"jo run has died ({visible(report.workers[0].owner)}); {last}", Ink.WARNING
    return f"jo run is not running; {last}", Ink.QUIET if report.is_fast else Ink.WARNING


def _silence(worker: WorkerLine) -> str:
    if not worker.is_alive or worker.silence is None:
        return ""
    return f", last sign {worker.silence // timedelta(seconds=1)} s ago"


def _behind(lag: timedelta) -> Line:
    """Say how late the work is; a moment is none, because work is found by looking."""
    minutes = lag // timedelta(minutes=1)
    if not minutes:
        return []
    hours = minutes // 60
    said = counted(minutes, "minute") if hours < 2 else counted(hours, "hour")
    return [(f"; {said} behind", Ink.WARNING)]


def _workers(report: StatusReport, look: Look) -> list[Line]:
    """Return who does what, where several share the work."""
    if len(report.workers) < 2:
        return []
    columns = (
        Column(title="worker"),
        Column(title="shards", is_number=True),
        Column(title="duties", may_wrap=True),
        Column(title="lease", ink=Ink.QUIET),
    )
    rows = [
        (
            worker.owner,
            number(worker.shards),
            ", ".join(worker.duties),
            f"{'until' if worker.is_alive else 'over since'} {worker.until:%H:%M:%S}{_silence(worker)}",
        )
        for worker in report.workers
    ]
    return table(columns, rows, look, indent=_INDENT)


def _pause(pause: PauseLine, look: Look) -> list[Line]:
    until = f" until {pause.until:%Y-%m-%d %H:%M}" if pause.until is not None else ""
    return hanging(f"paused: {pause.scope}{until}, by {pause.who}: ", pause.why, Ink.WARNING, look)


def _journey(journey: JourneyStatus, look: Look) -> list[Line]:
    head: Line = [(journey.address, Ink.STRONG)]
    if journey.is_retired:
        head.append(("  retired: nobody new", Ink.WARNING))
    if isinstance(journey, OutreachStatus):
        if journey.next_at is not None:
            head.append((f"  begins next {journey.next_at:%a %Y-%m-%d %H:%M}", Ink.QUIET))
        return [head, *_mails("target", journey.mails, look)]
    return [head, *_program(journey, look), *_mails("mails", journey.mails, look)]


def _program(program: ProgramStatus, look: Look) -> list[Line]:
    refused = list(program.refused.items())
    lines = _sum("candidates", program.candidates, [("entered", program.entered), *refused], look)
    if program.passages:
        name = "people" if program.passages == program.entered else "passages"
        parts = [("inside", program.inside), *program.ended.items()]
        lines += _sum(name, program.passages, [part for part in parts if part[1]], look)
        rows = [(number(step.count), step.step, _listed(step.waits, step.count)) for step in program.steps]
        columns = (
            Column(title="", is_number=True),
            Column(title=""),
            Column(title="", may_wrap=True, ink=Ink.QUIET),
        )
        if rows:
            lines += table(columns, rows, look, indent=_INDENT + _LABEL)
    return lines


def _listed(counts: Mapping[str, int], total: int) -> str:
    """Return one reason as it is, several each with its number."""
    if len(counts) == 1 and sum(counts.values()) == total:
        return next(iter(counts))
    return ", ".join(f"{number(count)} {why}" for why, count in counts.items())


def _mails(name: str, mails: Mails, look: Look) -> list[Line]:
    if not mails.total:
        return [[(" " * _INDENT + f"{name:<{_LABEL}}", Ink.PLAIN), ("none yet", Ink.QUIET)]]
    waiting, unsent = sum(mails.waiting.values()), sum(mails.unsent.values())
    parts = [
        ("accepted", mails.accepted),
        ("uncertain", mails.uncertain),
        ("under way", mails.under_way),
        ("waiting", waiting),
        ("not sent", unsent),
    ]
    shown = [(word, count) for word, count in parts if count or word == "accepted"]
    lines = _sum(name, mails.total, shown, look)
    rows = [(number(count), "waiting", WAITS.get(why, why)) for why, count in mails.waiting.items()] + [
        (number(count), "not sent", reason) for reason, count in mails.unsent.items()
    ]
    columns = (
        Column(title="", is_number=True),
        Column(title=""),
        Column(title="", may_wrap=True, ink=Ink.QUIET),
    )
    return lines + (table(columns, rows, look, indent=_INDENT + _LABEL) if rows else [])


def _sum(name: str, total: int, parts: Iterable[tuple[str, int]], look: Look) -> list[Line]:
    """Return `name  41 = 25 inside + 12 completed + 4 churned`, broken where the terminal ends."""
    said = " + ".join(f"{number(count)} {visible(word)}" for word, count in parts)
    head = f"{number(total)} = "
    left = _INDENT + _LABEL
    lines: list[Line] = []
    for place, part in enumerate(wrap(said, look.width - left - len(head))):
        lead: Line = [(" " * (left + len(head)), Ink.PLAIN)]
        if place == 0:
            lead = [(" " * _INDENT + f"{name:<{_LABEL}}", Ink.PLAIN), (head, Ink.STRONG)]
        lines.append([*lead, (part, Ink.PLAIN)])
    return lines


def _lists(lists: Iterable[ListLine], look: Look) -> list[Line]:
    columns = (
        Column(title="list"),
        Column(title="members", is_number=True),
        Column(title="refreshed"),
        Column(title="data of", ink=Ink.QUIET),
        Column(title="left out", may_wrap=True, ink=Ink.QUIET),
    )
    rows = []
    for item in lists:
        out = [f"{number(count)} {reason}" for reason, count in item.left_out.items()]
        if item.kept_because is not None:
            out.insert(0, f"kept as before, because {item.kept_because}")
        rows.append(
            (
                item.name,
                number(item.size),
                f"{item.refreshed_at:%a %Y-%m-%d %H:%M}",
                f"{item.as_of:%Y-%m-%d %H:%M}",
                ", ".join(out),
            )
        )
    return table(columns, rows, look)


def as_json(report: StatusReport) -> str:
    document = {
        "format": FORMAT,
        "now": report.now.isoformat(),
        "zone": report.zone,
        "is_fast": report.is_fast,
        "generation": report.generation,
        "applied_at": report.applied_at.isoformat() if report.applied_at else None,
        "applied_by": report.applied_by,
        "last_tick": report.last_tick.isoformat() if report.last_tick else None,
        "lag_seconds": report.lag.total_seconds(),
        "workers": [
            {
                "owner": worker.owner,
                "is_alive": worker.is_alive,
                "until": worker.until.isoformat(),
                "silent_seconds": worker.silence // timedelta(seconds=1) if worker.silence is not None else 0,
                "shards": worker.shards,
                "duties": list(worker.duties),
            }
            for worker in report.workers
        ],
        "holds": [
            {"cause": hold.cause.value, "detail": hold.detail, "since": hold.at.isoformat()}
            for hold in report.holds
        ],
        "pauses": [
            {
                "scope": pause.scope,
                "who": pause.who,
                "why": pause.why,
                "until": pause.until.isoformat() if pause.until else None,
            }
            for pause in report.pauses
        ],
        "journeys": [_plain(journey) for journey in report.journeys],
        "lists": [
            {
                "name": item.name,
                "size": item.size,
                "refreshed_at": item.refreshed_at.isoformat(),
                "as_of": item.as_of.isoformat(),
                "kept_because": item.kept_because,
                "left_out": dict(item.left_out),
            }
            for item in report.lists
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _plain(journey: JourneyStatus) -> dict[str, Any]:
    mails = {
        "total": journey.mails.total,
        "accepted": journey.mails.accepted,
        "uncertain": journey.mails.uncertain,
        "under_way": journey.mails.under_way,
        "waiting": dict(journey.mails.waiting),
        "not_sent": dict(journey.mails.unsent),
    }
    head = {"address": journey.address, "is_retired": journey.is_retired}
    if isinstance(journey, OutreachStatus):
        next_at = journey.next_at.isoformat() if journey.next_at else None
        return {**head, "next_at": next_at, "mails": mails}
    return {
        **head,
        "candidates": journey.candidates,
        "entered": journey.entered,
        "refused": dict(journey.refused),
        "passages": journey.passages,
        "inside": [
            {"step": step.step, "people": step.count, "waits": dict(step.waits)} for step in journey.steps
        ],
        "ended": dict(journey.ended),
        "mails": mails,
    }
