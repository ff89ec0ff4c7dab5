"""The client's side of one SMTP connection as a state machine without I/O.

The owner of a socket tells it what happened (`connected`, `secured`, `receive`, `dot_sent`, `lost`)
and carries out the effects that come back. One message at a time is under way: MAIL, RCPT and DATA go
together where the relay offers PIPELINING (RFC 2920); the body waits for the go-ahead; and nothing
goes out behind a final dot before its reply is whole. So at most one message of a connection can be
uncertain, and it is known which.

    connected ─ greeting ─ EHLO ─ (STARTTLS ─ secured ─ EHLO) ─ (AUTH) ─ ready ─┐
                                    ready ─ (RSET) MAIL RCPT DATA ─ body, dot ─ reply ─ ready ─ …

What a reply means for the message stands in `verdicts`, what the owner may be asked in `effects`. Any
trouble that could leave replies and commands out of step ends the connection; there is no attempt to
find the thread again.
"""

import re
from collections import deque
from dataclasses import replace
from enum import Enum

from jo.mail.auth import betrayals, choose_steps
from jo.mail.dot import END, stuff
from jo.mail.effects import Effect, Failed, HangUp, Ready, Send, Settled, StartTls, Trouble
from jo.mail.extensions import Extensions, read_extensions
from jo.mail.relay import Relay, Tls
from jo.mail.responses import GarbledError, Response, ResponseReader
from jo.mail.transaction import UnsendableError, write_transaction
from jo.mail.verdicts import CLOSING, goes_on, is_out_of_step, judge_loss, judge_refusal
from jo.ports.mailer import About, Outgoing, Reply, ReplyKind, Stage


class _Asked(Enum):
    """What the relay owes a reply for, and the stage at which it does."""

    GREETING = "GREETING", Stage.GREETING
    EHLO = "EHLO", Stage.EHLO
    STARTTLS = "STARTTLS", Stage.STARTTLS
    AUTH = "AUTH", Stage.AUTH
    RSET = "RSET", Stage.MAIL
    """Clears away the last transaction at the start of the next one."""
    MAIL = "MAIL", Stage.MAIL
    RCPT = "RCPT", Stage.RCPT
    DATA = "DATA", Stage.DATA
    DOT = "DOT", Stage.DOT
    QUIT = "QUIT", Stage.QUIT

    def __init__(self, command: str, stage: Stage) -> None:
        self.command = command
        self.stage = stage


_ENVELOPE = deque((_Asked.MAIL, _Asked.RCPT, _Asked.DATA))
_CONSENT_TO_ENVELOPE = re.compile(rb"(?:25\d(?: [^\r\n]{0,500})?\r\n){2}354(?: [^\r\n]{0,500})?\r\n")


