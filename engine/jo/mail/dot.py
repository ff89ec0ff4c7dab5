"""The body on the wire (RFC 5321, section 4.5.2): lines that begin with a dot get a second one."""

import re
from io import IncrementalNewlineDecoder

# Begins with one byte: so the search leaps from line end to line end.
_DOT = re.compile(rb"\n\.")

END = b".\r\n"
"""The final dot. Once its last byte has left, the relay may have taken the message."""


def stuff(data: bytes) -> bytes:
    """Return the message as it goes over the wire, up to the final dot, which must follow."""
    stuffed = data.replace(b"\r\n.", b"\r\n..") if _DOT.search(data) else data
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed if not stuffed or stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def unstuff(wire: bytes) -> bytes:
    """Undo `stuff`."""
    return wire.removeprefix(b".").replace(b"\r\n.", b"\r\n")


def broken_line(data: bytes) -> str | None:
    """Say which byte may not stand in a message, None when all is well.

    A bare CR or LF is a line end to some servers and not to others, so that what follows it could
    end the message and begin another one (SMTP smuggling).
    """
    kinds = _line_ends(data)
    if "\n" in kinds:
        return "a bare LF"
    if "\r" in kinds:
        return "a bare CR"
    return "a NUL" if b"\0" in data else None


def _line_ends(data: bytes) -> tuple[str, ...]:
    """Return the kinds of line ends that the data has; the reader of text files is the fastest to know."""
    reader = IncrementalNewlineDecoder(None, translate=False)
    reader.decode(data.decode("latin-1"), final=True)
    kinds = reader.newlines
    return kinds if isinstance(kinds, tuple) else () if kinds is None else (kinds,)
