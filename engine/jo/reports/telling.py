"""What a process that runs for long tells of itself: named events, and a line of a log for each.

Names and fields are a contract: logs and metrics only listen, and what is told once is kept. No event holds
an address, a name or any other value of a person's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    DEBUG = "debug"
    """Of interest to whoever looks for something."""
    INFO = "info"
    WARNING = "warning"
    """Something outside does not play along; jo tries again by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventKind:
    """One named event."""

    level: Level
    meaning: str
    fields: Mapping[str, str]
    """Field → what it holds."""


LOG_MISSED = "log.missed"
OF_LOGS: Mapping[str, EventKind] = {
    LOG_MISSED: EventKind(
        level=Level.WARNING,
        meaning="The log could not be written for a while; all else went on.",
        fields={"lines": "how many lines before this one and the line above it may be missing"},
    ),
}
"""What a log tells of itself: name → what it is."""


def json_line(name: str, kind: EventKind, at: datetime, fields: Mapping[str, Any]) -> str:
    """Return an event as one line of JSON, without a line break."""
    moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = {"at": moment, "level": kind.level.value, "event": name, **fields}
    return json.dumps(line, ensure_ascii=False, default=str)


def text_line(name: str, kind: EventKind, at: datetime, fields: Mapping[str, Any]) -> str:
    """Return an event as one line for people to read, without a line break."""
    words = " ".join(f"{key}={_shown(value)}" for key, value in fields.items())
    return f"{at:%Y-%m-%dT%H:%M:%SZ} {kind.level.value:<7} {name} {words}".rstrip()


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return json.dumps(text, ensure_ascii=False) if " " in text and isinstance(value, str) else text
