"""What a relay offers in its answer to EHLO (RFC 5321, section 4.1.1.1)."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Extensions:
    pipelining: bool = False
    starttls: bool = False
    eight_bit: bool = False
    utf8: bool = False
    dsn: bool = False
    size: bool = False
    size_limit: int | None = None
    """Bytes of the largest message; None when the relay names no limit (RFC 1870)."""
    auth: frozenset[str] = frozenset()


def read_extensions(lines: Sequence[str]) -> Extensions:
    """Read the lines of an EHLO reply; the first one is the greeting. Unknown keywords are passed over."""
    offers: dict[str, list[str]] = {}
    for line in lines[1:]:
        # Old relays write AUTH=LOGIN; where both forms come, the mechanisms add up.
        keyword, *parameters = line.upper().replace("AUTH=", "AUTH ", 1).split() or [""]
        offers.setdefault(keyword, []).extend(parameters)
    limit = (offers.get("SIZE") or [""])[0]
    return Extensions(
        pipelining="PIPELINING" in offers,
        starttls="STARTTLS" in offers,
        eight_bit="8BITMIME" in offers,
        utf8="SMTPUTF8" in offers,
        dsn="DSN" in offers,
        size="SIZE" in offers,
        size_limit=int(limit) or None if limit.isascii() and limit.isdigit() and len(limit) <= 18 else None,
        auth=frozenset(offers.get("AUTH", ())),
    )
