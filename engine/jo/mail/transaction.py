"""The commands of one message, by what the relay offers: MAIL and RCPT with their parameters.

Reports of failed deliveries (DSN, RFC 3461) are asked for where they are offered and wanted: of failures
only, with the headers and without the text, naming the message by its envelope id and the recipient as it
was written.

A message that would break the dialog (an address with a line end, a bare LF) or that the relay
has said it cannot take (SIZE, RFC 1870; 8BITMIME, RFC 6152; SMTPUTF8, RFC 6531) is refused here, and
not a byte of it is sent.
"""

import re
from dataclasses import dataclass

from jo.mail.address import AddressError, read_mailbox, read_sender
from jo.mail.dot import broken_line
from jo.mail.extensions import Extensions
from jo.ports.mailer import Outgoing, Reply, ReplyKind, Stage

_NOT_XCHAR = re.compile(rb"[^!-*,-<>-~]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    mail: bytes
    rcpt: bytes


class UnsendableError(Exception):
    """The message cannot be sent to this relay, and why."""

    def __init__(
        self, text: str, *, stage: Stage, kind: ReplyKind = ReplyKind.REJECTED, enhanced: str | None = None
    ) -> None:
        super().__init__(text)
        self.stage = stage
        self.kind = kind
        self.enhanced = enhanced

    def as_reply(self, outgoing: Outgoing, relay: str) -> Reply:
        return Reply(
            key=outgoing.key,
            kind=self.kind,
            stage=self.stage,
            code=None,
            enhanced=self.enhanced,
            text=str(self),
            relay=relay,
        )


def write_transaction(outgoing: Outgoing, offered: Extensions) -> Transaction:
    """Return the commands that announce the message. Raises UnsendableError."""
    try:
        sender = read_sender(outgoing.sender)
    except AddressError as refused:
        # The recipient has no part in it, as when a relay refuses the sender.
        raise UnsendableError(
            f"the sender's address: {refused}", stage=Stage.MAIL, kind=ReplyKind.DEFERRED
        ) from None
    try:
        recipient = read_mailbox(outgoing.recipient)
    except AddressError as refused:
        raise UnsendableError(f"the recipient's address: {refused}", stage=Stage.RCPT) from None
    needs_utf8 = sender.needs_utf8 or recipient.needs_utf8
    of_mail, of_rcpt = _parameters(outgoing.data, offered, needs_utf8), b""
    if offered.dsn:
        of_mail += b" RET=HDRS"
        if outgoing.envelope_id is not None:
            of_mail += b" ENVID=" + _xtext(outgoing.envelope_id.encode())
        of_rcpt += b" NOTIFY=FAILURE" if sender.wire else b" NOTIFY=NEVER"
        if not recipient.needs_utf8:
            of_rcpt += b" ORCPT=rfc822;" + _xtext(recipient.wire)
    return Transaction(
        mail=b"MAIL FROM:<" + sender.wire + b">" + of_mail + b"\r\n",
        rcpt=b"RCPT TO:<" + recipient.wire + b">" + of_rcpt + b"\r\n",
    )


def _xtext(text: bytes) -> bytes:
    """Write a parameter's value (RFC 3461, section 4): what is no plain character as `+` and two digits."""
    return _NOT_XCHAR.sub(lambda found: b"+%02X" % found[0][0], text)


def _parameters(data: bytes, offered: Extensions, needs_utf8: bool) -> bytes:
    flaw = broken_line(data)
    if flaw is not None:
        raise UnsendableError(f"the message holds {flaw}", stage=Stage.BODY)
    parameters = b""
    if offered.size:
        limit = offered.size_limit
        if limit is not None and len(data) > limit:
            text = f"the message has {len(data)} bytes, the relay takes {limit}"
            raise UnsendableError(text, stage=Stage.MAIL, enhanced="5.3.4")
        parameters += b" SIZE=%d" % len(data)
    if not data.isascii():
        if not offered.eight_bit:
            text = "the message holds 8-bit text, which the relay does not take"
            raise UnsendableError(text, stage=Stage.MAIL, enhanced="5.6.3")
        parameters += b" BODY=8BITMIME"
        needs_utf8 = needs_utf8 or not data.partition(b"\r\n\r\n")[0].isascii()
    if needs_utf8:
        if not offered.utf8:
            text = "the relay does not take addresses and headers beyond ASCII"
            raise UnsendableError(text, stage=Stage.MAIL, enhanced="5.6.7")
        parameters += b" SMTPUTF8"
    return parameters
