"""Keep limited workers and hand jobs to them; implements `jo.ports.rendering.LogicRenderer`.

Jobs go out a few at a time and answers come back in order, so when a worker dies the first job without an
answer is the one that killed it: it fails with the reason, and the others go to a new worker. One selector
loop serves all pipes without blocking, so neither side can wait for the other for ever.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Self

import jo
from jo.render.message import LogicDone, LogicJob, LogicResult, Quarantine
from jo.workers.limits import Limits
from jo.workers.protocol import LARGEST_ANSWER, REMEMBERED, decode, encode

WINDOW = 32
"""Jobs that a worker has at a time: enough that it never waits for the next one."""
CHUNK = 1 << 16

TOO_LONG = Quarantine("the template ran too long")
TOO_MUCH_MEMORY = Quarantine("the template used too much memory")
BROKEN = Quarantine("the template ended its worker")


class TemplateWorkers:
    """A few worker processes, started when they are first needed."""

    def __init__(self, *, count: int = 2, limits: Limits | None = None) -> None:
        self._count = count
        self._limits = limits or Limits()
        self._workers: list[_Worker] = []

    def run(self, jobs: Sequence[LogicJob]) -> tuple[LogicResult, ...]:
        batch = _Batch(jobs)
        try:
            with selectors.DefaultSelector() as selector:
                for worker in self._ready(min(self._count, len(jobs))):
                    worker.join(selector)
                while batch.queue or any(worker.inflight for worker in self._workers):
                    self._turn(batch, selector)
                for worker in self._workers:
                    worker.leave()
        except BaseException:
            # What is under way would come back as an answer to the next batch.
            self.close()
            raise
        return tuple(result or BROKEN for result in batch.results)

    def close(self) -> None:
        for worker in self._workers:
            worker.leave()
            worker.end()
        self._workers.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ready(self, count: int) -> "list[_Worker]":
        """Return the workers, all of them alive and at least `count`."""
        for worker in [worker for worker in self._workers if worker.has_ended]:
            self._workers.remove(worker)
            worker.end()
        while len(self._workers) < count:
            self._workers.append(_Worker(self._limits))
        return self._workers

    def _turn(self, batch: "_Batch", selector: selectors.BaseSelector) -> None:
        """Hand out jobs, wait for the next thing to happen, and see to it."""
        for worker in self._workers:
            worker.feed(batch.queue)
        now = time.monotonic()
        patience = min((worker.deadline - now for worker in self._workers if worker.inflight), default=0.0)
        for key, events in selector.select(max(patience, 0.0) + 0.01):
            worker = key.data
            if events & selectors.EVENT_WRITE and not worker.is_closed:
                worker.write()
            if events & selectors.EVENT_READ and not worker.is_closed and not worker.read(batch.results):
                self._replace(worker, worker.reason(), batch, selector)
        now = time.monotonic()
        for worker in tuple(self._workers):
            if worker.inflight and now > worker.deadline:
                self._replace(worker, TOO_LONG, batch, selector)

    def _replace(
        self, worker: "_Worker", reason: Quarantine, batch: "_Batch", selector: selectors.BaseSelector
    ) -> None:
        """Fail the job that ended a worker, give its other jobs back, and start a new one."""
        worker.leave()
        worker.end()
        if worker.inflight:
            index, _ = worker.inflight.popleft()
            batch.results[index] = reason
        batch.queue.extendleft(reversed(worker.inflight))
        fresh = _Worker(self._limits)
        fresh.join(selector)
        self._workers[self._workers.index(worker)] = fresh


class _Batch:
    """Jobs that are not yet handed out, with their numbers, and the results so far."""

    def __init__(self, jobs: Sequence[LogicJob]) -> None:
        self.queue = deque(enumerate(jobs))
        self.results: list[LogicResult | None] = [None] * len(jobs)


class _Worker:
    """One process and what is under way with it."""

    def __init__(self, limits: Limits) -> None:
        self.inflight: deque[tuple[int, LogicJob]] = deque()
        self.deadline = 0.0
        """Monotonic seconds at which the first job under way is too late."""
        self._limits = limits
        self._known: set[str] = set()
        self._outgoing = bytearray()
        self._incoming = b""
        self._selector: selectors.BaseSelector | None = None
        self._process = subprocess.Popen(  # noqa: S603 - our own module and nothing from outside
            [sys.executable, "-P", "-m", "jo.workers.templates", json.dumps(asdict(limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Nothing of the daemon's environment, which may hold secrets; only where to find the package.
            env={"PYTHONPATH": str(Path(jo.__file__).parents[1]), "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"},
            close_fds=True,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin = self._process.stdin
        self._stdout = self._process.stdout
        os.set_blocking(self._stdin.fileno(), False)
        os.set_blocking(self._stdout.fileno(), False)

    @property
    def is_closed(self) -> bool:
        return self._stdout.closed

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def join(self, selector: selectors.BaseSelector) -> None:
        self._selector = selector
        selector.register(self._stdout, selectors.EVENT_READ, self)

    def leave(self) -> None:
        """Take the pipes out of the selector, before they are closed."""
        if self._selector is not None:
            for pipe in (self._stdout, self._stdin):
                if pipe in self._selector.get_map():
                    self._selector.unregister(pipe)
        self._selector = None

    def feed(self, queue: "deque[tuple[int, LogicJob]]") -> None:
        """Take jobs from the queue as long as there is room."""
        while queue and len(self.inflight) < WINDOW:
            index, job = queue.popleft()
            if not self.inflight:
                self._wind()
            self.inflight.append((index, job))
            sources = job.sources
            if len(self._known) >= REMEMBERED:
                self._known.clear()
                self._outgoing += encode({"forget": True})
            if sources.digest not in self._known:
                self._known.add(sources.digest)
                self._outgoing += encode({"digest": sources.digest, "parts": dict(sources.parts)})
            self._outgoing += encode({"run": sources.digest, "values": job.values})
        self.write()

    def write(self) -> None:
        """Write what the pipe takes, and wait for room when something is left."""
        try:
            while self._outgoing:
                written = os.write(self._stdin.fileno(), self._outgoing[:CHUNK])
                del self._outgoing[:written]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self._outgoing.clear()  # reading will see the end, too
        self._await_room(bool(self._outgoing))

    def _await_room(self, wanted: bool) -> None:
        assert self._selector is not None
        registered = self._stdin in self._selector.get_map()
        if wanted and not registered:
            self._selector.register(self._stdin, selectors.EVENT_WRITE, self)
        elif registered and not wanted:
            self._selector.unregister(self._stdin)

    def read(self, results: list[LogicResult | None]) -> bool:
        """Take the answers that are there; False when the worker has ended or speaks nonsense."""
        try:
            chunk = os.read(self._stdout.fileno(), CHUNK)
        except BlockingIOError:
            return True
        *lines, self._incoming = (self._incoming + chunk).split(b"\n")
        for line in lines:
            if not self.inflight:
                return False
            index, job = self.inflight[0]
            try:
                results[index] = _result(decode(line), job)
            except ValueError:
                return False
            self.inflight.popleft()
            self._wind()
        return chunk != b"" and len(self._incoming) <= LARGEST_ANSWER

    def _wind(self) -> None:
        self.deadline = time.monotonic() + self._limits.wall_seconds

    def reason(self) -> Quarantine:
        """Say why the process has ended."""
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return BROKEN
        if code == -signal.SIGPROF:
            return TOO_LONG
        return TOO_MUCH_MEMORY if code in (-signal.SIGKILL, -signal.SIGSEGV) else BROKEN

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._stdin.close()
        self._stdout.close()


def _result(answer: dict[str, object], job: LogicJob) -> LogicResult:
    """Read an answer. Raises ValueError when it is not one to this job."""
    parts = answer.get("parts")
    if isinstance(parts, dict) and parts.keys() == job.sources.parts.keys():
        return LogicDone({part: str(text) for part, text in parts.items()})
    if "reason" not in answer:
        raise ValueError("not an answer")
    return Quarantine(str(answer["reason"]))
