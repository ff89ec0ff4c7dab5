"""DKIM signatures (RFC 6376), by Ed25519 (RFC 8463) or RSA keys.

Signs with `c=relaxed/simple`: a relay may fold header fields anew, and the body, which is quoted-printable
throughout, passes as it is, so that its hash is one call over the finished bytes. Nothing of a signature
comes from the clock or from chance: the same message has the same signature, as a retry must.

An Ed25519 signature costs a fifth of an RSA one, but not every receiver checks it; so several keys may sign
side by side. List-Unsubscribe and List-Unsubscribe-Post are signed, as RFC 8058, section 4 wants.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from jo.ports.errors import SettingsError, WorldError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

SIGNED = (
    b"from",
    b"reply-to",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"list-id",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"mime-version",
    b"content-type",
)
"""Fields that are signed where they are there, in this order."""

ONCE = (b"from", b"to", b"subject")
"""Fields that are named once more than they are there, so that nobody can add a second one (section 8.15)."""

SMALLEST_RSA = 2048
"""Bits. RFC 8301, section 3.2, wants so many of a signer, and receivers refuse less than 1024."""

_FIELD = re.compile(rb"([!-9;-~]++)[ \t]*+:((?:[^\r]++|\r\n[ \t])*+)\r\n")
_SPACE = re.compile(rb"[ \t\r\n]++")
_FOLD = "\r\n\t"
_LINE = 72


class Key(Protocol):
    """A private key that signs the hash of a header."""

    @property
    def algorithm(self) -> str:
        """The tag `a` of its signatures."""

    def sign(self, header: bytes) -> bytes:
        """Return the signature of a canonical header."""


class DkimSigner:
    """Signs finished messages for one domain, with one or more keys, by selector."""

    def __init__(self, domain: str, keys: Mapping[str, Key]) -> None:
        self._domain = domain
        self._keys = keys

    def sign(self, data: bytes) -> bytes:
        """Return the message with a DKIM-Signature field for each key before it."""
        end = data.index(b"\r\n\r\n") + 2
        fields = {name.lower(): value for name, value in _FIELD.findall(data, 0, end)}
        present = [name for name in SIGNED if name in fields]
        signed = b"".join(b"%b:%b\r\n" % (name, _relaxed(fields[name])) for name in present)
        body_hash = b64encode(hashlib.sha256(_simple(data[end + 2 :])).digest()).decode()
        names = b":".join([*present, *ONCE]).decode()
        signatures = [
            _field(self._tags(selector, key.algorithm, names, body_hash), key, signed)
            for selector, key in self._keys.items()
        ]
        return b"".join([*signatures, data])

    def _tags(self, selector: str, algorithm: str, names: str, body_hash: str) -> Sequence[str]:
        """Return the lines of the field's value up to the signature itself."""
        return (
            f"v=1; a={algorithm}; c=relaxed/simple; d={self._domain}; s={selector};",
            f"h={names};",
            f"bh={body_hash};",
            "b=",
        )


def load_key(pem: bytes, name: str) -> Key:
    """Return the private key of a PEM text. `name` says in errors where it is from. Raises WorldError."""
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
    except ImportError as error:
        raise WorldError("DKIM needs an extra: install `jo-engine[dkim]`.") from error
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SettingsError(
            f"The DKIM key {name} cannot be used: it is no private key in PEM without a passphrase."
        ) from error
    if isinstance(key, Ed25519PrivateKey):
        return _Ed25519(key)
    if isinstance(key, RSAPrivateKey):
        if key.key_size < SMALLEST_RSA:
            raise SettingsError(
                f"The DKIM key {name} is too short: {key.key_size} bits, and receivers want "
                f"{SMALLEST_RSA} at least."
            )
        return _Rsa(key)
    raise SettingsError(
        f"The DKIM key {name} is of a type that DKIM does not know; make an Ed25519 or RSA key."
    )


class _Ed25519:
    algorithm = "ed25519-sha256"

    def __init__(self, key: "Ed25519PrivateKey") -> None:
        self._key = key

    def sign(self, header: bytes) -> bytes:
        # RFC 8463, section 3: what is signed is the hash.
        return self._key.sign(hashlib.sha256(header).digest())


class _Rsa:
    algorithm = "rsa-sha256"

    def __init__(self, key: "RSAPrivateKey") -> None:
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        self._key, self._padding, self._hash = key, PKCS1v15(), SHA256()

    def sign(self, header: bytes) -> bytes:
        return self._key.sign(header, self._padding, self._hash)


def _field(lines: Sequence[str], key: Key, signed: bytes) -> bytes:
    """Return the whole field: the header's signature stands in its last tag (section 3.7)."""
    own = f"dkim-signature:{' '.join(lines)}"
    signature = b64encode(key.sign(signed + own.encode())).decode()
    folded = _FOLD.join(signature[start : start + _LINE] for start in range(0, len(signature), _LINE))
    return f"DKIM-Signature: {_FOLD.join(lines)}{folded}\r\n".encode()


def _relaxed(value: bytes) -> bytes:
    """Return a field's value with each white space one space, none at its ends (section 3.4.2)."""
    return _SPACE.sub(b" ", value).strip(b" ")


def _simple(body: bytes) -> bytes:
    """Return a body that ends with exactly one line end (section 3.4.3)."""
    if body.endswith(b"\r\n\r\n") or not body.endswith(b"\r\n"):
        while body.endswith(b"\r\n"):
            body = body[:-2]
        body += b"\r\n"
    return body
