"""Addresses of the envelope: what may go between the angle brackets of MAIL and RCPT.

Whatever could end the bracket, the line or the command is refused, so no address can smuggle a
second command. A domain goes out in A-labels (RFC 5890); a local part beyond ASCII stays as it is
and needs SMTPUTF8 (RFC 6531). Says nothing about whether an address exists.
"""

import re
import unicodedata
from dataclasses import dataclass
from encodings import idna
from ipaddress import AddressValueError, IPv4Address, IPv6Address

LOCAL_LIMIT = 64
PATH_LIMIT = 254
"""Octets between the brackets (RFC 5321, section 4.5.3.1, less the brackets)."""

_TOO_LONG = f"it is longer than {PATH_LIMIT} bytes"

# Dots may stand anywhere: addresses such as `a..b@docomo.ne.jp` exist.
_DOT_ATOM = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+", re.ASCII)
_QUOTED = re.compile(r'"(?:[ !#-;=?-\[\]-~]|\\[ -;=?-~])*"', re.ASCII)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII | re.IGNORECASE)
_PLAIN = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
    re.ASCII | re.IGNORECASE,
)
"""An address that goes out as it is: nearly every one."""
_DEVIATIONS = frozenset("ßς\u200c\u200d")
"""Characters that IDNA 2003 (Python's own) maps away while today's registries keep them (UTS 46)."""


class AddressError(ValueError):
    """The address cannot stand in an envelope. The text says why, without the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """An address as it goes over the wire."""

    wire: bytes
    needs_utf8: bool


NOBODY = Mailbox(wire=b"", needs_utf8=False)
"""The empty return path."""


def read_sender(text: str) -> Mailbox:
    """Read a return path, which may be empty. Raises AddressError."""
    return read_mailbox(text) if text else NOBODY


def read_mailbox(text: str) -> Mailbox:
    """Read `local@domain`. Raises AddressError."""
    if len(text) <= PATH_LIMIT and _PLAIN.fullmatch(text):
        return Mailbox(wire=text.encode(), needs_utf8=False)
    return read_part_by_part(text)


def read_part_by_part(text: str) -> Mailbox:
    """Read any address, also one that is plain. Raises AddressError."""
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise AddressError("it is not of the form name@domain")
    if len(text) > PATH_LIMIT:
        raise AddressError(_TOO_LONG)
    _check_local(local)
    wire = f"{local}@{_wire_domain(domain)}".encode()
    if len(wire) > PATH_LIMIT:
        raise AddressError(_TOO_LONG)
    return Mailbox(wire=wire, needs_utf8=not local.isascii())


def _check_local(local: str) -> None:
    if any(unicodedata.category(char)[0] == "C" or char in "<>\u2028\u2029" for char in local):
        raise AddressError("it holds a control character or an angle bracket")
    ascii_form = "".join(char if char.isascii() else _stand_in(char) for char in local)
    if not _DOT_ATOM.fullmatch(ascii_form) and not _QUOTED.fullmatch(ascii_form):
        raise AddressError("the part before the @ holds a character that may not stand there")
    if len(local.encode()) > LOCAL_LIMIT:
        raise AddressError(f"the part before the @ is longer than {LOCAL_LIMIT} bytes")


def _stand_in(char: str) -> str:
    return " " if unicodedata.category(char)[0] == "Z" else "x"


def _wire_domain(domain: str) -> str:
    if domain.startswith("["):
        return _literal(domain)
    labels = [_a_label(label) for label in idna.dots.split(domain)]
    if len(labels) < 2 and labels != ["localhost"]:
        raise AddressError("the domain is a single word")
    return ".".join(labels)


def _literal(domain: str) -> str:
    inner = domain.removeprefix("[").removesuffix("]")
    try:
        if inner[:5].casefold() == "ipv6:":
            address = f"IPv6:{IPv6Address(inner[5:])}"
        else:
            address = str(IPv4Address(inner))
    except AddressValueError:
        raise AddressError("the address in brackets is no IP address") from None
    if domain != f"[{inner}]":
        raise AddressError("a bracket of the domain is missing")
    return f"[{address}]"


def _a_label(label: str) -> str:
    if label.isascii():
        encoded = label
    elif _DEVIATIONS.isdisjoint(label):
        try:
            encoded = idna.ToASCII(label).decode("ascii")
        except UnicodeError:
            encoded = ""
    else:
        # Character by character: the lower case of a whole word would turn a final Σ into ς.
        folded = unicodedata.normalize("NFC", "".join(char.lower() for char in label))
        usable = all(unicodedata.category(char)[0] in "LMN" or char in _DEVIATIONS for char in folded)
        encoded = "xn--" + folded.encode("punycode").decode("ascii") if usable else ""
    if not _LABEL.fullmatch(encoded):
        raise AddressError("the domain is not a name that can be looked up")
    return encoded
