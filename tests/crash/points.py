"""Named points: every place between two effects of a worker, as the effects themselves tell them.

All that a worker does to the world goes through a few calls: transactions of the store, records of the
journal, messages handed to the mailer, bytes on a socket. A point is a place right before or right behind
one of them, named after who does it: `advance.run_once: before commit`, `journal: synced`,
`wire: sent body`. Nothing of this is in jo; a process that is to be killed puts the marks on by itself.
"""

import os
import signal
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Reach = Callable[[str], None]


class Killer:
    """Ends the process, as by `kill -9`, when a point is reached for the n-th time."""

    def __init__(self, point: str, hit: int) -> None:
        self._point, self._left = point, hit

    def __call__(self, point: str) -> None:
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                die()


class Recorder:
    """Counts how often each point is reached, into a file at the end."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.hits: Counter[str] = Counter()

    def __call__(self, point: str) -> None:
        self.hits[point] += 1

    def write(self) -> None:
        lines = (f"{count} {point}\n" for point, count in sorted(self.hits.items()))
        self._file.write_text("".join(lines), encoding="utf-8")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_after(calls: int) -> None:
    """End the process at the n-th call of a Python function from now on: blind, but the same again."""
    left = calls

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal left
        if event == "call":
            left -= 1
            if left <= 0:
                die()

    sys.setprofile(count)


def count_calls(file: Path) -> Callable[[], None]:
    """Count the calls of Python functions from now on; returns what writes their number."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    def write() -> None:
        sys.setprofile(None)
        file.write_text(str(calls), encoding="utf-8")

    sys.setprofile(count)
    return write


def put_marks(reach: Reach) -> None:
    """Have `reach` called at each point of this process."""
    _mark_store(reach)
    _mark_journal(reach)
    _mark_mailer(reach)
    _mark_wire(reach)


def _mark_store(reach: Reach) -> None:
    from jo.store.store import SqlStore

    begin = SqlStore.write

    @contextmanager
    def write(self: Any, *arguments: Any) -> Iterator[Any]:
        name = _caller()
        reach(f"{name}: before begin")
        with begin(self, *arguments) as work:
            yield work
            reach(f"{name}: before commit")
        reach(f"{name}: committed")

    SqlStore.write = write  # type: ignore[method-assign]


def _caller() -> str:
    """Return module and function of whoever opens the transaction."""
    frame = sys._getframe(2)
    while "contextlib" in frame.f_code.co_filename or frame.f_code.co_filename == __file__:
        assert frame.f_back is not None
        frame = frame.f_back
    module = frame.f_globals["__name__"].rpartition(".")[2]
    return f"{module}.{frame.f_code.co_name.lstrip('_')}"


def _mark_journal(reach: Reach) -> None:
    from jo.journal import files

    write_all, sync = files.write_all, files._sync

    def write(file: int, data: bytes, offset: int) -> None:
        reach("journal: before write")
        write_all(file, data, offset)
        reach("journal: written")

    def synced(file: int) -> None:
        sync(file)
        reach("journal: synced")

    files.write_all = write
    files._sync = synced


def _mark_mailer(reach: Reach) -> None:
    from jo.mail.smtp import SmtpMailer

    submit, collect = SmtpMailer.submit, SmtpMailer.collect

    def submitting(self: SmtpMailer, relay: str, batch: Any) -> None:
        reach("mailer: before submit")
        submit(self, relay, batch)
        reach("mailer: submitted")

    def collecting(self: SmtpMailer, seconds: float) -> Any:
        found = collect(self, seconds)
        if found:
            reach("mailer: collected")
        return found

    SmtpMailer.submit = submitting  # type: ignore[method-assign]
    SmtpMailer.collect = collecting  # type: ignore[method-assign]


def _mark_wire(reach: Reach) -> None:
    from jo.mail import connection

    class MarkedSocket(socket.socket):
        def send(self, data: Any, *flags: int) -> int:
            what = _said(bytes(data[:8]))
            reach(f"wire: before {what}")
            sent = super().send(data, *flags)
            reach(f"wire: sent {what}")
            return sent

        def recv(self, size: int, *flags: int) -> bytes:
            data = super().recv(size, *flags)
            if data:
                reach(f"wire: heard {data[:3].decode('ascii', 'replace')}")
            return data

    connection.socket = _Module(socket, socket=MarkedSocket)  # type: ignore[assignment]


class _Module:
    """A module with some names of it replaced."""

    def __init__(self, module: Any, **names: Any) -> None:
        self.__dict__.update(vars(module), **names)


def _said(beginning: bytes) -> str:
    word = beginning.split(b" ")[0].split(b"\r")[0].split(b":")[0].decode("ascii", "replace")
    return word if word in ("EHLO", "MAIL", "RCPT", "DATA", "RSET", "QUIT") else "body"
