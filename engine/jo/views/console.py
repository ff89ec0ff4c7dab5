"""The terminal of one command: results go to standard output, what is said about the work to standard error.

So `jo plan --json > plan.json` keeps a clean file whatever is remarked on the way. Progress is one line that
is rewritten in place and wiped at the end; it shows on a terminal only.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TextIO

from jo.views.terminal import Ink, Line, cells, look_of, paint, visible, wrap

_CLEAR = "\r\x1b[2K"


class Console:
    def __init__(self, out: TextIO, err: TextIO, keys: TextIO, environment: Mapping[str, str]) -> None:
        self._out, self._err, self._keys = out, err, keys
        self.look = look_of(out, environment)
        """How results may look."""
        self.err_look = look_of(err, environment)
        self._progress: Progress | None = None

    @classmethod
    def of_process(cls, environment: Mapping[str, str]) -> "Console":
        """Return the console of this process; what its encoding lacks is replaced, never an error."""
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
        self._out.write(text)

    def show_lines(self, lines: list[Line]) -> None:
        self._out.write(paint(lines, self.look))

    def remark(self, text: str) -> None:
        """Say something about the work, in whole sentences; line breaks stay."""
        self._say([[(line, Ink.PLAIN)] for line in wrap(text, self.err_look.width)])

    def warn(self, text: str) -> None:
        self._labelled("warning: ", Ink.WARNING, text)

    def error(self, text: str) -> None:
        """Say why the command fails."""
        self._labelled("error: ", Ink.ERROR, text)

    def log(self, line: str) -> None:
        """Write a line of a log to standard error, as it is."""
        self._err.write(line + "\n")
        self._err.flush()

    @property
    def is_watched(self) -> bool:
        """Whether what is said about the work is seen as it is said, on a terminal."""
        return self._err.isatty()

    @property
    def is_interactive(self) -> bool:
        """Whether there is somebody to ask."""
        return self._keys.isatty() and self._err.isatty()

    def confirm(self, question: str) -> bool:
        """Ask a question that only the word `yes` affirms. Raises KeyboardInterrupt when the answer ends."""
        self._out.flush()
        self._err.write(paint([[(f"{question} ", Ink.STRONG), ("[yes/no] ", Ink.QUIET)]], self.err_look)[:-1])
        self._err.flush()
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


class Progress:
    """One line of progress; silent without a terminal."""

    def __init__(self, stream: TextIO | None, label: str, width: int) -> None:
        self._stream, self._label, self._width = stream, label, width

    def at(self, place: str) -> None:
        """Say where the work is, such as `3 of 12`."""
        if self._stream is None:
            return
        text = visible(f"{self._label} {place}".rstrip() + " …")
        while cells(text) >= self._width:
            text = text[:-2] + "…"
        self._stream.write(_CLEAR + text)
        self._stream.flush()

    def wipe(self) -> None:
        if self._stream is not None:
            self._stream.write(_CLEAR)
            self._stream.flush()
