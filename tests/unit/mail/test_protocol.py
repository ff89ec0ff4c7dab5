"""The dialog as a script: what the client says, and when; no socket anywhere."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace

import pytest

from jo.mail.auth import Credentials
from jo.mail.effects import Effect, Failed, HangUp, Ready, Send, Settled, StartTls, Trouble
from jo.mail.protocol import Session
from jo.mail.relay import Relay, Tls
from jo.ports.mailer import About, Outgoing, Reply, ReplyKind, Stage

PLAIN = Relay(host="localhost", port=25)
DATA = b"Subject: hi\r\n\r\n.dot\r\n"
WIRE = b"Subject: hi\r\n\r\n..dot\r\n.\r\n"


def outgoing(
    key: str = "k", *, sender: str = "from@example.com", recipient: str = "to@example.com", data: bytes = DATA
) -> Outgoing:
    return Outgoing(key=key, sender=sender, recipient=recipient, data=data)


def ready(*offers: str, relay: Relay = PLAIN) -> Session:
    session = Session(relay)
    assert session.connected("[127.0.0.1]") == []
    assert session.receive(b"220 hello\r\n") == [Send(data=b"EHLO [127.0.0.1]\r\n")]
    assert session.receive(ehlo(*offers)) == [Ready()]
    return session


def ehlo(*offers: str) -> bytes:
    *others, last = ("relay", *offers)
    return "".join(f"250-{offer}\r\n" for offer in others).encode() + f"250 {last}\r\n".encode()


def settled(effects: Sequence[Effect]) -> Reply:
    (reply,) = (effect.reply for effect in effects if isinstance(effect, Settled))
    return reply


def stage_of(session: Session) -> Stage:
    return session.stage


def begin(session: Session, message: Outgoing | None = None) -> bytes:
    (effect,) = session.submit(message or outgoing())
    assert isinstance(effect, Send)
    return effect.data


def test_without_pipelining_each_command_waits_for_its_reply() -> None:
    session = ready()
    assert begin(session) == b"MAIL FROM:<from@example.com>\r\n"
    assert session.receive(b"250 ok\r\n") == [Send(data=b"RCPT TO:<to@example.com>\r\n")]
    assert session.receive(b"250 ok\r\n") == [Send(data=b"DATA\r\n")]
    assert session.receive(b"354 go\r\n") == [Send(data=WIRE, ends_message=True)]
    session.dot_sent()
    reply = settled(session.receive(b"250 2.0.0 kept\r\n"))
    assert (reply.kind, reply.stage, reply.code, reply.enhanced) == (
        ReplyKind.ACCEPTED,
        Stage.DOT,
        250,
        "2.0.0",
    )


def test_with_pipelining_the_envelope_goes_at_once_and_the_body_waits() -> None:
    session = ready("PIPELINING")
    assert begin(session) == b"MAIL FROM:<from@example.com>\r\nRCPT TO:<to@example.com>\r\nDATA\r\n"
    assert session.receive(b"250 ok\r\n250 ok\r\n") == []
    assert stage_of(session) is Stage.DATA
    assert session.receive(b"354 go\r\n") == [Send(data=WIRE, ends_message=True)]
    assert stage_of(session) is Stage.BODY
    session.dot_sent()
    assert stage_of(session) is Stage.DOT


def test_a_lost_connection_is_uncertain_only_behind_the_dot() -> None:
    def lost_after(*heard: bytes, dot: bool = False, answer: bytes = b"") -> Reply:
        session = ready("PIPELINING")
        begin(session)
        for line in heard:
            session.receive(line)
        if dot:
            session.dot_sent()
            session.receive(answer)
        return settled(session.lost("gone"))

    envelope = lost_after(b"250 ok\r\n")
    assert (envelope.kind, envelope.stage) == (ReplyKind.DEFERRED, Stage.RCPT)
    before = lost_after(b"250 ok\r\n250 ok\r\n354 go\r\n")
    assert (before.kind, before.stage) == (ReplyKind.DEFERRED, Stage.BODY)
    behind = lost_after(b"250 ok\r\n250 ok\r\n354 go\r\n", dot=True)
    assert (behind.kind, behind.stage) == (ReplyKind.UNCERTAIN, Stage.DOT)
    half = lost_after(b"250 ok\r\n250 ok\r\n354 go\r\n", dot=True, answer=b"250-kept\r\n25")
    assert (half.kind, half.stage) == (ReplyKind.UNCERTAIN, Stage.DOT)


@pytest.mark.parametrize("offers", [("PIPELINING",), ()])
def test_a_refused_recipient_costs_a_reset_and_not_the_connection(offers: tuple[str, ...]) -> None:
    session = ready(*offers)
    begin(session)
    session.receive(b"250 ok\r\n")
    effects = session.receive(b"550 5.1.1 unknown\r\n")
    if offers:
        assert effects == []
        effects = session.receive(b"554 5.5.1 no recipients\r\n")
    assert len(effects) == 1
    reply = settled(effects)
    assert (reply.kind, reply.stage, reply.enhanced) == (ReplyKind.REJECTED, Stage.RCPT, "5.1.1")
    assert begin(session, outgoing("next")).startswith(b"RSET\r\n")


def test_a_refusal_known_before_the_connection_broke_stands() -> None:
    session = ready("PIPELINING")
    begin(session)
    session.receive(b"250 ok\r\n550 5.1.1 unknown\r\n")
    reply = settled(session.lost("gone"))
    assert (reply.kind, reply.enhanced) == (ReplyKind.REJECTED, "5.1.1")


def test_a_go_ahead_in_spite_of_a_refused_recipient_gets_no_dot() -> None:
    session = ready("PIPELINING")
    begin(session)
    effects = session.receive(b"250 ok\r\n550 5.1.1 unknown\r\n354 go\r\n")
    assert settled(effects).kind is ReplyKind.REJECTED
    assert effects[-1] == HangUp()
    assert not any(isinstance(effect, Send) for effect in effects)


def test_a_refused_sender_needs_no_reset() -> None:
    session = ready("PIPELINING")
    begin(session)
    reply = settled(session.receive(b"550 5.7.1 not you\r\n503 mail first\r\n503 mail first\r\n"))
    assert (reply.kind, reply.stage) == (ReplyKind.DEFERRED, Stage.MAIL)
    assert begin(session, outgoing("next")).startswith(b"MAIL")


def test_a_reset_that_is_refused_ends_the_connection() -> None:
    session = ready()
    begin(session)
    session.receive(b"250 ok\r\n")
    session.receive(b"550 unknown\r\n")
    assert begin(session, outgoing("next")) == b"RSET\r\n"
    effects = session.receive(b"500 what?\r\n")
    assert settled(effects).kind is ReplyKind.DEFERRED
    assert effects[-1] == HangUp()


def test_replies_that_slipped_by_one_never_release_a_body() -> None:
    session = ready("PIPELINING")
    begin(session)
    effects = session.receive(b"250 of another\r\n250 ok\r\n250 ok\r\n354 go\r\n")
    assert settled(effects).kind is ReplyKind.DEFERRED
    assert effects[-1] == HangUp()


@pytest.mark.parametrize("more", [b"250 once more\r\n", b"what?\r\n"])
def test_what_follows_an_accepting_reply_ends_the_connection_only(more: bytes) -> None:
    session = ready("PIPELINING")
    begin(session)
    session.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
    session.dot_sent()
    effects = session.receive(b"250 kept\r\n" + more)
    assert settled(effects).kind is ReplyKind.ACCEPTED
    assert effects[-1] == HangUp()


def test_a_relay_that_leaves_between_messages_harms_none() -> None:
    assert ready().receive(b"421 idle for too long\r\n") == [HangUp()]
    assert ready().lost("gone") == [HangUp()]


def test_starttls_comes_before_anything_of_value_and_offers_are_read_anew() -> None:
    relay = Relay(host="mx.example.com", port=587, credentials=Credentials(user="me", password="pw"))
    session = Session(relay)
    session.connected("me.example.com")
    session.receive(b"220 hello\r\n")
    assert session.receive(ehlo("STARTTLS", "AUTH PLAIN", "PIPELINING")) == [Send(data=b"STARTTLS\r\n")]
    assert session.receive(b"220 go\r\n") == [StartTls()]
    assert session.secured() == [Send(data=b"EHLO me.example.com\r\n")]
    assert session.receive(ehlo("AUTH LOGIN")) == [Send(data=b"AUTH LOGIN\r\n")]
    assert session.receive(b"334 VXNlcm5hbWU6\r\n") == [Send(data=b"bWU=\r\n")]
    assert session.receive(b"334 UGFzc3dvcmQ6\r\n") == [Send(data=b"cHc=\r\n")]
    assert session.receive(b"235 welcome\r\n") == [Ready()]
    assert begin(session) == b"MAIL FROM:<from@example.com>\r\n"


def test_words_slipped_in_before_the_handshake_end_the_connection() -> None:
    session = Session(Relay(host="mx.example.com", port=587))
    session.connected("me")
    session.receive(b"220 hello\r\n")
    session.receive(ehlo("STARTTLS"))
    failed, hang_up = session.receive(b"220 go\r\n250 injected\r\n")
    assert isinstance(failed, Failed)
    assert hang_up == HangUp()


@pytest.mark.parametrize(
    ("relay", "offers", "stage"),
    [
        (Relay(host="mx.example.com", port=25), (), Stage.STARTTLS),
        (
            Relay(
                host="mx.example.com", port=25, tls=Tls.NONE, credentials=Credentials(user="u", password="p")
            ),
            ("AUTH PLAIN",),
            Stage.AUTH,
        ),
        (
            Relay(host="localhost", port=25, credentials=Credentials(user="u", password="p")),
            ("AUTH NTLM",),
            Stage.AUTH,
        ),
    ],
)
def test_what_protects_is_never_left_out(relay: Relay, offers: tuple[str, ...], stage: Stage) -> None:
    session = Session(relay)
    session.connected("me")
    session.receive(b"220 hello\r\n")
    failed, hang_up = session.receive(ehlo(*offers))
    assert isinstance(failed, Failed)
    assert failed.trouble.stage is stage
    assert hang_up == HangUp()


def test_implicit_tls_shakes_hands_before_the_greeting() -> None:
    session = Session(Relay(host="mx.example.com", port=465, tls=Tls.IMPLICIT))
    assert session.connected("me") == [StartTls()]
    assert stage_of(session) is Stage.STARTTLS
    assert session.secured() == []
    assert stage_of(session) is Stage.GREETING


def test_a_refused_sign_in_is_told_without_the_password() -> None:
    session = Session(Relay(host="localhost", port=25, credentials=Credentials(user="me", password="quiet")))
    session.connected("me")
    session.receive(b"220 hello\r\n")
    effects = session.receive(ehlo("AUTH PLAIN")) + session.receive(b"535 5.7.8 wrong\r\n")
    assert (
        Failed(Trouble(stage=Stage.AUTH, code=535, enhanced="5.7.8", text="the relay refused at auth: wrong"))
        in effects
    )
    assert effects[-2:] == [Send(data=b"QUIT\r\n"), HangUp()]
    assert "quiet" not in repr(effects)
    assert "AHF1aWV0" not in repr(effects)


_PASSWORD = "quiet/w0rd @x"
_HEARD = [
    _PASSWORD.encode(),
    b64encode(_PASSWORD.encode()),
    b"AUTH PLAIN " + b64encode(b"\0me\0" + _PASSWORD.encode()),
]


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("heard", _HEARD)
@pytest.mark.parametrize("said", [b"535 5.7.8 denied: %s\r\n", b"535-no\r\n535 %s\r\n", b"echo %s\r\n"])
def test_a_relay_that_repeats_a_sign_in_gives_nothing_away(mechanism: str, heard: bytes, said: bytes) -> None:
    relay = Relay(host="localhost", port=25, credentials=Credentials(user="me", password=_PASSWORD))
    session = Session(relay)
    session.connected("me")
    session.receive(b"220 hello\r\n")
    session.receive(ehlo(f"AUTH {mechanism}"))

    failed, *_ = session.receive(said % heard)

    assert isinstance(failed, Failed)
    assert "***" in failed.trouble.text
    assert "quiet" not in failed.trouble.text
    for form in (_PASSWORD, f"\0me\0{_PASSWORD}"):
        assert b64encode(form.encode()).decode()[:12] not in failed.trouble.text


def test_what_a_relay_says_of_mails_is_told_as_it_is() -> None:
    relay = Relay(host="localhost", port=25, credentials=Credentials(user="me", password="ok"))
    session = Session(relay)
    session.connected("me")
    session.receive(b"220 hello\r\n")
    session.receive(ehlo("AUTH PLAIN"))
    session.receive(b"235 2.7.0 ok\r\n")
    session.submit(outgoing())

    session.receive(b"250 ok\r\n")
    effects = session.receive(b"550 5.1.1 not ok\r\n")

    assert [effect.reply.text for effect in effects if isinstance(effect, Settled)] == ["not ok"]


@pytest.mark.parametrize(
    ("message", "offers", "parameters"),
    [
        (outgoing(), ("SIZE",), b" SIZE=21"),
        (outgoing(data=b"a: b\r\n\r\n\xc3\xa9\r\n"), ("8BITMIME",), b" BODY=8BITMIME"),
        (outgoing(data=b"a: \xc3\xa9\r\n\r\n"), ("8BITMIME", "SMTPUTF8"), b" BODY=8BITMIME SMTPUTF8"),
        (outgoing(recipient="é@example.com"), ("SMTPUTF8",), b" SMTPUTF8"),
        (outgoing(), ("SIZE 100", "8BITMIME", "SMTPUTF8"), b" SIZE=21"),
    ],
)
def test_mail_says_what_the_relay_offers_to_hear(
    message: Outgoing, offers: tuple[str, ...], parameters: bytes
) -> None:
    assert begin(ready(*offers), message) == b"MAIL FROM:<from@example.com>" + parameters + b"\r\n"


@pytest.mark.parametrize(
    ("message", "offers", "kind", "stage", "enhanced"),
    [
        (
            outgoing(recipient="to@example.com>\r\nRCPT TO:<e@example.com"),
            (),
            ReplyKind.REJECTED,
            Stage.RCPT,
            None,
        ),
        (outgoing(sender="no address"), (), ReplyKind.DEFERRED, Stage.MAIL, None),
        (outgoing(data=b"a\nb\r\n"), (), ReplyKind.REJECTED, Stage.BODY, None),
        (outgoing(data=b"x" * 101), ("SIZE 100",), ReplyKind.REJECTED, Stage.MAIL, "5.3.4"),
        (outgoing(data=b"\xff\r\n"), (), ReplyKind.REJECTED, Stage.MAIL, "5.6.3"),
        (outgoing(recipient="é@example.com"), (), ReplyKind.REJECTED, Stage.MAIL, "5.6.7"),
    ],
)
def test_what_cannot_be_sent_is_refused_without_a_word_to_the_relay(
    message: Outgoing, offers: tuple[str, ...], kind: ReplyKind, stage: Stage, enhanced: str | None
) -> None:
    session = ready(*offers)
    (effect,) = session.submit(message)
    assert isinstance(effect, Settled)
    assert (effect.reply.kind, effect.reply.stage, effect.reply.enhanced) == (kind, stage, enhanced)
    assert effect.reply.code is None
    assert begin(session).startswith(b"MAIL")


def test_goodbye_may_go_unanswered() -> None:
    session = ready()
    assert session.quit() == [Send(data=b"QUIT\r\n")]
    assert stage_of(session) is Stage.QUIT
    assert session.lost("gone") == [HangUp()]
    answered = ready()
    answered.quit()
    assert answered.receive(b"221 bye\r\n") == [HangUp()]


def test_only_the_first_end_of_a_connection_counts() -> None:
    session = ready()
    session.lost("gone")
    assert session.lost("gone again") == []
    assert session.receive(b"250 ok\r\n") == []


@pytest.mark.parametrize(
    "heard",
    [
        b"250 ok\r\n250 2.1.5 ok\r\n354 go\r\n",
        b"250\r\n251 ok\r\n354\r\n",
        b"250-ok\r\n250 so\r\n250 ok\r\n354 go\r\n",
        b"250 ok\r\n550 5.1.1 unknown\r\n354 go\r\n",
        b"250 ok\r\n250 ok\r\n354 go\r\n250 too early\r\n",
        b"250 ok\r\n250 ok\r\n250 ok\r\n",
        b"250 ok\r\n250 ok\n354 go\r\n",
        b"250 ok\r\n260 ok\r\n354 go\r\n",
        b"250 ok\r\n421 bye\r\n",
        b"250 " + b"x" * 2100 + b"\r\n250 ok\r\n354 go\r\n",
    ],
)
def test_replies_mean_the_same_in_one_piece_and_in_many(heard: bytes) -> None:
    def hear(pieces: Sequence[bytes]) -> tuple[list[Effect], Stage]:
        session = ready("PIPELINING")
        begin(session)
        effects = [effect for piece in pieces for effect in session.receive(piece)]
        return effects, session.stage

    whole = hear([heard])
    assert whole == hear([heard[:-1], heard[-1:]])
    if not heard.endswith(b"early\r\n"):  # what comes behind a go-ahead is seen only if it comes with it
        assert whole == hear([bytes([byte]) for byte in heard])


@pytest.mark.parametrize("end", [b"421 4.3.2 closing\r\n", b""], ids=["421", "closed"])
def test_a_connection_that_ends_at_mail_says_nothing_of_the_message(end: bytes) -> None:
    def cut_short(session: Session) -> Reply:
        begin(session)
        return settled(session.receive(end) if end else session.lost("closed"))

    fresh = cut_short(ready("PIPELINING"))
    assert (fresh.kind, fresh.stage, fresh.about) == (ReplyKind.DEFERRED, Stage.MAIL, About.RELAY)
    used = ready("PIPELINING")
    begin(used)
    used.receive(b"250 ok\r\n450 4.2.1 later\r\n503 what?\r\n")
    after = cut_short(used)
    assert (after.kind, after.stage, after.about) == (ReplyKind.DEFERRED, Stage.MAIL, About.CONNECTION)


def test_a_connection_that_ends_behind_mail_may_have_been_ended_by_the_message() -> None:
    session = ready("PIPELINING")
    begin(session)
    reply = settled(session.receive(b"250 ok\r\n421 4.3.2 closing\r\n"))
    assert (reply.stage, reply.about) == (Stage.RCPT, About.MESSAGE)


def with_report(**changes: str) -> Outgoing:
    return replace(outgoing(**changes), envelope_id="ab=c+1")


@pytest.mark.parametrize(
    ("message", "mail", "rcpt"),
    [
        (
            with_report(),
            b"MAIL FROM:<from@example.com> RET=HDRS ENVID=ab+3Dc+2B1\r\n",
            b"RCPT TO:<to@example.com> NOTIFY=FAILURE ORCPT=rfc822;to@example.com\r\n",
        ),
        (
            with_report(recipient="to+a=b@example.com"),
            b"MAIL FROM:<from@example.com> RET=HDRS ENVID=ab+3Dc+2B1\r\n",
            b"RCPT TO:<to+a=b@example.com> NOTIFY=FAILURE ORCPT=rfc822;to+2Ba+3Db@example.com\r\n",
        ),
        (
            outgoing(sender=""),
            b"MAIL FROM:<> RET=HDRS\r\n",
            b"RCPT TO:<to@example.com> NOTIFY=NEVER ORCPT=rfc822;to@example.com\r\n",
        ),
    ],
)
def test_reports_of_failures_are_asked_for_where_they_are_offered(
    message: Outgoing, mail: bytes, rcpt: bytes
) -> None:
    assert begin(ready("PIPELINING", "DSN"), message) == mail + rcpt + b"DATA\r\n"


def test_reports_that_nobody_wants_are_not_asked_for() -> None:
    unwilling = ready("DSN", relay=replace(PLAIN, wants_reports=False))
    assert begin(unwilling, with_report()) == b"MAIL FROM:<from@example.com>\r\n"
