"""A project in a folder, with the two servers beside it that `jo run` talks to: a relay and a web server.

Both run in threads of the test, on ports that the system gives; the project is told of them by variables, so
its files are those that `jo init` writes.
"""

import csv
import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import IO, Any

from jo.cli.main import jo, run
from jo.mail import sink_server
from jo.wiring import open_web
from jo.workspace.read_settings import load_settings
from jo.workspace.starting import make_key, starter_files, write_files

PATIENCE_SECONDS = 30.0


def a_project(folder: Path, members: int = 6) -> Path:
    """Write the starter of `jo init` with some members, who all get a welcome and three days later a tip."""
    folder.mkdir(parents=True, exist_ok=True)
    write_files(folder, starter_files("project"))
    make_key(folder)
    rows = [
        {"id": f"p{number:03}", "email": f"p{number:03}@people.example", "first_name": f"Name{number:03}"}
        for number in range(members)
    ]
    write_members(folder, rows)
    return folder


def write_members(folder: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    defaults = {"language": "en", "joined": "2026-01-12", "unsubscribed": "no"}
    with (folder / "lists/data/people.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["id", "email", "first_name", *defaults])
        writer.writeheader()
        writer.writerows({**defaults, **row} for row in rows)


@contextmanager
def a_relay(folder: Path) -> Iterator[dict[str, str]]:
    """Take mail into `mails`; gives the variables that lead there."""
    stop, is_ready = threading.Event(), threading.Event()
    ports: list[int] = []

    def ready(port: int) -> None:
        ports.append(port)
        is_ready.set()

    thread = threading.Thread(target=sink_server.serve, args=(folder / "mails", 0, ready, stop))
    thread.start()
    try:
        assert is_ready.wait(PATIENCE_SECONDS)
        yield {"JO_RELAY_DEFAULT_HOST": "127.0.0.1", "JO_RELAY_DEFAULT_PORT": str(ports[0])}
    finally:
        stop.set()
        thread.join()


@contextmanager
def a_web_server(folder: Path) -> Iterator[dict[str, str]]:
    """Answer links; gives the variables that make them lead here."""
    settings, _ = load_settings(folder, {})
    is_ready = threading.Event()
    ports: list[int] = []

    def ready(port: int) -> None:
        ports.append(port)
        is_ready.set()

    with open_web(settings, "127.0.0.1", 0, ready, lambda *_: None) as server:
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            assert is_ready.wait(PATIENCE_SECONDS)
            yield {"JO_WEB_BASE_URL": f"http://127.0.0.1:{ports[0]}"}
        finally:
            server.stop()
            thread.join()


@contextmanager
def neighbors(folder: Path) -> Iterator[dict[str, str]]:
    """Run both servers; gives all variables."""
    with a_relay(folder) as relay, a_web_server(folder) as web:
        yield relay | web


def start(
    folder: Path, variables: Mapping[str, str], *words: str, log: IO[str] | None = None
) -> "subprocess.Popen[str]":
    """Start a command of jo in the folder, as a process of its own. What it says goes to pipes, or a log."""
    return subprocess.Popen(
        [sys.executable, "-m", "jo", *words],
        cwd=folder,
        env={**os.environ, **variables},
        text=True,
        stdout=log or subprocess.PIPE,
        stderr=log or subprocess.PIPE,
    )


def finish(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """Return exit code, output and errors."""
    out, err = process.communicate(timeout=4 * PATIENCE_SECONDS)
    return process.returncode, out, err


def play(folder: Path, variables: Mapping[str, str], *words: str) -> tuple[int, str, str]:
    """Run a command of jo in the folder, within this process, which is faster."""
    out, err = io.StringIO(), io.StringIO()
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        with chdir(folder), redirect_stdout(out), redirect_stderr(err):
            code = run(jo, list(words))
    finally:
        os.environ.clear()
        os.environ.update(before)
    return code, out.getvalue(), err.getvalue()
