"""The tree of a time expression and its normal text, which reads back as the same tree."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as clock_time
from enum import StrEnum

from jo.conditions.tree import Path
from jo.timing.durations import Duration


class Choice(StrEnum):
    EARLIEST = "earliest"
    LATEST = "latest"


class Weekday(StrEnum):
    """In the order of `date.weekday()`."""

    MONDAY = "Monday"
    TUESDAY = "Tuesday"
    WEDNESDAY = "Wednesday"
    THURSDAY = "Thursday"
    FRIDAY = "Friday"
    SATURDAY = "Saturday"
    SUNDAY = "Sunday"


@dataclass(frozen=True, slots=True)
class Entered:
    """When this passage began."""


@dataclass(frozen=True, slots=True)
class Sent:
    """When the last mail of a step was accepted."""

    step: str


@dataclass(frozen=True, slots=True)
class FieldTime:
    path: Path


@dataclass(frozen=True, slots=True)
class Constant:
    """A local day, or a local moment of the person's zone (naive)."""

    value: date | datetime


@dataclass(frozen=True, slots=True)
class Chosen:
    by: Choice
    times: tuple["TimeExpr", ...]
    """At least one."""


@dataclass(frozen=True, slots=True)
class Shifted:
    time: "TimeExpr"
    duration: Duration
    back: bool = False


@dataclass(frozen=True, slots=True)
class AtTime:
    """The clock time of the local day on which `time` falls."""

    time: "TimeExpr"
    clock: clock_time


@dataclass(frozen=True, slots=True)
class Weekly:
    """The next such local moment strictly after the anchor."""

    weekday: Weekday
    clock: clock_time


TimeExpr = Entered | Sent | FieldTime | Constant | Chosen | Shifted | AtTime | Weekly


def time_text(expr: TimeExpr) -> str:
    """Return the normal text."""
    match expr:
        case Entered():
            return "entered"
        case Sent(step):
            escaped = step.replace("'", "''")
            return f"sent('{escaped}')"
        case FieldTime(path):
            return str(path)
        case Constant(datetime() as value):
            return value.strftime("%Y-%m-%d %H:%M")
        case Constant(value):
            return value.isoformat()
        case Chosen(by, times):
            return f"{by}({', '.join(map(time_text, times))})"
        case Shifted(inner, duration, back):
            return f"{time_text(inner)} {'-' if back else '+'} {duration}"
        case AtTime(inner, clock):
            return f"{time_text(inner)} at {clock:%H:%M}"
        case Weekly(weekday, clock):
            return f"{weekday} {clock:%H:%M}"


def walk_time(expr: TimeExpr) -> Iterator[TimeExpr]:
    """Yield the expression and all below it."""
    yield expr
    match expr:
        case Chosen(_, times):
            for inner in times:
                yield from walk_time(inner)
        case Shifted(inner) | AtTime(inner):
            yield from walk_time(inner)


def time_paths(expr: TimeExpr) -> frozenset[str]:
    """Return the fields it reads, dotted."""
    return frozenset(str(part.path) for part in walk_time(expr) if isinstance(part, FieldTime))
