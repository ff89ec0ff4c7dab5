"""The worker that runs templates: `python -m jo.workers.templates LIMITS`, jobs on stdin, answers on stdout.

It limits itself before it reads a byte: address space, processor time for each job, no new files, no core
dumps. A job that goes beyond its time is ended by the kernel with SIGPROF, even inside one long operation of
C code, where no Python handler would run; the pool sees the signal and knows the reason.
"""

import json
import resource
import signal
import sys
from typing import IO, Any

from jo.render.faults import UnusableError
from jo.render.sandbox import Sandbox
from jo.workers.limits import Limits
from jo.workers.protocol import LARGEST_ANSWER, decode, encode


def confine(limits: Limits) -> None:
    """Give up what a template does not need. Cannot be undone from inside."""
    for kind, value in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 16),
    ):
        resource.setrlimit(kind, (value, value))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the daemon, which ends its workers itself.


class Worker:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._sandbox = Sandbox()
        self._sources: dict[str, dict[str, str]] = {}
        self._compiled: dict[str, dict[str, Any]] = {}

    def answer(self, message: dict[str, Any]) -> bytes | None:
        """Carry out one message; None for one that asks for no answer."""
        if "forget" in message:
            self._sources.clear()
            self._compiled.clear()
            return None
        if "digest" in message:
            self._sources[message["digest"]] = message["parts"]
            return None
        signal.setitimer(signal.ITIMER_PROF, self._limits.cpu_seconds)
        try:
            answer = encode(self._run(message["run"], message["values"]))
            return (
                answer
                if len(answer) <= LARGEST_ANSWER
                else encode({"reason": "the template makes too long a text"})
            )
        except MemoryError:
            return encode({"reason": "the template used too much memory"})
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def _run(self, digest: str, values: dict[str, Any]) -> dict[str, Any]:
        try:
            if digest not in self._compiled:
                self._compiled[digest] = {
                    part: self._sandbox.compile(source) for part, source in self._sources[digest].items()
                }
            templates = self._compiled[digest]
            return {
                "parts": {part: self._sandbox.run(template, values) for part, template in templates.items()}
            }
        except UnusableError as fault:
            return {"reason": f"the template {fault}"}


def serve(stdin: IO[bytes], stdout: IO[bytes], limits: Limits) -> None:
    """Answer until the other side closes the pipe."""
    worker = Worker(limits)
    for line in stdin:
        answer = worker.answer(decode(line))
        if answer is not None:
            stdout.write(answer)
            stdout.flush()


if __name__ == "__main__":
    given = Limits(**json.loads(sys.argv[1]))
    confine(given)
    serve(sys.stdin.buffer, sys.stdout.buffer, given)
