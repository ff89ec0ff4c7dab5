"""What must become of a message for each fault at each point of the dialog, and why.

Read a row as: the fault happens at this point; the message ends so, at that stage of the client; and
the server has in truth kept this many copies. No row says accepted with none kept, and none says
deferred or rejected with one kept: that is the promise of the ledger.
"""

from typing import NamedTuple

from jo.ports.mailer import ReplyKind, Stage
from tests.support.smtp_server import Fault, Point

A, D, R, U = ReplyKind.ACCEPTED, ReplyKind.DEFERRED, ReplyKind.REJECTED, ReplyKind.UNCERTAIN


class Row(NamedTuple):
    point: Point
    fault: Fault
    kind: ReplyKind
    stage: Stage
    kept: int
    why: str


def _rows(point: Point, *cells: tuple[Fault, ReplyKind, Stage, int, str]) -> tuple[Row, ...]:
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

TABLE = (
    *_rows(
        Point.CONNECT,
        (Fault.TEMPORARY, D, Stage.GREETING, 0, _RELAY),
        (Fault.PERMANENT, D, Stage.GREETING, 0, _RELAY),
        (Fault.CLOSING, D, Stage.GREETING, 0, _CLOSING),
        (Fault.GARBAGE, D, Stage.GREETING, 0, "a port that speaks TLS at once"),
        (Fault.MULTI_LINE, A, Stage.DOT, 1, _OTHER),
        (Fault.SLOW, A, Stage.DOT, 1, _IN_TIME),
        (Fault.SILENCE, D, Stage.CONNECT, 0, "the packets go nowhere"),
        (Fault.CLOSE, D, Stage.GREETING, 0, _NOT_SENT),
        (Fault.RESET, D, Stage.CONNECT, 0, "nobody listens there"),
        (Fault.WRONG_ORDER, D, Stage.GREETING, 0, "another protocol's server"),
    ),
    *_rows(
        Point.GREETING,
        (Fault.TEMPORARY, D, Stage.GREETING, 0, _RELAY),
        (Fault.PERMANENT, D, Stage.GREETING, 0, _RELAY),
        (Fault.CLOSING, D, Stage.GREETING, 0, _CLOSING),
        (Fault.GARBAGE, D, Stage.GREETING, 0, _NOT_SENT),
        (Fault.MULTI_LINE, A, Stage.DOT, 1, _OTHER),
        (Fault.SLOW, A, Stage.DOT, 1, _IN_TIME),
        (Fault.SILENCE, D, Stage.GREETING, 0, _NOT_SENT),
        (Fault.CLOSE, D, Stage.GREETING, 0, _NOT_SENT),
        (Fault.RESET, D, Stage.GREETING, 0, _NOT_SENT),
        (Fault.WRONG_ORDER, D, Stage.GREETING, 0, _LOST),
    ),
    *_rows(
        Point.EHLO,
        (Fault.TEMPORARY, D, Stage.EHLO, 0, _RELAY),
        (Fault.PERMANENT, D, Stage.EHLO, 0, _RELAY),
        (Fault.CLOSING, D, Stage.EHLO, 0, _CLOSING),
        (Fault.GARBAGE, D, Stage.EHLO, 0, _NOT_SENT),
        (Fault.MULTI_LINE, A, Stage.DOT, 1, _OTHER),
        (Fault.SLOW, A, Stage.DOT, 1, _IN_TIME),
        (Fault.SILENCE, D, Stage.EHLO, 0, _NOT_SENT),
        (Fault.CLOSE, D, Stage.EHLO, 0, _NOT_SENT),
        (Fault.RESET, D, Stage.EHLO, 0, _NOT_SENT),
        (Fault.WRONG_ORDER, D, Stage.EHLO, 0, _LOST),
    ),
    *_rows(
        Point.STARTTLS,
        (Fault.TEMPORARY, D, Stage.STARTTLS, 0, "TLS is required: never in the clear instead"),
        (Fault.PERMANENT, D, Stage.STARTTLS, 0, "TLS is required: never in the clear instead"),
        (Fault.CLOSING, D, Stage.STARTTLS, 0, _CLOSING),
        (Fault.GARBAGE, D, Stage.STARTTLS, 0, _NOT_SENT),
        (Fault.MULTI_LINE, A, Stage.DOT, 1, _OTHER),
        (Fault.SLOW, A, Stage.DOT, 1, _IN_TIME),
        (Fault.SILENCE, D, Stage.STARTTLS, 0, _NOT_SENT),
        (Fault.CLOSE, D, Stage.STARTTLS, 0, _NOT_SENT),
        (Fault.RESET, D, Stage.STARTTLS, 0, _NOT_SENT),
        (Fault.WRONG_ORDER, D, Stage.STARTTLS, 0, _LOST),
    ),
    *_rows(
        Point.AUTH,
        (Fault.TEMPORARY, D, Stage.AUTH, 0, _RELAY),
        (Fault.PERMANENT, D, Stage.AUTH, 0, "a wrong password is the operator's to mend"),
        (Fault.CLOSING, D, Stage.AUTH, 0, _CLOSING),
        (Fault.GARBAGE, D, Stage.AUTH, 0, _NOT_SENT),
        (Fault.MULTI_LINE, A, Stage.DOT, 1, _OTHER),
        (Fault.SLOW, A, Stage.DOT, 1, _IN_TIME),
        (Fault.SILENCE, D, Stage.AUTH, 0, _NOT_SENT),
        (Fault.CLOSE, D, Stage.AUTH, 0, _NOT_SENT),
        (Fault.RESET, D, Stage.AUTH, 0, _NOT_SENT),
        (Fault.WRONG_ORDER, D, Stage.AUTH, 0, _LOST),
    ),
    *_rows(
        Point.MAIL,
        (Fault.TEMPORARY, D, Stage.MAIL, 0, _LATER),
        (Fault.PERMANENT, D, Stage.MAIL, 0, _SENDER),
        (Fault.CLOSING, D, Stage.MAIL, 0, _CLOSING),
        (Fault.GARBAGE, D, Stage.MAIL, 0, _NOT_SENT),
        (Fault.MULTI_LINE, A, Stage.DOT, 1, _OTHER),
        (Fault.SLOW, A, Stage.DOT, 1, _IN_TIME),
        (Fault.SILENCE, D, Stage.MAIL, 0, _NOT_SENT),
        (Fault.CLOSE, D, Stage.MAIL, 0, _NOT_SENT),
        (Fault.RESET, D, Stage.MAIL, 0, _NOT_SENT),
        (Fault.WRONG_ORDER, D, Stage.MAIL, 0, _LOST),
    ),
    *_rows(
        Point.RCPT,
        (Fault.TEMPORARY, D, Stage.RCPT, 0, _LATER),
        (Fault.PERMANENT, R, Stage.RCPT, 0, "550 5.1.1: this recipient does not exist"),
        (Fault.CLOSING, D, Stage.RCPT, 0, _CLOSING),
        (Fault.GARBAGE, D, Stage.RCPT, 0, _NOT_SENT),
        (Fault.MULTI_LINE, A, Stage.DOT, 1, _OTHER),
        (Fault.SLOW, A, Stage.DOT, 1, _IN_TIME),
        (Fault.SILENCE, D, Stage.RCPT, 0, _NOT_SENT),
        (Fault.CLOSE, D, Stage.RCPT, 0, _NOT_SENT),
        (Fault.RESET, D, Stage.RCPT, 0, _NOT_SENT),
        (Fault.WRONG_ORDER, D, Stage.RCPT, 0, _LOST),
    ),
    *_rows(
        Point.DATA,
        (Fault.TEMPORARY, D, Stage.DATA, 0, _LATER),
        (Fault.PERMANENT, R, Stage.DATA, 0, "a whole 5yz reply for this recipient and this message"),
        (Fault.CLOSING, D, Stage.DATA, 0, _CLOSING),
        (Fault.GARBAGE, D, Stage.DATA, 0, _NOT_SENT),
        (Fault.MULTI_LINE, A, Stage.DOT, 1, _OTHER),
        (Fault.SLOW, A, Stage.DOT, 1, _IN_TIME),
        (Fault.SILENCE, D, Stage.DATA, 0, _NOT_SENT),
        (Fault.CLOSE, D, Stage.DATA, 0, _NOT_SENT),
        (Fault.RESET, D, Stage.DATA, 0, _NOT_SENT),
        (Fault.WRONG_ORDER, D, Stage.DATA, 0, "250 is no go-ahead: a body would be read as commands"),
    ),
    *_rows(
        Point.BODY,
        (Fault.TEMPORARY, D, Stage.BODY, 0, _NOT_SENT),
        (Fault.PERMANENT, R, Stage.BODY, 0, "a whole 5yz reply, and the dot has not left"),
        (Fault.CLOSING, D, Stage.BODY, 0, _CLOSING),
        (Fault.GARBAGE, D, Stage.BODY, 0, _NOT_SENT),
        (Fault.MULTI_LINE, D, Stage.BODY, 0, "consent to half a message is none: it ends without its dot"),
        (Fault.SLOW, A, Stage.DOT, 1, _IN_TIME),
        (Fault.SILENCE, D, Stage.BODY, 0, _NOT_SENT),
        (Fault.CLOSE, D, Stage.BODY, 0, _NOT_SENT),
        (Fault.RESET, D, Stage.BODY, 0, _NOT_SENT),
        (Fault.WRONG_ORDER, D, Stage.BODY, 0, _LOST),
    ),
    *_rows(
        Point.DOT,
        (Fault.TEMPORARY, D, Stage.DOT, 0, _LATER),
        (Fault.PERMANENT, R, Stage.DOT, 0, "a whole 5yz reply: never taken"),
        (Fault.CLOSING, D, Stage.DOT, 0, "a whole 4yz reply to the dot: not taken (RFC 5321, 4.2.1)"),
        (Fault.GARBAGE, U, Stage.DOT, 0, _UNKNOWN),
        (Fault.MULTI_LINE, A, Stage.DOT, 1, _OTHER),
        (Fault.SLOW, A, Stage.DOT, 1, _IN_TIME),
        (Fault.SILENCE, U, Stage.DOT, 0, _UNKNOWN),
        (Fault.CLOSE, U, Stage.DOT, 0, _UNKNOWN),
        (Fault.RESET, U, Stage.DOT, 0, _UNKNOWN),
        (Fault.WRONG_ORDER, U, Stage.DOT, 0, "354 is no answer to a dot"),
    ),
    *_rows(
        Point.REPLY,
        (Fault.TEMPORARY, U, Stage.DOT, 1, "a reply of two codes says neither"),
        (Fault.PERMANENT, U, Stage.DOT, 1, "a reply of two codes says neither"),
        (Fault.CLOSING, U, Stage.DOT, 1, "a reply of two codes says neither"),
        (Fault.GARBAGE, U, Stage.DOT, 1, _UNKNOWN),
        (Fault.MULTI_LINE, A, Stage.DOT, 1, _OTHER),
        (Fault.SLOW, A, Stage.DOT, 1, _IN_TIME),
        (Fault.SILENCE, U, Stage.DOT, 1, _UNKNOWN),
        (Fault.CLOSE, U, Stage.DOT, 1, "half a reply is none"),
        (Fault.RESET, U, Stage.DOT, 1, "half a reply is none"),
        (Fault.WRONG_ORDER, U, Stage.DOT, 1, "a reply of two codes says neither"),
    ),
    *_rows(
        Point.QUIT,
        *((fault, A, Stage.DOT, 1, _SAID) for fault in Fault),
    ),
)
