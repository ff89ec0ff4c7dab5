"""The log of a process that runs for long: named events, a line for each, on standard error.

A log is only listened to. When a line cannot be written, because nobody reads any more or a disk is full, the
work goes on, and the log says itself how much it misses as soon as it can be written again.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from jo.reports.telling import LOG_MISSED, OF_LOGS, EventKind, json_line, text_line
from jo.views.console import Console


class Log(StrEnum):
    """How events are logged."""

    TEXT = "text"
    JSON = "json"


class Logbook:
    """Used by one thread at a time."""

    def __init__(self, console: Console, log: Log) -> None:
        self._console = console
        self._line = json_line if log is Log.JSON else text_line
        self._missed = 0

    def write(self, name: str, kind: EventKind, at: datetime, fields: Mapping[str, Any]) -> None:
        if not self._console.log(self._line(name, kind, at, fields)):
            self._missed += 1
        elif self._missed:
            missed, self._missed = self._missed, 0
            self.write(LOG_MISSED, OF_LOGS[LOG_MISSED], at, {"lines": missed})
