"""A strict look at the finished bytes of a mail, the last one before it may leave.

Independent of how the message was built: it knows only which fields it has to have and how the two parts
are held apart. What it refuses would be a bug of ours or an attack that got through, so the mail is
quarantined and nothing of it is sent.
"""

import re
from functools import lru_cache
from io import IncrementalNewlineDecoder

LARGEST_MESSAGE = 1_000_000
"""Bytes. Mailboxes cut off far smaller mails."""

_LONGEST_LINE = 998
"""Characters without the line's end (RFC 5322, section 2.1.1)."""

# Possessive, so that what does not match fails at once.
_VALUE = rb":[ -~]*+(?:\r\n[ \t]++[!-~][ -~]*+)*+\r\n"
"""Printable characters; a folded line holds something."""
_BEYOND = re.compile(rb"[\x80-\xff]")
_MAILBOX = re.compile(rb"(?<=<)[^<>@\r\n]+(?=@[A-Za-z0-9.-]+>\r\n)")
"""The local part of an address at the end of a line: all that may be beyond ASCII (RFC 6532)."""
_WORD = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]+")
_NAME = re.compile(rb"^([^ \t\r\n:][^\r\n:]*)", re.MULTILINE)


def scan(data: bytes, fields: tuple[str, ...], boundary: str) -> str | None:
    """Return why a message must not leave, or None.

    `fields` are the names of the header fields it has to have, in order; `boundary` separates its parts.
    """
    if len(data) > LARGEST_MESSAGE:
        return f"the message is larger than {LARGEST_MESSAGE:,} bytes"
    end = data.find(b"\r\n\r\n") + 2
    if not data.isascii():
        data = _MAILBOX.sub(_plain, data[:end]) + data[end:]
    if not _is_plain(data):
        return "a line is too long, does not end with CRLF, or holds NUL or a byte beyond ASCII"
    if not _head(fields).fullmatch(data, 0, end):
        names = ", ".join(name.decode("ascii") for name in _NAME.findall(data, 0, end))
        return (
            f"the header has the fields {names}, or one of them is broken; it should have {', '.join(fields)}"
        )
    marker = b"--" + boundary.encode("ascii")
    is_framed = data.startswith(marker + b"\r\n", end + 2) and data.endswith(b"\r\n" + marker + b"--\r\n")
    if not is_framed or data.count(marker, end) != 3:
        return "the parts of the body are not exactly two"
    return None


def _is_plain(data: bytes) -> bool:
    """Tell whether these are lines of ASCII without NUL, bare CR or bare LF, none of them too long."""
    if not data.isascii() or b"\0" in data:
        return False
    reader = IncrementalNewlineDecoder(None, translate=False)  # of all that was measured, the fastest to know
    reader.decode(data.decode("ascii"), final=True)
    return reader.newlines == "\r\n" and data.endswith(b"\r\n") and not _has_long_line(data)


def _has_long_line(data: bytes) -> bool:
    """Leap from line end to line end, each time to the last one that a line may reach up to."""
    start = 0
    while start < len(data):
        end = data.rfind(b"\r\n", start, start + _LONGEST_LINE + 2)
        if end < 0:
            return True
        start = end + 2
    return False


def _plain(mailbox: re.Match[bytes]) -> bytes:
    """Return an address with letters beyond ASCII written as `x`, byte for byte; any other as it is."""
    try:
        is_word = _WORD.fullmatch(mailbox[0].decode()) is not None
    except UnicodeDecodeError:
        is_word = False
    return _BEYOND.sub(b"x", mailbox[0]) if is_word else mailbox[0]


@lru_cache(64)
def _head(fields: tuple[str, ...]) -> re.Pattern[bytes]:
    """Return the pattern of a header with exactly these fields."""
    return re.compile(b"".join(re.escape(name.encode("ascii")) + _VALUE for name in fields))