class Session:
    """The dialog of one connection."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._name = relay.name
        self._reader = ResponseReader()
        self._extensions = Extensions()
        self._hello = b""
        self._secured = False
        self.stage = Stage.CONNECT
        """The stage that the dialog has reached; its time-out applies."""
        self._awaiting: deque[_Asked] = deque()
        self._unsent: deque[tuple[_Asked, bytes]] = deque()
        self._auth_steps: deque[bytes] = deque()
        self._outgoing: Outgoing | None = None
        self._refusal: Reply | None = None
        self._needs_reset = False
        self._opened = False
        self._is_proven = False
        """Whether the relay has looked at a message on this connection."""
        self._over = False

    # What the owner tells ------------------------------------------------------------------------

    def connected(self, own_name: str) -> list[Effect]:
        """The socket is connected. `own_name` is what to say in EHLO."""
        self._hello = f"EHLO {own_name}\r\n".encode("ascii")
        if self._relay.security is Tls.IMPLICIT:
            self.stage = Stage.STARTTLS
            return [StartTls()]
        self._await(_Asked.GREETING)
        return []

    def secured(self) -> list[Effect]:
        """The handshake is done and the certificate verified."""
        self._secured = True
        if self._relay.security is Tls.IMPLICIT:
            self._await(_Asked.GREETING)
            return []
        return self._ask(_Asked.EHLO, self._hello)

    def receive(self, received: bytes) -> list[Effect]:
        """The relay has said something."""
        if self._is_plain_consent(received):
            self._awaiting.clear()
            return self._go_ahead()
        self._reader.feed(received)
        effects: list[Effect] = []
        try:
            while not self._over and (response := self._reader.next()) is not None:
                effects += self._answer(response)
        except GarbledError as garbled:
            effects += self.lost(f"the relay does not speak SMTP: {garbled}")
        return effects

    def submit(self, outgoing: Outgoing) -> list[Effect]:
        """Begin a message. Only after `Ready` or `Settled`, and only when no `HangUp` came."""
        self._outgoing = outgoing
        self._refusal = None
        try:
            transaction = write_transaction(outgoing, self._extensions)
        except UnsendableError as unsendable:
            return [self._settle(unsendable.as_reply(outgoing, self._name))]
        if self._needs_reset:
            self._unsent.append((_Asked.RSET, b"RSET\r\n"))
            self._needs_reset = False
        self._unsent += (
            (_Asked.MAIL, transaction.mail),
            (_Asked.RCPT, transaction.rcpt),
            (_Asked.DATA, b"DATA\r\n"),
        )
        return self._send_next()

    def dot_sent(self) -> None:
        """The last byte of the final dot has left."""
        self._await(_Asked.DOT)

    def quit(self) -> list[Effect]:
        """Say goodbye; only when no message is under way."""
        return self._ask(_Asked.QUIT, b"QUIT\r\n")

    def lost(self, reason: str) -> list[Effect]:
        """The connection broke, was silent for too long or lost its thread: nothing more will be said."""
        if self._over:
            return []
        self._over = True
        end: list[Effect] = [HangUp()]
        if not self._opened:
            return [Failed(Trouble(stage=self.stage, text=reason)), *end]
        if self._refusal is not None:
            return [self._settle(self._refusal), *end]
        if self._outgoing is not None:
            reply = self._reply(judge_loss(self.stage), text=reason, about=self._about_end())
            return [self._settle(reply), *end]
        return end

    def _is_plain_consent(self, received: bytes) -> bool:
        """Tell whether these are the three consents to an envelope and nothing else: nearly always so.

        What the reader and the verdicts would make of them one by one, in one look.
        """
        return (
            self._awaiting == _ENVELOPE
            and not self._reader.has_rest
            and _CONSENT_TO_ENVELOPE.fullmatch(received) is not None
        )

    # Replies -------------------------------------------------------------------------------------

    def _answer(self, response: Response) -> list[Effect]:
        if not self._awaiting:
            return self._unasked(response)
        asked = self._awaiting.popleft()
        if asked is _Asked.QUIT:
            return self._hang_up()
        if not goes_on(self.stage, response):
            return self._refused(asked, response)
        match asked:
            case _Asked.DOT:
                return [self._settle(self._reply(ReplyKind.ACCEPTED, response))]
            case _Asked.GREETING:
                return self._ask(_Asked.EHLO, self._hello)
            case _Asked.EHLO:
                offered = read_extensions(response.lines)
                self._extensions = replace(offered, dsn=offered.dsn and self._relay.wants_reports)
                return self._after_ehlo()
            case _Asked.STARTTLS:
                if self._reader.has_rest:
                    # Said in the clear by whoever listens in between, to be read as if under TLS.
                    return self.lost("something was said between STARTTLS and the handshake")
                return [StartTls()]
            case _Asked.AUTH:
                return self._after_auth(response)
            case _Asked.DATA:
                return self._go_ahead()
            case _:  # RSET, MAIL, RCPT: the next one was sent with it, or is sent now
                return self._send_next()

    def _refused(self, asked: _Asked, response: Response) -> list[Effect]:
        if not self._opened:
            return self._fail_opening(response)
        is_end = response.code == CLOSING or is_out_of_step(self.stage, response) or asked is _Asked.RSET
        about = self._about_end() if is_end else About.MESSAGE
        kind = judge_refusal(self.stage, response)
        refusal = self._refusal or self._reply(kind, response, about=about)
        if is_end:
            return [self._settle(refusal), *self._hang_up()]
        if asked is _Asked.DOT:
            return [self._settle(refusal)]
        # The replies to what was sent along come first; they can neither mend nor worsen this.
        if self._refusal is None:
            self._refusal = refusal
            self._needs_reset = asked is not _Asked.MAIL
        self._unsent.clear()
        return self._send_next()

    def _unasked(self, response: Response) -> list[Effect]:
        """End a connection on which the relay speaks out of turn."""
        if self._outgoing is None:
            return self._hang_up()
        early = self._reply(judge_refusal(Stage.BODY, response), response)
        return [self._settle(early), *self._hang_up()]

    # Opening -------------------------------------------------------------------------------------

    def _after_ehlo(self) -> list[Effect]:
        if self._relay.security is Tls.STARTTLS and not self._secured:
            if not self._extensions.starttls:
                self.stage = Stage.STARTTLS
                return self.lost("the relay does not offer STARTTLS, which its settings require")
            return self._ask(_Asked.STARTTLS, b"STARTTLS\r\n")
        credentials = self._relay.credentials
        if credentials is None:
            return self._become_ready()
        self.stage = Stage.AUTH
        if not self._relay.may_sign_in:
            return self.lost("a password is not sent without TLS to another machine")
        steps = choose_steps(credentials, self._extensions.auth)
        if steps is None:
            return self.lost("the relay offers no sign-in by PLAIN or LOGIN")
        self._auth_steps.extend(steps)
        self._reader.strikes = betrayals(credentials)
        return self._ask(_Asked.AUTH, self._auth_steps.popleft())

    def _after_auth(self, response: Response) -> list[Effect]:
        if response.code == 235:
            self._auth_steps.clear()
            return self._become_ready()
        if not self._auth_steps:
            return self.lost("the relay asks for more than a name and a password")
        return self._ask(_Asked.AUTH, self._auth_steps.popleft())

    def _become_ready(self) -> list[Effect]:
        self._opened = True
        self._reader.strikes = None
        self.stage = Stage.MAIL
        return [Ready()]

    def _fail_opening(self, response: Response) -> list[Effect]:
        lost_thread = is_out_of_step(self.stage, response)
        what = "spoke out of turn" if lost_thread else "refused"
        trouble = Trouble(
            stage=self.stage,
            code=response.code,
            enhanced=response.enhanced,
            text=f"the relay {what} at {self.stage}: {response.text}",
        )
        goodbye = [] if lost_thread or response.code == CLOSING else [Send(data=b"QUIT\r\n")]
        return [Failed(trouble), *goodbye, *self._hang_up()]

    # One message ---------------------------------------------------------------------------------

    def _send_next(self) -> list[Effect]:
        """Send what may go now; settle a refused message once no reply is outstanding."""
        if self._awaiting:
            self.stage = self._awaiting[0].stage
            return []
        if not self._unsent:
            return [self._settle(self._refusal)] if self._refusal is not None else []
        if not self._extensions.pipelining:
            asked, line = self._unsent.popleft()
            return self._ask(asked, line)
        all_asked, lines = zip(*self._unsent, strict=True)
        self._await(*all_asked)
        self._unsent.clear()
        return [Send(data=b"".join(lines))]

    def _go_ahead(self) -> list[Effect]:
        """The relay waits for the body: it gets it all, or the connection ends."""
        self.stage = Stage.BODY
        if self._refusal is not None:
            # A lone dot would end this, too, but could be taken for an empty message.
            return [self._settle(self._refusal), *self._hang_up()]
        if self._reader.has_rest:
            return self.lost("the relay spoke before it had the message")
        assert self._outgoing is not None
        return [Send(data=stuff(self._outgoing.data) + END, ends_message=True)]

    # Small parts ---------------------------------------------------------------------------------

    def _await(self, *asked: _Asked) -> None:
        self._awaiting.extend(asked)
        self.stage = self._awaiting[0].stage

    def _ask(self, asked: _Asked, line: bytes) -> list[Effect]:
        self._await(asked)
        return [Send(data=line)]

    def _settle(self, reply: Reply) -> Settled:
        self._is_proven = self._is_proven or reply.code is not None
        self._outgoing = None
        self._refusal = None
        self.stage = Stage.MAIL
        return Settled(reply)

    def _about_end(self) -> About:
        """Return what it speaks of that the connection ends now.

        Behind MAIL the relay has begun to look at the message, which may be what it cannot bear. A connection
        that ends before it has carried any message at all is worth no more than one that does not open.
        """
        if self.stage is not Stage.MAIL:
            return About.MESSAGE
        return About.CONNECTION if self._is_proven else About.RELAY

    def _hang_up(self) -> list[Effect]:
        self._over = True
        return [HangUp()]

    def _reply(
        self,
        kind: ReplyKind,
        response: Response | None = None,
        *,
        text: str = "",
        about: About = About.MESSAGE,
    ) -> Reply:
        assert self._outgoing is not None
        return Reply(
            key=self._outgoing.key,
            kind=kind,
            stage=self.stage,
            code=response.code if response else None,
            enhanced=response.enhanced if response else None,
            text=response.text if response else text,
            relay=self._name,
            about=about,
        )
