"""The fault table (goals.md, R2): what must become of a mail for each fault at each point, and why.

Read a row as: the fault happens at this point, to the first mail on a connection; its attempt ends so, at
that stage of the client; its intent is then in this state; the server has in truth kept this many copies;
and the next mail goes this way. No row says accepted with none kept, and none says deferred or rejected with
one kept: that is the promise of the ledger.
"""

from enum import Enum
from typing import NamedTuple

from jo.ports.mailer import ReplyKind, Stage
from tests.support.smtp_server import Fault, Point


class Fate(Enum):
    """What becomes of the intent of a marketing mail."""

    ACCEPTED = "accepted"
    SOON = "pending, tried again after a minute: nothing was said of this mail"
    LATER = "pending, tried again after five minutes, then ten, then twenty"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


class Next(Enum):
    """What the next mail does."""

    SAME = "goes over the same connection"
    ANEW = "goes over a new connection"
    RESTS = "waits for a minute: the relay is left alone"


class End(NamedTuple):
    kind: ReplyKind
    stage: Stage
    fate: Fate
    next: Next
    kept: int


class Row(NamedTuple):
    point: Point
    fault: Fault
    end: End
    why: str


def taken(next_: Next = Next.SAME) -> End:
    return End(ReplyKind.ACCEPTED, Stage.DOT, Fate.ACCEPTED, next_, 1)


def unusable(stage: Stage) -> End:
    """The relay could not be used: not for this mail, and not for any other."""
    return End(ReplyKind.DEFERRED, stage, Fate.SOON, Next.RESTS, 0)


def later(stage: Stage, next_: Next = Next.ANEW) -> End:
    return End(ReplyKind.DEFERRED, stage, Fate.LATER, next_, 0)


def refused(stage: Stage, next_: Next = Next.SAME) -> End:
    return End(ReplyKind.REJECTED, stage, Fate.FAILED, next_, 0)


def unknown(kept: int) -> End:
    return End(ReplyKind.UNCERTAIN, Stage.DOT, Fate.UNCERTAIN, Next.ANEW, kept)


def _rows(point: Point, *cells: tuple[Fault, End, str]) -> tuple[Row, ...]:
    return tuple(Row(point, *cell) for cell in cells)


_OTHER = "unusual but whole: the dialog goes on"
_IN_TIME = "late but within the stage's time"
_RELAY = "the relay's state says nothing of the recipient"
_SENDER = "MAIL is about the sender: no recipient may be blamed"
_NOT_SENT = "the final dot has not left, so nothing is taken"
_UNKNOWN = "the dot has left and no whole reply came: the relay may have taken it"
_LATER = "a whole 4yz reply: not taken, may be tried again"
_CLOSING = "421: the relay leaves, nothing is taken"
_LOST = "out of step: go on and a reply could be taken for another's"
_SAID = "a whole 25x reply came before: QUIT changes nothing"
_UNLOOKED = "the first mail of a connection that ends before it is looked at: as if it had not opened"

