"""Where messages go: a relay, how it is reached, and how long each stage may take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType

from jo.mail.auth import Credentials
from jo.ports.mailer import Stage

PATIENCE: Mapping[Stage, float] = MappingProxyType(
    {
        Stage.CONNECT: 30,
        Stage.GREETING: 300,
        Stage.EHLO: 300,
        Stage.STARTTLS: 120,
        Stage.AUTH: 120,
        Stage.MAIL: 300,
        Stage.RCPT: 300,
        Stage.DATA: 120,
        Stage.BODY: 180,
        Stage.DOT: 600,
        Stage.QUIT: 5,
    }
)
"""Seconds for each stage (RFC 5321, section 4.5.3.2). BODY is the time without any progress, the others
are for the whole reply. QUIT is short: nothing depends on it any more."""


class Tls(StrEnum):
    """How the connection is protected. Certificates are always verified."""

    STARTTLS = "starttls"
    """Begins in the clear and turns to TLS before anything of value is said; required, never optional."""
    IMPLICIT = "implicit"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """One relay's settings, with secrets already resolved."""

    host: str
    port: int
    tls: Tls | None = None
    """None: NONE for a relay on this machine, else STARTTLS."""
    ca_file: Path | None = None
    """Certificates to trust instead of the system's."""
    credentials: Credentials | None = None
    hello: str | None = None
    """How this machine calls itself; None: by the address of its end of the connection."""
    connections: int = 10
    messages_per_connection: int = 1000
    """After so many a connection is left politely, and another one opened when it is needed."""
    wants_reports: bool = True
    """Whether to ask for reports of failed deliveries (DSN, RFC 3461) where the relay offers them."""
    sign: Callable[[bytes], bytes] | None = None
    """Returns a finished message with its DKIM signatures; None where the relay signs by itself."""
    idle: float = 30.0
    """Seconds after which an unused connection is not trusted to be alive any more."""
    patience: Mapping[Stage, float] = field(default_factory=lambda: PATIENCE)

    def __post_init__(self) -> None:
        if self.connections < 1:
            raise ValueError("a relay needs at least one connection")
        if self.messages_per_connection < 1:
            raise ValueError("a connection carries at least one message")
        if not self.host.isprintable() or self.host.strip() in ("", ".") or self.host.startswith("."):
            raise ValueError("a relay needs a host name")
        if self.hello is not None and not (
            self.hello.isascii() and self.hello.isprintable() and " " not in self.hello
        ):
            raise ValueError("a host name holds letters, digits, dots and hyphens")

    @property
    def name(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        return is_loopback(self.host)

    @property
    def security(self) -> Tls:
        if self.tls is not None:
            return self.tls
        return Tls.NONE if self.is_loopback else Tls.STARTTLS

    @property
    def may_sign_in(self) -> bool:
        """Whether a password may be sent: under TLS, or in the clear on this machine only."""
        return self.security is not Tls.NONE or self.is_loopback


def is_loopback(host: str) -> bool:
    """Whether `host` is this very machine, judged by the text alone (RFC 6761 reserves `localhost`)."""
    if host.casefold() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
