"""The signed tokens in links: they say which mail a click or an unsubscribe belongs to, and nothing else.

A token is `KEY.PAYLOAD.MAC`: the id of the signing key; the intent's public id, for a click with `.` and
the link's number; and half of an HMAC-SHA256 (128 bits, as RFC 2104 allows) over purpose and payload, in
unpadded base64url (RFC 4648, section 5). There is no personal data in it. A token is good as long as its key
is listed, so keys rotate by adding a new current one and keeping the old for at least 60 days.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

MAC_BYTES = 16
SECRET_BYTES = 32
"""The least length of a signing key."""

_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,16}", re.ASCII)
_INTENT = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_TOKEN = re.compile(
    r"([A-Za-z0-9_-]{1,16})\.([A-Za-z0-9_-]{1,64})(?:\.(\d{1,4}))?\.([A-Za-z0-9_-]{22})", re.ASCII
)


class Purpose(StrEnum):
    """What a token may be used for; one made for one purpose is worthless for the other."""

    UNSUBSCRIBE = "unsubscribe"
    CLICK = "click"


@dataclass(frozen=True, kw_only=True)
class Key:
    id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not _KEY_ID.fullmatch(self.id):
            raise ValueError("the id of a signing key is up to 16 letters, digits, - and _")
        if len(self.secret) < SECRET_BYTES:
            raise ValueError(f"a signing key has at least {SECRET_BYTES} bytes")

    @cached_property
    def start(self) -> hmac.HMAC:
        """What every MAC of this key begins with."""
        return hmac.new(self.secret, digestmod="sha256")


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The key that signs, and those whose tokens are still good."""

    current: Key
    others: tuple[Key, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Key]:
        return {key.id: key for key in (*self.others, self.current)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a verified token says."""

    intent: str
    link: int | None = None
    """The number of the link; for clicks only."""


def unsubscribe_token(keys: Keys, intent: str) -> str:
    """Sign the token of the unsubscribe link. Raises ValueError for an id that no link can hold."""
    return _sign(keys.current, Purpose.UNSUBSCRIBE, _checked(intent))


def click_token(keys: Keys, intent: str, link: int) -> str:
    """Sign the token of a tracked link. Raises ValueError for an id that no link can hold."""
    return _sign(keys.current, Purpose.CLICK, f"{_checked(intent)}.{link}")


def verify(keys: Keys, purpose: Purpose, token: str) -> Claim | None:
    """Return what a token says; None for anything that no listed key signed for this purpose."""
    found = _TOKEN.fullmatch(token)
    key = keys.by_id.get(found[1]) if found else None
    if found is None or key is None or (found[3] is not None) != (purpose is Purpose.CLICK):
        return None
    payload = found[2] if found[3] is None else f"{found[2]}.{found[3]}"
    if not hmac.compare_digest(_sign(key, purpose, payload), token):
        return None
    return Claim(intent=found[2], link=None if found[3] is None else int(found[3]))


def unsubscribe_url(base: str, token: str) -> str:
    return f"{base}/u/{token}"


def click_url(base: str, token: str) -> str:
    return f"{base}/c/{token}"


def _checked(intent: str) -> str:
    if not _INTENT.fullmatch(intent):
        raise ValueError("the public id of an intent is up to 64 letters, digits, - and _")
    return intent


def _sign(key: Key, purpose: Purpose, payload: str) -> str:
    mac = key.start.copy()  # the key is worked in once, not for each token
    mac.update(f"{purpose}\0{payload}".encode())
    signature = urlsafe_b64encode(mac.digest()[:MAC_BYTES]).decode("ascii").rstrip("=")
    return f"{key.id}.{payload}.{signature}"