TABLE = (
    *_rows(
        Point.CONNECT,
        (Fault.TEMPORARY, unusable(Stage.GREETING), _RELAY),
        (Fault.PERMANENT, unusable(Stage.GREETING), _RELAY),
        (Fault.CLOSING, unusable(Stage.GREETING), _CLOSING),
        (Fault.GARBAGE, unusable(Stage.GREETING), "a port that speaks TLS at once"),
        (Fault.MULTI_LINE, taken(), _OTHER),
        (Fault.SLOW, taken(), _IN_TIME),
        (Fault.SILENCE, unusable(Stage.CONNECT), "the packets go nowhere"),
        (Fault.CLOSE, unusable(Stage.GREETING), _NOT_SENT),
        (Fault.RESET, unusable(Stage.CONNECT), "nobody listens there"),
        (Fault.WRONG_ORDER, unusable(Stage.GREETING), "another protocol's server"),
    ),
    *_rows(
        Point.GREETING,
        (Fault.TEMPORARY, unusable(Stage.GREETING), _RELAY),
        (Fault.PERMANENT, unusable(Stage.GREETING), _RELAY),
        (Fault.CLOSING, unusable(Stage.GREETING), _CLOSING),
        (Fault.GARBAGE, unusable(Stage.GREETING), _NOT_SENT),
        (Fault.MULTI_LINE, taken(), _OTHER),
        (Fault.SLOW, taken(), _IN_TIME),
        (Fault.SILENCE, unusable(Stage.GREETING), _NOT_SENT),
        (Fault.CLOSE, unusable(Stage.GREETING), _NOT_SENT),
        (Fault.RESET, unusable(Stage.GREETING), _NOT_SENT),
        (Fault.WRONG_ORDER, unusable(Stage.GREETING), _LOST),
    ),
    *_rows(
        Point.EHLO,
        (Fault.TEMPORARY, unusable(Stage.EHLO), _RELAY),
        (Fault.PERMANENT, unusable(Stage.EHLO), _RELAY),
        (Fault.CLOSING, unusable(Stage.EHLO), _CLOSING),
        (Fault.GARBAGE, unusable(Stage.EHLO), _NOT_SENT),
        (Fault.MULTI_LINE, taken(), _OTHER),
        (Fault.SLOW, taken(), _IN_TIME),
        (Fault.SILENCE, unusable(Stage.EHLO), _NOT_SENT),
        (Fault.CLOSE, unusable(Stage.EHLO), _NOT_SENT),
        (Fault.RESET, unusable(Stage.EHLO), _NOT_SENT),
        (Fault.WRONG_ORDER, unusable(Stage.EHLO), _LOST),
    ),
    *_rows(
        Point.STARTTLS,
        (Fault.TEMPORARY, unusable(Stage.STARTTLS), "TLS is required: never in the clear instead"),
        (Fault.PERMANENT, unusable(Stage.STARTTLS), "TLS is required: never in the clear instead"),
        (Fault.CLOSING, unusable(Stage.STARTTLS), _CLOSING),
        (Fault.GARBAGE, unusable(Stage.STARTTLS), _NOT_SENT),
        (Fault.MULTI_LINE, taken(), _OTHER),
        (Fault.SLOW, taken(), _IN_TIME),
        (Fault.SILENCE, unusable(Stage.STARTTLS), _NOT_SENT),
        (Fault.CLOSE, unusable(Stage.STARTTLS), _NOT_SENT),
        (Fault.RESET, unusable(Stage.STARTTLS), _NOT_SENT),
        (Fault.WRONG_ORDER, unusable(Stage.STARTTLS), _LOST),
    ),
    *_rows(
        Point.AUTH,
        (Fault.TEMPORARY, unusable(Stage.AUTH), _RELAY),
        (Fault.PERMANENT, unusable(Stage.AUTH), "a wrong password is the operator's to mend"),
        (Fault.CLOSING, unusable(Stage.AUTH), _CLOSING),
        (Fault.GARBAGE, unusable(Stage.AUTH), _NOT_SENT),
        (Fault.MULTI_LINE, taken(), _OTHER),
        (Fault.SLOW, taken(), _IN_TIME),
        (Fault.SILENCE, unusable(Stage.AUTH), _NOT_SENT),
        (Fault.CLOSE, unusable(Stage.AUTH), _NOT_SENT),
        (Fault.RESET, unusable(Stage.AUTH), _NOT_SENT),
        (Fault.WRONG_ORDER, unusable(Stage.AUTH), _LOST),
    ),
    *_rows(
        Point.MAIL,
        (Fault.TEMPORARY, later(Stage.MAIL, Next.SAME), _LATER),
        (Fault.PERMANENT, later(Stage.MAIL, Next.SAME), _SENDER),
        (Fault.CLOSING, unusable(Stage.MAIL), _UNLOOKED),
        (Fault.GARBAGE, unusable(Stage.MAIL), _UNLOOKED),
        (Fault.MULTI_LINE, taken(), _OTHER),
        (Fault.SLOW, taken(), _IN_TIME),
        (Fault.SILENCE, unusable(Stage.MAIL), _UNLOOKED),
        (Fault.CLOSE, unusable(Stage.MAIL), _UNLOOKED),
        (Fault.RESET, unusable(Stage.MAIL), _UNLOOKED),
        (Fault.WRONG_ORDER, unusable(Stage.MAIL), _UNLOOKED),
    ),
    *_rows(
        Point.RCPT,
        (Fault.TEMPORARY, later(Stage.RCPT, Next.SAME), _LATER),
        (Fault.PERMANENT, refused(Stage.RCPT), "550 5.1.1: this recipient does not exist"),
        (Fault.CLOSING, later(Stage.RCPT), _CLOSING),
        (Fault.GARBAGE, later(Stage.RCPT), _NOT_SENT),
        (Fault.MULTI_LINE, taken(), _OTHER),
        (Fault.SLOW, taken(), _IN_TIME),
        (Fault.SILENCE, later(Stage.RCPT), _NOT_SENT),
        (Fault.CLOSE, later(Stage.RCPT), _NOT_SENT),
        (Fault.RESET, later(Stage.RCPT), _NOT_SENT),
        (Fault.WRONG_ORDER, later(Stage.RCPT), _LOST),
    ),
    *_rows(
        Point.DATA,
        (Fault.TEMPORARY, later(Stage.DATA, Next.SAME), _LATER),
        (Fault.PERMANENT, refused(Stage.DATA), "a whole 5yz reply for this recipient and this message"),
        (Fault.CLOSING, later(Stage.DATA), _CLOSING),
        (Fault.GARBAGE, later(Stage.DATA), _NOT_SENT),
        (Fault.MULTI_LINE, taken(), _OTHER),
        (Fault.SLOW, taken(), _IN_TIME),
        (Fault.SILENCE, later(Stage.DATA), _NOT_SENT),
        (Fault.CLOSE, later(Stage.DATA), _NOT_SENT),
        (Fault.RESET, later(Stage.DATA), _NOT_SENT),
        (Fault.WRONG_ORDER, later(Stage.DATA), "250 is no go-ahead: a body would be read as commands"),
    ),
    *_rows(
        Point.BODY,
        (Fault.TEMPORARY, later(Stage.BODY), _NOT_SENT),
        (Fault.PERMANENT, refused(Stage.BODY, Next.ANEW), "a whole 5yz reply, and the dot has not left"),
        (Fault.CLOSING, later(Stage.BODY), _CLOSING),
        (Fault.GARBAGE, later(Stage.BODY), _NOT_SENT),
        (Fault.MULTI_LINE, later(Stage.BODY), "consent to half a message is none: it ends without its dot"),
        (Fault.SLOW, taken(), _IN_TIME),
        (Fault.SILENCE, later(Stage.BODY), _NOT_SENT),
        (Fault.CLOSE, later(Stage.BODY), _NOT_SENT),
        (Fault.RESET, later(Stage.BODY), _NOT_SENT),
        (Fault.WRONG_ORDER, later(Stage.BODY), _LOST),
    ),
    *_rows(
        Point.DOT,
        (Fault.TEMPORARY, later(Stage.DOT, Next.SAME), _LATER),
        (Fault.PERMANENT, refused(Stage.DOT), "a whole 5yz reply: never taken"),
        (Fault.CLOSING, later(Stage.DOT), "a whole 4yz reply to the dot: not taken (RFC 5321, 4.2.1)"),
        (Fault.GARBAGE, unknown(kept=0), _UNKNOWN),
        (Fault.MULTI_LINE, taken(), _OTHER),
        (Fault.SLOW, taken(), _IN_TIME),
        (Fault.SILENCE, unknown(kept=0), _UNKNOWN),
        (Fault.CLOSE, unknown(kept=0), _UNKNOWN),
        (Fault.RESET, unknown(kept=0), _UNKNOWN),
        (Fault.WRONG_ORDER, unknown(kept=0), "354 is no answer to a dot"),
    ),
    *_rows(
        Point.REPLY,
        (Fault.TEMPORARY, unknown(kept=1), "a reply of two codes says neither"),
        (Fault.PERMANENT, unknown(kept=1), "a reply of two codes says neither"),
        (Fault.CLOSING, unknown(kept=1), "a reply of two codes says neither"),
        (Fault.GARBAGE, unknown(kept=1), _UNKNOWN),
        (Fault.MULTI_LINE, taken(), _OTHER),
        (Fault.SLOW, taken(), _IN_TIME),
        (Fault.SILENCE, unknown(kept=1), _UNKNOWN),
        (Fault.CLOSE, unknown(kept=1), "half a reply is none"),
        (Fault.RESET, unknown(kept=1), "half a reply is none"),
        (Fault.WRONG_ORDER, unknown(kept=1), "a reply of two codes says neither"),
    ),
    *_rows(
        Point.QUIT,
        *((fault, taken(Next.ANEW), _SAID) for fault in Fault),
    ),
)
