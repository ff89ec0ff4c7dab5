"""The body on the wire (RFC 5321, section 4.5.2): lines that begin with a dot get a second one."""

import re

# Each begins with one byte and looks around it: so the search leaps from line end to line end.
_BARE_LF = re.compile(rb"\n(?<!\r\n)")
_BARE_CR = re.compile(rb"\r(?!\n)")
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
    if _BARE_LF.search(data):
        return "a bare LF"
    if _BARE_CR.search(data):
        return "a bare CR"
    return "a NUL" if b"\0" in data else None
