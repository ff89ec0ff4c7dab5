"""What a session asks the owner of its socket to do, in order, after each thing it was told."""

from dataclasses import dataclass, field

from jo.ports.mailer import Reply, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Write these bytes; they may hold credentials or a message, so they have no repr."""

    data: bytes = field(repr=False)
    ends_message: bool = False
    """The last byte is that of the final dot: say `dot_sent` when, and only when, it has left."""


@dataclass(frozen=True, slots=True)
class StartTls:
    """Begin the handshake; say `secured` when it is done."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A message may be submitted."""


@dataclass(frozen=True, slots=True)
class Settled:
    """This is the end of the message under way."""

    reply: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why the connection could not be opened."""

    stage: Stage
    text: str
    code: int | None = None
    enhanced: str | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The connection never became ready."""

    trouble: Trouble


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close the socket."""


Effect = Send | StartTls | Ready | Settled | Failed | HangUp
