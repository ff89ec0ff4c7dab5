"""The port through which messages leave: what is handed over, and what became of it.

A mailer works in rounds. The caller opens at most `connections` attempts in one transaction, hands
their messages to `exchange`, and records the replies in the transaction that opens the next ones.
So a process that dies leaves at most `connections` attempts of which nobody knows the end. A mailer
keeps its connections between rounds; it never tries a message twice: that decision is the ledger's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Stage(StrEnum):
    """Where in the dialog with a relay something happened, in the order of the dialog."""

    CONNECT = "connect"
    GREETING = "greeting"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    """The command and the handshake; the handshake of implicit TLS, too."""
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    """The message is on its way, its final dot is not."""
    DOT = "dot"
    """The final dot has left, its reply is awaited: from here on the relay may have taken the message."""
    QUIT = "quit"


OPENING = frozenset({Stage.CONNECT, Stage.GREETING, Stage.EHLO, Stage.STARTTLS, Stage.AUTH})
"""The stages before a connection can carry a message."""


class ReplyKind(StrEnum):
    """How an attempt ended."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    """Certainly not taken; another attempt may succeed."""
    REJECTED = "rejected"
    """Certainly not taken, and another attempt would end the same."""
    UNCERTAIN = "uncertain"
    """The relay may or may not have taken it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message for one recipient."""

    key: str
    """Comes back in the reply; unique within a batch. Never sent."""
    sender: str
    """The envelope's return path, without angle brackets; empty for a message that must not bounce."""
    recipient: str
    data: bytes = field(repr=False)
    """A finished RFC 5322 message: lines end with CRLF, dots are not stuffed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What became of one message."""

    key: str
    kind: ReplyKind
    stage: Stage
    """The stage that decided. DOT when accepted."""
    code: int | None
    """The relay's three digits; None when no whole reply decided, such as a lost connection."""
    enhanced: str | None
    """The relay's RFC 3463 status, such as `5.1.1`. A class 5.7 is never about the recipient."""
    text: str
    """One line for the operator. May hold the recipient's address, so it does not belong in logs."""
    relay: str
    """Where it went, as `host:port`, or the name of a sink."""

    @property
    def is_relay_trouble(self) -> bool:
        """Whether the relay could not be reached or used at all, so that nothing is said of this message."""
        return self.stage in OPENING


class Mailer(Protocol):
    """Hands messages to a relay. Used by one thread at a time."""

    @property
    def connections(self) -> int:
        """How many messages may be under way at once: the greatest length of a batch."""

    def exchange(self, batch: Sequence[Outgoing]) -> tuple[Reply, ...]:
        """Hand over each message once and return one reply for each, in the order of the batch.

        Blocks until the last reply is there, at worst as long as the stages' time-outs allow. Nothing
        that a relay does raises; when no connection can be made, every message is deferred with the
        reason. Raises ValueError for a batch longer than `connections` or with a key twice.
        """

    def close(self) -> None:
        """End all connections politely. The mailer may be used again; it then connects anew."""


def check_batch(batch: Sequence[Outgoing], connections: int) -> None:
    """Raise ValueError unless the batch keeps the rules of `Mailer.exchange`."""
    if len(batch) > connections:
        raise ValueError(f"a batch of {len(batch)} messages for {connections} connections")
    if len({outgoing.key for outgoing in batch}) < len(batch):
        raise ValueError("a batch holds a key twice")
