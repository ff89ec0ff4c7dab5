"""A reader over one document that its schema has accepted; collects what only parsing can find.

The cursor walks plain values (dict, list, str, numbers) and remembers the key path, so that a fault in a
duration or a condition can be shown at its place. It never raises for an author's mistake: the faulty part
becomes a neutral value, the fault is kept, and lowering goes on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jo.conditions.condition import ALWAYS, Condition, parse_condition
from jo.conditions.fault import Fault
from jo.conditions.instant_parse import parse_time
from jo.conditions.instant_tree import TimeExpr
from jo.diagnostics.codes import BAD_DURATION, Code, Severity
from jo.diagnostics.span import Path
from jo.timing.durations import Duration, Unit, parse_duration

DURATION_HELP = (
    "Write a whole number and a unit: `30 minutes`, `24 hours`, `3 days`, `2 business days`, `1 month`."
)

# A project says the same few durations and conditions again and again.
_duration = lru_cache(maxsize=4096)(parse_duration)
_condition = lru_cache(maxsize=16_384)(parse_condition)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFault:
    """A fault at a key path of a document, and within its text where that is known."""

    code: Code
    path: Path
    detail: str
    help: str = ""
    at_key: bool = False
    """The key itself is at fault, not the value behind it."""
    start: int | None = None
    """Code points from the start of the text at `path`; None for the whole value."""
    end: int | None = None
    severity: Severity = Severity.ERROR


class Cursor:
    """One map of a document, with its key path and the list of faults that all its cursors share."""

    __slots__ = ("faults", "path", "value")

    def __init__(
        self, value: Mapping[str, Any], path: Path = (), faults: list[DocumentFault] | None = None
    ) -> None:
        self.value = value
        self.path = path
        self.faults: list[DocumentFault] = [] if faults is None else faults

    def __contains__(self, key: str) -> bool:
        return self.value.get(key) is not None

    def get(self, key: str, default: Any = None) -> Any:
        """Return the plain value; null counts as absent."""
        found = self.value.get(key)
        return default if found is None else found

    def text(self, key: str, default: str = "") -> str:
        found = self.value.get(key)
        return default if found is None else str(found)

    def strings(self, key: str) -> tuple[str, ...]:
        """Return a list of strings; a single string is a list of one."""
        found = self.get(key, ())
        return (found,) if isinstance(found, str) else tuple(str(item) for item in found)

    def into(self, key: str) -> "Cursor":
        """Return a cursor over the map at `key`, empty when there is none."""
        return Cursor(self.get(key, {}), (*self.path, key), self.faults)

    def items(self) -> Iterator[tuple[str, "Cursor"]]:
        """Yield a cursor for each entry of this map whose value is a map, in the order of the file."""
        for key, value in self.value.items():
            if value is not None:
                yield key, Cursor(value, (*self.path, key), self.faults)

    def each(self, key: str) -> Iterator["Cursor"]:
        """Yield a cursor for each map in the list at `key`."""
        for index, value in enumerate(self.get(key, ())):
            yield Cursor(value, (*self.path, key, index), self.faults)

    def fault(
        self, code: Code, detail: str, *path: str | int, advice: str = "", at_key: bool = False
    ) -> None:
        self.faults.append(
            DocumentFault(code=code, path=(*self.path, *path), detail=detail, help=advice, at_key=at_key)
        )

    def duration(self, key: str) -> Duration | None:
        raw = self.value.get(key)
        return None if raw is None else self.as_duration(raw, key)

    def as_duration(self, raw: object, *path: str | int) -> Duration:
        """Read a duration that stands at `path` below this cursor."""
        found = _duration(raw) if isinstance(raw, str) else None
        if found is None:
            self.fault(BAD_DURATION, f"`{raw}` is not a duration.", *path, advice=DURATION_HELP)
            return Duration(0, Unit.SECOND)
        return found

    def condition(self, key: str) -> Condition | None:
        raw = self.value.get(key)
        return None if raw is None else self.as_condition(raw, key)

    def as_condition(self, raw: object, *path: str | int) -> Condition:
        """Read a condition in any of its written forms: a string, a list, or a map of all, any, not."""
        condition, faults = _condition(raw) if isinstance(raw, str) else parse_condition(raw)
        for found in faults:
            self._within(found.fault, (*path, *found.path))
        return ALWAYS if condition is None else condition

    def time(self, key: str) -> TimeExpr | None:
        raw = self.value.get(key)
        return None if raw is None else self.as_time(raw, key)

    def as_time(self, raw: object, *path: str | int) -> TimeExpr | None:
        """Read a time expression; None when it cannot be read (the fault is kept)."""
        expr, faults = parse_time(str(raw))
        for found in faults:
            self._within(found, path)
        return expr

    def _within(self, fault: Fault, path: Path) -> None:
        """Keep a fault that knows its stretch of the text at `path` below this cursor."""
        self.faults.append(
            DocumentFault(
                code=fault.code,
                path=(*self.path, *path),
                detail=fault.detail,
                help=fault.help,
                start=fault.start,
                end=fault.end,
                severity=fault.severity,
            )
        )
