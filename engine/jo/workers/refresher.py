"""Keep one process that computes refreshes; implements `jo.ports.refresher.Refresher`.

The process is started afresh and inherits nothing but its environment: no connection, no lock, no file. It is
told by its first line where everything is, and then of one task a line; it answers with steps, a line each,
or with one that begins with TROUBLE and says why there are none. The pipe holds it back when its steps are
not taken, so they never lie in memory on this side. It ends with the pipe to it, and so with this process.
"""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from contextlib import suppress
from pathlib import Path

import jo
from jo.ports.refresher import RefreshError, Step, Task, decode, encode

TROUBLE = b"!"
CHUNK = 1 << 18
GRACE_SECONDS = 5.0
"""How long a process that has closed its pipe may take to end."""
SILENCE_SECONDS = 1800.0
"""How long a process may take for its first step, or for another one."""


class ChildRefresher:
    """Runs `python -m MODULE`, when it is first needed."""

    def __init__(self, module: str, surroundings: bytes, *, silence_seconds: float = SILENCE_SECONDS) -> None:
        self._module = module
        self._surroundings = surroundings
        self._silence_seconds = silence_seconds
        self._child: _Child | None = None

    def start(self, task: Task) -> None:
        if self._child is None:
            self._child = _Child(self._module, self._surroundings)
        with suppress(BrokenPipeError):  # reading will see its end
            self._child.tell(encode(task))
        self._child.deadline = time.monotonic() + self._silence_seconds

    def next(self, seconds: float) -> Step | None:
        if self._child is None:
            raise RefreshError("The process that computes refreshes was given up.")
        line = self._child.line(seconds)
        if line is None:
            if time.monotonic() > self._child.deadline:
                self.close()
                limit = round(self._silence_seconds / 60)
                raise RefreshError(f"A refresh took longer than {limit} minutes and was ended.")
            return None
        if not line:
            raise self._ended(self._child)
        if line.startswith(TROUBLE):
            raise RefreshError(line.removeprefix(TROUBLE).decode().strip())
        self._child.deadline = time.monotonic() + self._silence_seconds
        step = decode(line)
        assert not isinstance(step, Task)
        return step

    def close(self) -> None:
        if self._child is not None:
            self._child.end()
        self._child = None

    def _ended(self, child: "_Child") -> RefreshError:
        """Say how the process has ended by itself."""
        code = child.end()
        self._child = None
        if code == -signal.SIGKILL:
            return RefreshError("The process that computes refreshes was killed, perhaps for want of memory.")
        how = f"by signal {-code}" if code < 0 else f"with {code}"
        return RefreshError(f"The process that computes refreshes ended {how}.")


class _Child:
    def __init__(self, module: str, surroundings: bytes) -> None:
        self.deadline = 0.0
        """Monotonic seconds at which it was silent for too long."""
        self._is_over = False
        self._lines: deque[bytes] = deque()
        self._begun: list[bytes] = []
        path = [str(Path(jo.__file__).parents[1]), os.environ.get("PYTHONPATH")]
        self._process = subprocess.Popen(  # noqa: S603 - our own module and nothing from outside
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))},
            close_fds=True,
            start_new_session=True,  # Ctrl-C is for the daemon, which ends its children itself
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        os.set_blocking(self._stdout.fileno(), False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._stdout, selectors.EVENT_READ)
        self._stdin.write(surroundings)

    def tell(self, line: bytes) -> None:
        self._stdin.write(line)
        self._stdin.flush()

    def line(self, seconds: float) -> bytes | None:
        """Return the next line; an empty one at the end, None when there is none in time."""
        until = time.monotonic() + seconds
        while not self._lines:
            if not self._selector.select(max(until - time.monotonic(), 0.0)):
                return None
            chunk = os.read(self._stdout.fileno(), CHUNK)
            if not chunk:
                self._is_over = True
                return b""
            first, *others = chunk.split(b"\n")
            self._begun.append(first)
            for other in others:
                self._lines.append(b"".join(self._begun))
                self._begun = [other]
        return self._lines.popleft()

    def end(self) -> int:
        """Kill the process, unless it has just ended by itself, and return its code. It changes nothing."""
        try:
            code = self._process.wait(GRACE_SECONDS if self._is_over else 0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._selector.close()
        self._stdout.close()
        with suppress(BrokenPipeError):
            self._stdin.close()
        return code
