"""P8: what `jo run` keeps in memory, with very many people inside a program.

A real process serves a crowd on SQLite by the real clock: it starts, has the list and the facts of everybody
compared by its child process, lets nobody in anew, and waits. What is measured is the most that it ever had
in memory (VmHWM), and its child's apart. In the sources one in a hundred has another name by then, so that
the refresh has something to write and people are looked at again.

By default a million are inside. `JO_BENCH_WAITING=5000000` takes half an hour, and 25 GB of disk.
"""

import csv
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jo.store.columns import EPOCH, MICROSECOND
from tests.bench.crowd import make_crowd
from tests.bench.figures import Figure, seconds
from tests.support.scenery import company, contact

FEW = 10_000
MANY = int(os.environ.get("JO_BENCH_WAITING", "1000000"))
PATIENCE_SECONDS = 1800.0
SETTINGS = """
[project]
name = "bench"
[store]
url = "sqlite:///store.db"
[sources.companies]
path = "companies.csv"
[sources.contacts]
path = "contacts.csv"
[relay.default]
host = "127.0.0.1"
port = 9
[web]
base_url = "http://127.0.0.1:9"
signing_keys = ["file:signing.key"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """The most that a process ever had in memory, in megabytes of 2^20 bytes."""

    worker: float
    child: float
    took: float
    """Seconds until the refresh was over and everybody whom it concerned was looked at again."""


def run() -> Sequence[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        few, many = (_measure(Path(folder) / str(size), size) for size in (FEW, MANY))
    return (
        Figure(
            name="P8",
            what=f"memory of jo run with {MANY:,} people inside",
            measured=many.worker,
            unit="MB",
            at_most=250,
            detail=f"the refresh took {seconds(many.took)}",
        ),
        Figure(
            name="P8",
            what=f"the same against {FEW:,} people",
            measured=many.worker / few.worker,
            at_most=1.3,
            detail=f"{many.worker:.0f} MB against {few.worker:.0f} MB",
        ),
        Figure(
            name="P8",
            what="memory of the child process that computes refreshes",
            measured=many.child,
            unit="MB",
            detail=f"{few.child:.0f} MB with {FEW:,}",
        ),
    )


def _measure(folder: Path, size: int) -> Peak:
    with ExitStack() as stack:
        make_crowd(folder, size, stack)
    (folder / "jo.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "signing.key").write_text("0123456789abcdef" * 4, encoding="utf-8")
    _write_sources(folder)
    _make_real(folder / "store.db")
    began = time.monotonic()
    with _running(folder) as process:
        child = 0.0
        while not _is_over(folder / "store.db"):
            assert process.poll() is None, process.returncode
            assert time.monotonic() < began + PATIENCE_SECONDS
            child = max([child, *map(_peak, _children(process.pid))])
            time.sleep(0.1)
        took = time.monotonic() - began
        worker = _peak(process.pid)
    shutil.rmtree(folder)
    return Peak(worker=worker, child=child, took=took)


def _write_sources(folder: Path) -> None:
    """Write the rows that the store has facts of; one in a hundred contacts has another name."""
    with closing(sqlite3.connect(folder / "store.db")) as store:
        for source, row in (("companies", company), ("contacts", contact)):
            with (folder / f"{source}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, row("x"))
                writer.writeheader()
                found = store.execute("SELECT key, data FROM facts WHERE source = ?", [source])
                for number, (key, data) in enumerate(found):
                    known = {name: value for name, value in json.loads(data).items() if value is not None}
                    other = {"first_name": "Ann"} if source == "contacts" and number % 100 == 0 else {}
                    writer.writerow({**row(key), **known, **other})


def _make_real(file: Path) -> None:
    """Let the store live by the real clock, with everybody's moment far off and the list due."""
    long_ago = (datetime.now(UTC) - timedelta(days=2) - EPOCH) // MICROSECOND
    later = (datetime.now(UTC) + timedelta(days=30) - EPOCH) // MICROSECOND
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DELETE FROM memories WHERE name IN ('clock', 'last-tick')")
        connection.execute("UPDATE lists SET refreshed_at = ?", [long_ago])
        connection.execute("UPDATE passages SET due_at = ? WHERE due_at IS NOT NULL", [later])


@contextmanager
def _running(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "jo", "run"], cwd=folder, stdout=log, stderr=log)
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0, (folder / "log").read_text()
        finally:
            process.kill()
            process.wait()


def _is_over(file: Path) -> bool:
    yesterday = (datetime.now(UTC) - timedelta(days=1) - EPOCH) // MICROSECOND
    now = (datetime.now(UTC) - EPOCH) // MICROSECOND
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        (left,) = connection.execute(
            "SELECT (SELECT count(*) FROM lists WHERE refreshed_at < ?)"
            " + (SELECT count(*) FROM memories WHERE name = 'refresh' AND value <> '')"
            " + (SELECT count(*) FROM passages WHERE ended_at IS NULL AND due_at <= ?)",
            [yesterday, now],
        ).fetchone()
    return not left


def _children(pid: int) -> list[int]:
    return [
        int(word)
        for task in Path(f"/proc/{pid}/task").glob("*/children")
        for word in task.read_text().split()
    ]


def _peak(pid: int) -> float:
    """Return the most that a process ever had in memory; 0 for one that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s*(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0
