"""TLS of the client: verified against the system's or a given authority, the name included, 1.2 or later."""

import ssl
from pathlib import Path

from jo.ports.errors import WorldError


def client_context(ca_file: Path | None) -> ssl.SSLContext:
    """Return a context that verifies chain and host name. Raises WorldError when `ca_file` cannot be used."""
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise WorldError(f"the certificates in {ca_file} cannot be read: {describe(error)}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def describe(error: OSError) -> str:
    """Say in a clause what went wrong with the socket or the TLS on it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the relay's certificate is not trusted ({error.verify_message.rstrip('.')})"
    if isinstance(error, ssl.SSLEOFError):
        return "the relay closed the connection"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({(error.reason or 'unknown reason').replace('_', ' ').lower()})"
    return (error.strerror or type(error).__name__).lower()
