"""The terminal of one command: results go to standard output, what is said about the work to standard error.

So `jo plan --json > plan.json` keeps a clean file whatever is remarked on the way. Progress is one line that
is rewritten in place and wiped at the end; it shows on a terminal only.

Words never end the work. A reader may leave, a disk may fill up, a stream may be closed from the start: the
command goes on, and its exit code is its own. Only results that could not be written make a failure of it,
once it has ended; who stops reading them has got what they wanted.
"""

import io
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from jo.views.terminal import Ink, Line, cells, look_of, paint, visible, wrap

_CLEAR = "\r\x1b[2K"
_NOWHERE = Path(os.devnull)


class Console:
    def __init__(self, out: TextIO, err: TextIO, keys: TextIO, environment: Mapping[str, str]) -> None:
        self._out, self._err, self._keys = Outlet(out), Outlet(err), keys
        self.stream = Stream(self._out)
        """Results, for who writes them by itself, such as click its help."""
        self.look = look_of(out, environment)
        """How results may look."""
        self.err_look = look_of(err, environment)
        self._progress: Progress | None = None

    @classmethod
    def of_process(cls, environment: Mapping[str, str]) -> "Console":
        """Return the console of this process; what its encoding lacks is replaced, never an error.

        A stream that is closed leads nowhere from now on, so that no file of ours takes its place.
        """
        # Python has None for a closed stream, whatever its type says; in this order each gets its own number.
        sys.stdin = sys.stdin or _NOWHERE.open(encoding="utf-8")
        sys.stdout = sys.stdout or _NOWHERE.open("w", encoding="utf-8")
        sys.stderr = sys.stderr or _NOWHERE.open("w", encoding="utf-8")
        for stream in (sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(errors="replace")
        return cls(sys.stdout, sys.stderr, sys.stdin, environment)

    def drop_color(self) -> None:
        self.look = replace(self.look, color=False)
        self.err_look = replace(self.err_look, color=False)

    def show(self, text: str) -> None:
        """Write a finished result."""
        self._out.put(text)

    def show_lines(self, lines: list[Line]) -> None:
        self._out.put(paint(lines, self.look))

    def remark(self, text: str) -> None:
        """Say something about the work, in whole sentences; line breaks stay."""
        self._say([[(line, Ink.PLAIN)] for line in wrap(text, self.err_look.width)])

    def warn(self, text: str) -> None:
        self._labelled("warning: ", Ink.WARNING, text)

    def error(self, text: str) -> None:
        """Say why the command fails."""
        self._labelled("error: ", Ink.ERROR, text)

    def log(self, line: str) -> bool:
        """Write a line of a log to standard error, as it is. False: it may be missing there."""
        return self._err.write(line + "\n")

    def finish(self) -> str | None:
        """Write out all that is left. Returns why results are missing, None when nobody misses any."""
        self._err.finish()
        self._out.finish()
        return self._out.trouble

    @property
    def is_watched(self) -> bool:
        """Whether what is said about the work is seen as it is said, on a terminal."""
        return self._err.is_terminal

    @property
    def is_interactive(self) -> bool:
        """Whether there is somebody to ask."""
        return self._keys.isatty() and self._err.is_terminal

    def confirm(self, question: str) -> bool:
        """Ask a question that only the word `yes` affirms. Raises KeyboardInterrupt when the answer ends."""
        self._out.flush()
        self._err.write(paint([[(f"{question} ", Ink.STRONG), ("[yes/no] ", Ink.QUIET)]], self.err_look)[:-1])
        answer = self._keys.readline()
        if not answer:
            self._err.write("\n")
            raise KeyboardInterrupt
        return answer.strip().casefold() == "yes"

    @contextmanager
    def progress(self, label: str) -> "Iterator[Progress]":
        """Show that long work is under way; the line is gone when it ends, whichever way."""
        progress = Progress(self._err if self.is_watched else None, label, self.err_look.width)
        self._progress = progress
        try:
            progress.at("")
            yield progress
        finally:
            self._progress = None
            progress.wipe()

    def _labelled(self, label: str, ink: Ink, text: str) -> None:
        first, *more = wrap(text, self.err_look.width - len(label)) or [""]
        lines: list[Line] = [[(label, ink), (first, Ink.PLAIN)]]
        self._say([*lines, *([(" " * len(label) + line, Ink.PLAIN)] for line in more)])

    def _say(self, lines: list[Line]) -> None:
        self._out.flush()
        if self._progress is not None:
            self._progress.wipe()
        self._err.write(paint(lines, self.err_look))


class Outlet:
    """A stream that takes words as far as it can, and remembers why it could not."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.trouble: str | None = None
        """Why something is missing. A reader who left misses nothing."""

    @property
    def is_terminal(self) -> bool:
        return self._stream.isatty()

    def put(self, text: str) -> None:
        """Take text that may wait for more."""
        self._try(lambda: self._stream.write(text))

    def write(self, text: str) -> bool:
        """Write text at once; False when it may be missing."""
        return self._try(lambda: self._stream.write(text)) and self.flush()

    def flush(self) -> bool:
        return self._try(self._stream.flush)

    def finish(self) -> None:
        """Write out what is left; where that cannot be done, let go of it."""
        if not self.flush():
            # Python tries again at its end, and would change the exit code.
            with _NOWHERE.open("wb") as nowhere:
                os.dup2(nowhere.fileno(), self._stream.fileno())

    def _try(self, do: Callable[[], object]) -> bool:
        try:
            do()
        except BrokenPipeError:
            return False
        except OSError as error:
            self.trouble = error.strerror or str(error)
            return False
        return True


class Stream(io.TextIOBase):
    """An outlet as a standard stream."""

    encoding = "utf-8"

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet

    def write(self, text: str) -> int:
        self._outlet.put(text)
        return len(text)

    def flush(self) -> None:
        self._outlet.flush()

    def isatty(self) -> bool:
        return self._outlet.is_terminal


class Progress:
    """One line of progress; silent without a terminal."""

    def __init__(self, stream: "Outlet | None", label: str, width: int) -> None:
        self._stream, self._label, self._width = stream, label, width

    def at(self, place: str) -> None:
        """Say where the work is, such as `3 of 12`."""
        if self._stream is None:
            return
        text = visible(f"{self._label} {place}".rstrip() + " …")
        while cells(text) >= self._width:
            text = text[:-2] + "…"
        self._stream.write(_CLEAR + text)

    def wipe(self) -> None:
        if self._stream is not None:
            self._stream.write(_CLEAR)
