"""Header fields by hand (RFC 5322, RFC 2047), so that no value can become a second field.

The standard library writes a real `Bcc:` line for a value such as `=?utf-8?q?x=0d=0aBcc=3a…?=`
(CVE-2024-6923). Here a value with anything but printable characters is refused, a `=?` in data is encoded so
that nobody decodes it, and lines are folded between words at 78 characters.
"""

import re
from base64 import b64encode
from datetime import UTC, datetime
from encodings import idna
from functools import lru_cache

from jo.render.faults import UnusableError

FOLD = 78
WORD_BYTES = 39
"""UTF-8 bytes in one encoded word: with all signs 64 characters, so that `Reply-To:` fits before it."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_REFUSED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
"""Letters and digits of any script (RFC 6531, section 3.3); what else is beyond ASCII may hide something."""
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)


def check_value(value: str) -> str:
    """Return a value as it is. Raises UnusableError for a character that could end it or hide in it."""
    if not value.isprintable() and _REFUSED.search(value):
        raise UnusableError("holds a control character or a line break")
    return value


def text(name: str, value: str) -> str:
    """Write an unstructured field such as Subject, with its CRLF. Raises UnusableError."""
    words = check_value(value).split()
    value = " ".join(words)
    is_plain = value.isascii() and "=?" not in value
    if is_plain and len(name) + len(value) + 2 <= FOLD:  # most subjects
        return f"{name}: {value}\r\n"
    if is_plain and all(len(word) < FOLD for word in words):
        return _folded(f"{name}:", words)
    return _folded(f"{name}:", _encoded_words(value))


def mailbox(name: str, address: str, display: str | None = None) -> str:
    """Write a field of one address such as From or To, with its CRLF. Raises UnusableError."""
    bracketed = f"<{address_text(address)}>"
    shown = check_value(display).strip() if display else ""
    if not shown:
        return f"{name}: {bracketed}\r\n"
    return _folded(f"{name}:", [*_phrase(shown), bracketed])


def list_id(title: str, identifier: str) -> str:
    """Write List-Id (RFC 2919), with its CRLF. Raises UnusableError."""
    return _folded("List-Id:", [*_phrase(check_value(title).strip()), f"<{identifier}>"])


def field(name: str, value: str) -> str:
    """Write a field of our own making on one line, with its CRLF. Raises UnusableError."""
    return f"{name}: {check_value(value)}\r\n"


def message_id(identity: str, domain: str) -> str:
    return f"Message-ID: <{identity}@{domain}>\r\n"


def date(moment: datetime) -> str:
    """Write Date (RFC 5322, section 3.3), in UTC, with its CRLF."""
    at = moment.astimezone(UTC)
    return (
        f"Date: {_DAYS[at.weekday()]}, {at.day:02d} {_MONTHS[at.month - 1]} {at.year:04d} "
        f"{at.hour:02d}:{at.minute:02d}:{at.second:02d} +0000\r\n"
    )


def address_text(address: str) -> str:
    """Return an address as it stands in a header, its domain in A-labels. Raises UnusableError.

    A local part beyond ASCII stays as it is (RFC 6532); such a mail needs a relay that takes SMTPUTF8.
    """
    local, at, domain = address.strip().rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or len(local.encode()) > 64:
        raise UnusableError("is not a mail address")
    return f"{local}@{domain_text(domain)}"


@lru_cache(4096)
def domain_text(domain: str) -> str:
    """Return a domain in A-labels. Raises UnusableError."""
    labels = []
    for label in idna.dots.split(domain):
        try:
            encoded = label if label.isascii() else idna.ToASCII(label).decode("ascii")
        except UnicodeError:
            encoded = ""
        if not _LABEL.fullmatch(encoded):
            raise UnusableError("has a domain that cannot be looked up")
        labels.append(encoded)
    return ".".join(labels)


def _phrase(display: str) -> list[str]:
    """Return the words of a display name; quoted or encoded where they need it."""
    if not display.isascii() or "=?" in display or len(display) > FOLD:
        return _encoded_words(display)
    if _PHRASE.fullmatch(display):
        return display.split(" ")
    escaped = display.replace("\\", "\\\\").replace('"', '\\"')
    return [f'"{escaped}"']


def _encoded_words(value: str) -> list[str]:
    """Return a text as encoded words (RFC 2047); none ends within a character."""
    whole = value.encode()
    chunks: list[bytes] = []
    chunk = b""
    if len(whole) <= WORD_BYTES:
        value, chunk = "", whole
    for char in value:
        encoded = char.encode()
        if len(chunk) + len(encoded) > WORD_BYTES:
            chunks.append(chunk)
            chunk = b""
        chunk += encoded
    return [f"=?utf-8?b?{b64encode(part).decode('ascii')}?=" for part in (*chunks, chunk) if part]


def _folded(start: str, words: list[str]) -> str:
    """Join words with spaces, breaking the line before a word (not the first) that would be too far out."""
    lines = [start]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > FOLD and lines[-1] != start:
            lines.append("")
        lines[-1] += " " + word
    return "\r\n".join(lines) + "\r\n"
