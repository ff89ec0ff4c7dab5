"""A log is a line for each event, and nothing waits for whoever listens to it."""

import errno
import io
import json

import pytest

from jo.cli.logbook import Log, Logbook
from jo.reports.telling import EventKind, Level
from jo.views.console import Console
from tests.support.world import at

NOW = at("2026-12-01 08:00")
KIND = EventKind(level=Level.WARNING, meaning="A source could not be read.", fields={})
FIELDS = {"source": "people", "error": 'line 3\n"x"'}


class Disk(io.StringIO):
    """A file on a disk that may be full."""

    is_full = False

    def flush(self) -> None:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")


def a_logbook(log: Log = Log.JSON) -> tuple[Disk, Logbook]:
    disk = Disk()
    return disk, Logbook(Console(io.StringIO(), disk, io.StringIO(), {}), log)


def events(disk: Disk) -> list[str]:
    return [json.loads(line)["event"] for line in disk.getvalue().splitlines()]


@pytest.mark.parametrize("log", Log)
def test_a_line_is_one_line_whatever_an_event_carries(log: Log) -> None:
    disk, logbook = a_logbook(log)

    logbook.write("refresh.failed", KIND, NOW, FIELDS)

    (line,) = disk.getvalue().splitlines()
    if log is Log.TEXT:
        assert line.startswith("2026-12-01T08:00:00Z warning refresh.failed source=people error=")
    else:
        assert json.loads(line) == {
            "at": "2026-12-01T08:00:00.000Z",
            "level": "warning",
            "event": "refresh.failed",
            **FIELDS,
        }


def test_a_log_that_can_be_written_again_says_once_what_it_misses() -> None:
    disk, logbook = a_logbook()
    disk.is_full = True
    for _ in range(3):
        logbook.write("refresh.failed", KIND, NOW, FIELDS)
    disk.is_full = False
    disk.truncate(0)
    disk.seek(0)

    for _ in range(2):
        logbook.write("refresh.done", KIND, NOW, {})

    assert events(disk) == ["refresh.done", "log.missed", "refresh.done"]
    assert json.loads(disk.getvalue().splitlines()[1])["lines"] == 3
