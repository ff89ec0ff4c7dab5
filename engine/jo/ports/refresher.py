"""The port to what computes refreshes, in a process of its own or in this one.

A run compares sources and store, changes nothing, and gives its differences as steps, in an order in which
they may be carried out one by one: facts, what is referred to before what refers to it; memberships, which
nobody sees before the mark; the mark; then who has to be looked at again. No step comes before all of them
are known, so a run that fails has no steps.

Steps go through pipes and files: `encode` and `decode` write them as one line of JSON each.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Protocol

from jo.ports.errors import WorldError
from jo.ports.store.audiences import Snapshot
from jo.ports.warehouse import Member

ROWS = 1_000
"""Rows of one step at most."""


class RefreshError(WorldError):
    """A run could not be brought to its end; nothing of it was given out, or the rest is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a run is to do beside taking over facts."""

    now: datetime
    lists: tuple[str, ...]
    """To be computed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutFacts:
    source: str
    rows: Mapping[str, str]
    """Key → data, as `Facts.differing` gives it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkGone:
    source: str
    keys: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    list: str
    number: int
    """Of the snapshot that they are not in any more."""
    keys: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter:
    """Whose key is among those who leave has another contact than before, and comes after it."""

    list: str
    number: int
    members: Sequence[Member]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A list or a source that could not be read."""

    list: str | None
    source: str | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A list that was computed."""

    name: str
    snapshot: Snapshot
    entered: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """From here on the new snapshots hold. Comes once, whatever could not be read."""

    as_of: Mapping[str, datetime]
    """Source → when the table behind its facts was written."""
    lists: Sequence[Taken]
    failures: Sequence[Failure]
    reading: str
    """The digest of what journeys read of sources and lists, by which the run went."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wake:
    """Have people looked at again: contacts, or whom the list's rows stand for."""

    contacts: Sequence[str] = ()
    rows: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The last step."""


Step = PutFacts | MarkGone | Leave | Enter | Mark | Wake | End


class Refresher(Protocol):
    """Computes one run at a time."""

    def start(self, task: Task) -> None: ...

    def next(self, seconds: float) -> Step | None:
        """Return the next step of the run that was started, None when there is none after so many seconds.

        Raises RefreshError; the run is over then.
        """
        ...

    def close(self) -> None:
        """Give up the run, if there is one, and all that it needs. May be started again afterwards."""
        ...


def encode(step: Step | Task) -> bytes:
    """Return a line."""
    values = {field.name: getattr(step, field.name) for field in fields(step)}
    text = json.dumps([type(step).__name__, values], default=_plain, separators=(",", ":"))
    return text.encode("ascii") + b"\n"


def decode(line: bytes) -> Step | Task:
    """Read a line. Raises ValueError for anything else."""
    kind, values = json.loads(line)
    read = _READ.get(kind)
    if read is None:
        raise ValueError("not a step")
    return read(values)


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Snapshot | Failure | Taken):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} has no place in a step")


def _task(values: dict[str, Any]) -> Task:
    return Task(now=datetime.fromisoformat(values["now"]), lists=tuple(values["lists"]))


def _enter(values: dict[str, Any]) -> Enter:
    members = [Member(key, contact) for key, contact in values.pop("members")]
    return Enter(**values, members=members)


def _mark(values: dict[str, Any]) -> Mark:
    return Mark(
        as_of={name: datetime.fromisoformat(moment) for name, moment in values["as_of"].items()},
        lists=[_taken(taken) for taken in values["lists"]],
        failures=[Failure(**failure) for failure in values["failures"]],
        reading=values["reading"],
    )


def _taken(values: dict[str, Any]) -> Taken:
    snapshot = dict(values.pop("snapshot"))
    for name in ("refreshed_at", "as_of"):
        snapshot[name] = datetime.fromisoformat(snapshot[name])
    return Taken(**values, snapshot=Snapshot(**snapshot))


_READ: Mapping[str, Callable[[dict[str, Any]], Step | Task]] = {
    "Task": _task,
    "PutFacts": lambda values: PutFacts(**values),
    "MarkGone": lambda values: MarkGone(**values),
    "Leave": lambda values: Leave(**values),
    "Enter": _enter,
    "Mark": _mark,
    "Wake": lambda values: Wake(**values),
    "End": lambda values: End(),
}
