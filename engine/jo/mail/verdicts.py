"""What a relay's reply at a stage means for the message: the rules of the ledger, as tables.

Theory. Up to the final dot the relay has taken nothing, whatever happens: the attempt is deferred,
or rejected when the relay refused this recipient or this message for good. After the final dot only
a whole reply decides: 25x accepted, 4yz deferred, 5yz rejected; anything else, silence included,
leaves the attempt uncertain. And a permanent reply blames a recipient only where the relay could know
the recipient: one about the relay, the session, the sign-in or the sender is deferred, because the
operator can mend it and the recipients have done nothing.
"""

from jo.mail.responses import Response
from jo.ports.mailer import OPENING, ReplyKind, Stage

_GOING_ON = {
    Stage.GREETING: (220,),
    Stage.EHLO: (250,),
    Stage.STARTTLS: (220,),
    Stage.AUTH: (235, 334),
    Stage.MAIL: range(250, 260),
    Stage.RCPT: range(250, 260),
    Stage.DATA: (354,),
    Stage.DOT: range(250, 260),
    Stage.QUIT: (221,),
}
"""The codes with which the dialog goes on; 25x is RFC 5321's group of the mail system's consent."""

_ABOUT_SESSION = frozenset({500, 502, 503, 504, 530, 534, 535, 538})
"""Commands not known or out of order, and sign-in that is missing: never about a recipient."""

_ABOUT_MESSAGE = ("5.2.3", "5.3.4", "5.6.")
"""Statuses in answer to MAIL that concern this message: its size and its encoding, not its sender."""

CLOSING = 421
"""The relay closes the connection, whatever was asked (RFC 5321, section 3.8)."""


def goes_on(stage: Stage, response: Response) -> bool:
    """Whether this is the consent that the stage waits for."""
    return response.code in _GOING_ON.get(stage, ())


def is_out_of_step(stage: Stage, response: Response) -> bool:
    """Whether this can be no answer to what was asked, so that relay and client have lost each other."""
    if stage is Stage.DOT and response.code == 503:
        return True
    return response.code < 400 and not goes_on(stage, response)


def judge_refusal(stage: Stage, response: Response) -> ReplyKind:
    """Return how the attempt ends by a reply that is not the stage's consent."""
    if is_out_of_step(stage, response):
        return judge_loss(stage)
    if response.code < 500 or stage in OPENING:
        return ReplyKind.DEFERRED
    if stage is Stage.MAIL:
        about_message = response.code == 552 or (response.enhanced or "").startswith(_ABOUT_MESSAGE)
        return ReplyKind.REJECTED if about_message else ReplyKind.DEFERRED
    if stage in (Stage.RCPT, Stage.DATA) and response.code in _ABOUT_SESSION:
        return ReplyKind.DEFERRED
    return ReplyKind.REJECTED


def judge_loss(stage: Stage) -> ReplyKind:
    """Return how the attempt ends when no whole reply came: broken connection, time-out, garbage."""
    return ReplyKind.UNCERTAIN if stage is Stage.DOT else ReplyKind.DEFERRED
