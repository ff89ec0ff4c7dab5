"""A strict look at the finished bytes of a mail, the last one before it may leave.

Independent of how the message was built: it knows only which fields it has to have and how the two parts
are held apart. What it refuses would be a bug of ours or an attack that got through, so the mail is
quarantined and nothing of it is sent.
"""

import re

from jo.render.headers import LONGEST

_FIELD = rb"[!-9;-~]+:[ -~]*(?:\r\n[ \t]+[!-~][ -~]*)*"
_HEAD = re.compile(rb"%b(?:\r\n%b)*" % (_FIELD, _FIELD))
_NAME = re.compile(rb"(?:\A|\n)([!-9;-~]+):")

LARGEST_MESSAGE = 1_000_000
"""Bytes. Mailboxes cut off far smaller mails."""


def scan(data: bytes, fields: tuple[str, ...], boundary: str) -> str | None:
    """Return why a message must not leave, or None.

    `fields` are the names of the header fields it has to have, in order; `boundary` separates its parts.
    """
    if len(data) > LARGEST_MESSAGE:
        return f"the message is larger than {LARGEST_MESSAGE:,} bytes"
    if b"\0" in data or not data.isascii():
        return "the message holds NUL or a byte beyond ASCII"
    lines = data.split(b"\r\n")
    ends = len(lines) - 1
    if data.count(b"\n") != ends or data.count(b"\r") != ends:
        return "a line does not end with CRLF"
    if max(map(len, lines)) > LONGEST:
        return f"a line is longer than {LONGEST} characters"
    head, separator, body = data.partition(b"\r\n\r\n")
    if not separator:
        return "the header does not end"
    trouble = _scan_head(head, fields)
    if trouble is not None:
        return trouble
    marker = b"--" + boundary.encode("ascii")
    if (
        data.count(marker) != 3
        or not body.startswith(marker + b"\r\n")
        or not body.endswith(marker + b"--\r\n")
    ):
        return "the parts of the body are not exactly two"
    return None


def _scan_head(head: bytes, fields: tuple[str, ...]) -> str | None:
    if not _HEAD.fullmatch(head):
        return "a header line is no field, or holds a control character"
    names = tuple(name.decode("ascii") for name in _NAME.findall(head))
    if names != fields:
        return f"the header has the fields {', '.join(names)}, and should have {', '.join(fields)}"
    return None
