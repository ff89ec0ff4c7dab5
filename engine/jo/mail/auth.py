"""Sign-in: the SASL mechanisms PLAIN (RFC 4616) and LOGIN, over RFC 4954.

Both send the password as it is, so they are only spoken under TLS or to this very machine. No text,
repr or error of this module holds a credential. A relay may repeat in its reply what was said to it; that
must not get into logs and stores either.
"""

import re
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A name and password as already resolved from their references."""

    user: str = field(repr=False)
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        if "\0" in self.user + self.password:
            raise ValueError("a user name and a password may not hold a NUL")


def choose_steps(credentials: Credentials, mechanisms: Collection[str]) -> tuple[bytes, ...] | None:
    """Return the lines to send, one after each go-ahead (334) of the relay; None if no mechanism fits.

    `mechanisms` are the names that the relay offers, in upper case.
    """
    user, password = credentials.user.encode(), credentials.password.encode()
    if "PLAIN" in mechanisms:
        return (b"AUTH PLAIN " + b64encode(_plain(credentials)) + b"\r\n",)
    if "LOGIN" in mechanisms:
        return (b"AUTH LOGIN\r\n", b64encode(user) + b"\r\n", b64encode(password) + b"\r\n")
    return None


def betrayals(credentials: Credentials) -> re.Pattern[bytes]:
    """Return what gives the password away where a relay repeats it: as it is, and as it was sent."""
    password = credentials.password.encode()
    encoded = (b64encode(text).rstrip(b"=") for text in (_plain(credentials), password))
    forms = sorted((form for form in (password, *encoded) if form), key=len, reverse=True)
    return re.compile(b"|".join(map(re.escape, forms)))


def _plain(credentials: Credentials) -> bytes:
    return b"\0" + credentials.user.encode() + b"\0" + credentials.password.encode()
