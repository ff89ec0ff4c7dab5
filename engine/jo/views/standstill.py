"""Why nothing runs, what would happen if it did, and how to let it."""

from typing import Any

from jo.reports.standstill import SENTENCES, Standstill
from jo.reports.wording import number
from jo.views.table import Column, table
from jo.views.terminal import Ink, Line, Look, hanging

_RELEASE = "    jo run --release"


def lines(found: Standstill, look: Look) -> list[Line]:
    told: list[Line] = [[("On hold: nothing runs until somebody has looked.", Ink.WARNING)], []]
    for hold in found.holds:
        why = f"{SENTENCES[hold.cause]} {hold.detail}".strip()
        told += hanging(f"{hold.cause}: ", why, Ink.PLAIN, look, Ink.STRONG)
    told.append([])
    if found.waiting:
        columns = (
            Column(title="what would go on", ink=Ink.STRONG),
            Column(title="mails due", is_number=True),
            Column(title="known as sent", is_number=True),
            Column(title="people due", is_number=True),
        )
        rows = [
            (
                item.journey,
                *(number(count) if count else "" for count in (item.mails, item.known, item.people)),
            )
            for item in found.waiting
        ]
        told += [*table(columns, rows, look), []]
    else:
        told += [[("Nothing is due.", Ink.PLAIN)], []]
    told.append([("Mails that are known as sent are not sent again. When all of this is right:", Ink.PLAIN)])
    return [*told, [(_RELEASE, Ink.STRONG)]]


def as_data(found: Standstill) -> dict[str, Any]:
    return {
        "holds": [
            {"cause": hold.cause.value, "detail": hold.detail, "at": hold.at.isoformat()}
            for hold in found.holds
        ],
        "waiting": [
            {"journey": item.journey, "mails": item.mails, "known": item.known, "people": item.people}
            for item in found.waiting
        ],
    }
