"""A strict look at every byte of a mail before it may leave.

Independent of how the message was built: it knows only which fields a header has to have, and what a part of
a body has to look like so that no other part can make anything else of it. What it refuses would be a bug of
ours or an attack that got through, so the mail is quarantined and nothing of it is sent.

A body is put together of parts of whole lines, of which none can hold the boundary. What is true of each of
them is true of all in any order; so static parts are looked at when a template is compiled, and in each mail
the header and what the values have brought.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

LARGEST_MESSAGE = 1_000_000
"""Bytes. Mailboxes cut off far smaller mails."""

BOUNDARY = "=_jo_"
"""What every boundary begins with. Quoted-printable writes `=` only before two digits and at a line's end."""

# Possessive, so that what does not match fails at once.
_LINES = re.compile(r"\0*+(?:[ -~]{0,76}+\r\n\0*+)*+").fullmatch
"""Quoted-printable (RFC 2045, section 6.7): short lines of ASCII, all ended by CRLF; NUL is between parts."""
_VALUE = r":[ -~]*+(?:\r\n[ \t]++[!-~][ -~]*+)*+\r\n"
"""Printable characters; a folded line holds something."""
_LONGEST_LINE = 998
"""Characters of a header's line, without its end (RFC 5322, section 2.1.1)."""
_BEYOND = re.compile(r"[^\x00-\x7f]")
_MAILBOX = re.compile(r"(?<=<)[^<>@\r\n]+(?=@[A-Za-z0-9.-]+>\r\n)")
"""The local part of an address at the end of a line: all that may be beyond ASCII (RFC 6532)."""
_WORD = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]+")
_NAME = re.compile(r"^([^ \t\r\n:][^\r\n:]*)", re.MULTILINE)


def scan(header: str, fields: tuple[str, ...], made: Sequence[str]) -> str | None:
    """Return why a message must not leave, or None.

    `fields` are the names of the header fields it has to have, in order; `made` are the parts of its bodies
    that are not static.
    """
    plain = header if header.isascii() else _MAILBOX.sub(_plain, header)
    if not _head(fields).fullmatch(plain):
        names = ", ".join(_NAME.findall(header))
        return (
            f"the header has the fields {names}, or one of them is broken; it should have {', '.join(fields)}"
        )
    if len(plain) > _LONGEST_LINE and max(map(len, plain.split("\r\n"))) > _LONGEST_LINE:
        return "a line of the header is too long"
    return trouble_of(made)


def trouble_of(parts: Sequence[str]) -> str | None:
    """Return why parts of a body cannot stand in a mail, or None."""
    joined = "\0".join(parts)
    if not _LINES(joined) or joined.count("\0") >= max(len(parts), 1):
        return "a line is too long, does not end with CRLF, or holds a character that mail cannot carry"
    return "a body holds what could be taken for the boundary" if BOUNDARY in joined else None


def _plain(mailbox: re.Match[str]) -> str:
    """Return an address with letters beyond ASCII written as `x`; any other as it is."""
    return _BEYOND.sub("x", mailbox[0]) if _WORD.fullmatch(mailbox[0]) else mailbox[0]


@lru_cache(64)
def _head(fields: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of a header with exactly these fields."""
    return re.compile("".join(re.escape(name) + _VALUE for name in fields))
