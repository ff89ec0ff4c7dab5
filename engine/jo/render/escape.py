"""Escaping by the place a value stands in, so that no value can become anything but text there.

- Text and attributes of HTML: the characters of markup; attributes are always in double quotes.
- A token that is the whole address of a link or image has to be an `http`, `https` or `mailto` address. A
  value that is none holds the mail back (quarantine): a mail whose button leads nowhere helps nobody, and
  one whose button runs a script must not exist.
- A token inside an address is percent-encoded; one in front of a fixed domain has to be labels of a name.
- Plain text and headers: characters that break or reorder lines are gone.

Every value first becomes one line: line ends and tabs become spaces; control characters, line and
paragraph separators, lone surrogates, and the marks that turn the direction of what follows are dropped.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from html import escape as escape_html
from urllib.parse import quote

from jo.render.faults import UnusableError
from jo.render.filters import Encoded


class Context(StrEnum):
    """The place a value stands in."""

    TEXT = "text"
    ATTRIBUTE = "attribute"
    ADDRESS = "address"
    """The whole address of a link or an image; as the value of an attribute it is escaped once more."""
    ADDRESS_PART = "address_part"
    ADDRESS_HOST = "address_host"
    """In front of a fixed domain: `https://{{ slug }}.example.com/`."""
    PLAIN = "plain"
    """The text part, the subject and display names."""


_BREAKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_DROPPED = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_ADDRESS = re.compile(
    r"(?:https?://[^\s/?#\\\"'<>@]+(?:[/?#]\S*)?|mailto:[^\s\"'<>\\:?]+@[^\s\"'<>\\:]+)", re.IGNORECASE
)
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*")
_UNRESERVED = re.compile(r"[A-Za-z0-9@._~-]*", re.ASCII)
_ADDRESS_SAFE = "!#$%&'()*+,/:;=?@[]~"


def one_line(text: str) -> str:
    """Return a value as one line of harmless text."""
    if text.isprintable():
        return text
    return _DROPPED.sub("", _BREAKS.sub(" ", text))


def whole_address(text: str) -> str:
    """Return an address that is safe to follow, percent-encoded. Raises UnusableError."""
    address = one_line(text).strip()
    if not _ADDRESS.fullmatch(address):
        raise UnusableError("is not an http, https or mailto address")
    return quote(address, safe=_ADDRESS_SAFE)


def address_part(text: str) -> str:
    if isinstance(text, Encoded) or _UNRESERVED.fullmatch(text):
        return text
    return quote(one_line(text), safe="@")


def address_host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise UnusableError("cannot stand in the name of a host")
    return text


ESCAPES: dict[Context, Callable[[str], str]] = {
    Context.TEXT: lambda text: escape_html(one_line(text), quote=False),
    Context.ATTRIBUTE: lambda text: escape_html(one_line(text)),
    Context.ADDRESS: whole_address,
    Context.ADDRESS_PART: address_part,
    Context.ADDRESS_HOST: address_host,
    Context.PLAIN: one_line,
}
