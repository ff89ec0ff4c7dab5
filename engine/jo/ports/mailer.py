"""The port through which messages leave: what is handed over, and what became of it.

A mailer has no barrier. Messages are handed over as long as there is room, and replies are collected as
they come; one that is slow keeps none of the others waiting. There is room for one message on each
connection, so a process that dies leaves at most that many attempts of which nobody knows the end. A
mailer keeps its connections, and never tries a message twice: that decision is the ledger's.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol


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


class About(StrEnum):
    """What a reply speaks of."""

    MESSAGE = "message"
    CONNECTION = "connection"
    """The connection ended before the relay looked at the message; another one may carry it."""
    RELAY = "relay"
    """The relay cannot be reached or used at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message for one recipient."""

    key: str
    """Comes back in the reply; unique among all that is under way. Never sent."""
    sender: str
    """The envelope's return path, without angle brackets; empty for a message that must not bounce."""
    recipient: str
    data: bytes = field(repr=False)
    """A finished RFC 5322 message: lines end with CRLF, dots are not stuffed."""
    envelope_id: str | None = None
    """What reports of a failed delivery are to name (ENVID, RFC 3461): ASCII, 100 characters at most."""


class Reply(NamedTuple):
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
    about: About = About.MESSAGE


def is_about_content(reply: Reply) -> bool:
    """Tell whether a relay has refused what was sent, or who sent it, and not the recipient, for good.

    By the subject of its status (RFC 3463, section 3): 1 and 2 speak of an address and its mailbox. Without a
    status, what was said to RCPT is about the recipient. What was never given to the relay has no code.
    """
    if reply.kind is not ReplyKind.REJECTED or reply.code is None:
        return False
    if reply.enhanced is not None:
        return reply.enhanced.split(".")[1] not in ("1", "2")
    return reply.stage is not Stage.RCPT


class Mailer(Protocol):
    """Hands messages to relays, each known by its name in the settings. Used by one thread at a time."""

    @property
    def relays(self) -> Collection[str]: ...

    def connections(self, relay: str) -> int:
        """Return how many messages may be under way to a relay at most; 0 for one that is not known."""

    def room(self, relay: str) -> int:
        """Return how many messages may be handed over now; less than is free where the relay allows less."""

    def submit(self, relay: str, batch: Sequence[Outgoing]) -> None:
        """Hand over messages, each once. They are on their way when this returns; it waits for nothing.

        Nothing that a relay does raises. Raises ValueError for more messages than there is room for, and
        for a key that is under way.
        """

    def collect(self, seconds: float) -> Sequence[Reply]:
        """Wait for replies, and return all that are there, in the order in which they came.

        Waits for the first one at most so long, in real time; returns at once when nothing is under way.
        Every message that was handed over gets one reply, at the latest when the stage's time is up.
        """

    def abandon(self) -> Sequence[Reply]:
        """Break off what is under way, and return what that makes of each message, with all other replies."""

    def close(self) -> None:
        """End all connections, the idle ones politely; what is under way gets no reply.

        The mailer may be used again; it then connects anew.
        """


def check_batch(batch: Sequence[Outgoing], room: int, under_way: Collection[str]) -> None:
    """Raise ValueError unless the batch keeps the rules of `Mailer.submit`."""
    if len(batch) > room:
        raise ValueError(f"{len(batch)} messages where there is room for {room}")
    keys = {outgoing.key for outgoing in batch}
    if len(keys) < len(batch) or not keys.isdisjoint(under_way):
        raise ValueError("a key is under way twice")
