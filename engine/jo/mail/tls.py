"""TLS of the client: verified against the system's or a given authority, the name included, 1.2 or later.

The layer has no socket: encrypted bytes go in and come out, so a connection reads and writes in the
same way with TLS and without it, and knows exactly which bytes have left.
"""

import ssl
from pathlib import Path

from jo.ports.errors import SettingsError

_READ_SIZE = 16384
"""Bytes: a TLS record holds no more."""


def client_context(ca_file: Path | None) -> ssl.SSLContext:
    """Return a context that verifies chain and host name. Raises SettingsError for a bad `ca_file`."""
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise SettingsError(f"the certificates in {ca_file} cannot be read: {describe(error)}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class TlsLayer:
    """TLS between a session and its socket. Every method may raise ssl.SSLError."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self.is_up = False
        """Whether the handshake is done and the certificate verified."""
        self.is_closed = False
        """Whether the relay has said that nothing more will come."""

    def take_outgoing(self) -> bytes:
        """Return the encrypted bytes that are to be sent now, also after a method has raised."""
        return self._outgoing.read()

    def shake_hands(self, received: bytes = b"") -> None:
        """Go on with the handshake as far as what was received allows."""
        self._incoming.write(received)
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return
        self.is_up = True

    def encrypt(self, plain: bytes) -> None:
        self._tls.write(plain)

    def decrypt(self, received: bytes) -> bytes:
        """Return what can be read so far, which may be nothing."""
        self._incoming.write(received)
        plain = bytearray()
        try:
            while not self.is_closed:
                part = self._tls.read(_READ_SIZE)
                plain += part
                self.is_closed = not part
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.is_closed = True
        return bytes(plain)


def describe(error: OSError) -> str:
    """Say in a clause what went wrong with the socket or the TLS on it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the relay's certificate is not trusted ({error.verify_message.rstrip('.')})"
    if isinstance(error, ssl.SSLEOFError):
        return "the relay closed the connection"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({(error.reason or 'unknown reason').replace('_', ' ').lower()})"
    return (error.strerror or type(error).__name__).lower()
