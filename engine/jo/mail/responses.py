"""What a relay says: the strict reader of SMTP replies (RFC 5321, section 4.2).

A reply is one or more lines of one three-digit code; a hyphen after the code means that more lines
follow. Whatever is not exactly that is garbled: a reader that guessed could take the answer to one
command for the answer to the next, and then report the wrong message as accepted.
"""

import re
from dataclasses import dataclass

LINE_LIMIT = 2048
"""Bytes of one line with its end. RFC 5321 allows 512, some relays are wordier."""
LINES_LIMIT = 128
TEXT_LIMIT = 500
"""Characters kept of the text of one reply."""

_LINE = re.compile(rb"([2-5][0-5][0-9])(?:([ -])([^\r]*))?")
_ENHANCED = re.compile(r"([245])\.(?:0|[1-9]\d{0,2})\.(?:0|[1-9]\d{0,2})(?= |$)", re.ASCII)


class GarbledError(Exception):
    """The relay said something that is not an SMTP reply. The text says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One whole reply."""

    code: int
    lines: tuple[str, ...]
    """The text of each line, without code; undecodable bytes and controls replaced."""

    @property
    def enhanced(self) -> str | None:
        """The enhanced status (RFC 2034) that the text begins with, if its class fits the code."""
        found = _ENHANCED.match(self.lines[0])
        return found[0] if found and int(found[1]) == self.code // 100 else None

    @property
    def text(self) -> str:
        """The text in one line without the enhanced status, cut to TEXT_LIMIT."""
        status = self.enhanced
        parts = [line.removeprefix(status) for line in self.lines] if status else self.lines
        return " ".join(" ".join(parts).split())[:TEXT_LIMIT]


class ResponseReader:
    """Cuts a stream of bytes into replies."""

    def __init__(self) -> None:
        self._buffer = b""
        self._code = b""
        self._lines: list[str] = []
        self.strikes: re.Pattern[bytes] | None = None
        """What is struck out of the texts of replies."""

    def feed(self, received: bytes) -> None:
        self._buffer += received

    @property
    def has_rest(self) -> bool:
        """Whether bytes are left beyond the replies taken so far."""
        return bool(self._buffer or self._lines)

    def discard(self) -> None:
        """Forget what is left."""
        self._buffer = b""
        self._lines.clear()

    def next(self) -> Response | None:
        """Return the next whole reply, None when more bytes are needed. Raises GarbledError."""
        while (end := self._buffer.find(b"\n", 0, LINE_LIMIT) + 1) > 0:
            line, self._buffer = self._buffer[:end], self._buffer[end:]
            response = self._take(line)
            if response is not None:
                return response
        if len(self._buffer) >= LINE_LIMIT:
            raise GarbledError(f"a line of more than {LINE_LIMIT} bytes")
        return None

    def _take(self, line: bytes) -> Response | None:
        found = _LINE.fullmatch(line.removesuffix(b"\r\n"))
        if found is None or not line.endswith(b"\r\n"):
            raise GarbledError(f"not a reply: {_readable(self._struck(line)[:60])!r}")
        code, mark, text = found.groups()
        if self._lines and code != self._code:
            raise GarbledError("a reply of several codes")
        if len(self._lines) >= LINES_LIMIT:
            raise GarbledError(f"a reply of more than {LINES_LIMIT} lines")
        self._code = code
        self._lines.append(_readable(self._struck(text or b"")))
        if mark == b"-":
            return None
        response = Response(code=int(code), lines=tuple(self._lines))
        self._lines.clear()
        return response

    def _struck(self, text: bytes) -> bytes:
        return text if self.strikes is None else self.strikes.sub(b"***", text)


def _readable(text: bytes) -> str:
    shown = text.decode("utf-8", "replace")
    if shown.isprintable():
        return shown
    return "".join(
        char if char.isprintable() else " " if char.isspace() else "\N{REPLACEMENT CHARACTER}"
        for char in shown
    )
