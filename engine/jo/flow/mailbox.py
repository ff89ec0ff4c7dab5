"""Mail addresses as data has them: what makes two the same, and which cannot be written to."""

import re
import unicodedata

LONGEST = 254
"""Octets of an address in SMTP (RFC 5321 section 4.5.3.1.3, less the angle brackets)."""

_ATOM = r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f-\x9f\u2028\u2029]+"
_LABEL = r"[^\s@<>()\[\]\\,;:\".\x00-\x2c\x2f\x3a-\x40\x5b-\x60\x7b-\x9f\u2028\u2029]+"
_FORM = re.compile(rf"{_ATOM}@{_LABEL}(\.{_LABEL})+")


def address_key(address: str) -> str:
    """Return what two spellings of one address share: trimmed, NFC, case-folded.

    Caps, guards, opt-outs and suppression go by this key; mail goes to the address as it was given.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", address.strip()).casefold())


def usable(address: object) -> str | None:
    """Return the trimmed address when a relay could take it, None when it is missing or malformed."""
    if not isinstance(address, str):
        return None
    trimmed = address.strip()
    local, _, domain = trimmed.rpartition("@")
    if len(trimmed.encode()) > LONGEST or len(local.encode()) > 64 or not _FORM.fullmatch(trimmed):
        return None
    labels = domain.split(".")
    if ".." in local or local.startswith(".") or local.endswith("."):
        return None
    if any(len(label) > 63 or label.startswith("-") or label.endswith("-") for label in labels):
        return None
    return trimmed
