"""What was received and has to be remembered, as values with a line of JSON each.

A line names mails by their public id, never a person: an address is looked up when the store takes it in.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from jo.flow.arrival import Arrival, Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    mail: str
    """The intent's public id."""
    link: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    mail: str
    choice: Choice
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event that was held against its declaration."""

    arrival: Arrival
    at: datetime


Received = Click | OptOut | Told


def to_line(item: Received) -> bytes:
    """Return one line, with its end."""
    return json.dumps(_plain(item), ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def from_line(line: bytes) -> Received:
    """Read what `to_line` wrote. Raises ValueError for anything else."""
    try:
        return _received(json.loads(line))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("the line holds nothing that was received") from error


def _plain(item: Received) -> dict[str, Any]:
    at = item.at.isoformat()
    match item:
        case Click():
            return {"is": "click", "at": at, "mail": item.mail, "link": item.link}
        case OptOut():
            return {"is": "opt-out", "at": at, "mail": item.mail, "choice": item.choice}
        case Told(arrival=arrival):
            return {
                "is": "event",
                "at": at,
                "name": arrival.name,
                "source": arrival.source,
                "id": arrival.id,
                "happened": arrival.at.isoformat(),
                "contact": arrival.contact,
                "payload": arrival.payload,
            }
        case _:
            assert_never(item)


def _received(plain: dict[str, Any]) -> Received:
    at = datetime.fromisoformat(plain["at"])
    match plain["is"]:
        case "click":
            return Click(mail=plain["mail"], link=plain["link"], at=at)
        case "opt-out":
            return OptOut(mail=plain["mail"], choice=Choice(plain["choice"]), at=at)
        case "event":
            arrival = Arrival(
                name=plain["name"],
                source=plain["source"],
                id=plain["id"],
                at=datetime.fromisoformat(plain["happened"]),
                contact=plain["contact"],
                payload=plain["payload"],
            )
            return Told(arrival=arrival, at=at)
        case other:
            raise ValueError(f"nothing is received as {other!r}")
