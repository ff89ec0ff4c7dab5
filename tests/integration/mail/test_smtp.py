"""The SMTP mailer against aiosmtpd, another hand's server: bytes, TLS, sign-in, many connections."""

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from jo.mail.auth import Credentials
from jo.mail.pool import GROWTH_PAUSE
from jo.mail.relay import Relay, Tls
from jo.mail.smtp import SmtpMailer
from jo.ports.errors import WorldError
from jo.ports.mailer import About, Outgoing, ReplyKind, Stage
from tests.support.certificates import Certificate, make_certificate
from tests.support.mailing import RELAY, exchange

SIMPLE = b"Subject: hi\r\n\r\nhello\r\n"


@dataclass
class Witness:
    """What the server saw. Once `gathering` is set, messages wait for each other before they are taken."""

    port: int = 0
    messages: list[tuple[str, str, bytes]] = field(default_factory=list)
    connections: int = 0
    refused: int = 0
    sign_ins: int = 0
    gathering: int = 0
    held: set[str] = field(default_factory=set)
    """Recipients whose messages get no reply as long as they stand here."""
    room: int = 100
    """How many connections there may be at once."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert envelope.mail_from is not None
        assert isinstance(envelope.content, bytes)
        self.messages.append((envelope.mail_from, envelope.rcpt_tos[0], envelope.content))
        while len(self.messages) < self.gathering or envelope.rcpt_tos[0] in self.held:
            await asyncio.sleep(0)
        return "250 2.0.0 kept"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        self.sign_ins += 1
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"jo", b"secret")
        return AuthResult(success=good, handled=False)


class Counted(SMTP):
    """Makes room for another connection when it ends."""

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.room += 1
        super().connection_lost(error)


class Crowded(asyncio.Protocol):
    """Says what a relay says when it has enough connections."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"421 4.7.0 too many connections\r\n")
        transport.close()


@contextmanager
def relay_server(
    *, room: int = 100, implicit: ssl.SSLContext | None = None, **options: Any
) -> Iterator[Witness]:
    """Run a server with room for so many connections at once."""
    witness = Witness(room=room)
    loop = asyncio.new_event_loop()

    def welcome() -> asyncio.BaseProtocol:
        if witness.room == 0:
            witness.refused += 1
            return Crowded()
        witness.room -= 1
        witness.connections += 1
        return Counted(
            witness,
            hostname="relay.test",
            loop=loop,
            enable_SMTPUTF8=True,
            authenticator=witness.authenticate,
            **options,
        )

    server = loop.run_until_complete(loop.create_server(welcome, "127.0.0.1", 0, ssl=implicit))
    witness.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def stop() -> None:
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await loop.shutdown_default_executor()

    try:
        yield witness
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def outgoing(key: str, data: bytes = SIMPLE, *, recipient: str = "to@example.com") -> Outgoing:
    return Outgoing(key=key, sender="from@example.com", recipient=recipient, data=data)


def mailer_for(
    witness: Witness, *, clock: Callable[[], float] | None = None, host: str = "127.0.0.1", **settings: Any
) -> closing[SmtpMailer]:
    relay = Relay(host=host, port=witness.port, **settings)
    return closing(SmtpMailer({RELAY: relay}, clock=clock) if clock else SmtpMailer({RELAY: relay}))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"), "DNS:localhost", "IP:127.0.0.1")


def server_context(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.file, certificate.key_file)
    return context


# Bytes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"Subject: dots\r\n\r\n.\r\n..\r\n.a\r\n\r\n.\r\n",
        b"Subject: no body\r\n\r\n",
        b"Subject: long\r\n\r\n" + b"x" * 998 + b"\r\n",
        "Subject: 8-bit\r\n\r\nGrüße, 日本\r\n".encode(),
        "Subject: Grüße\r\n\r\nhello\r\n".encode(),
        b"Subject: large\r\n\r\n" + b".much of it\r\n" * 100_000,
    ],
    ids=["dots", "no body", "long line", "8-bit", "header beyond ascii", "large"],
)
def test_a_message_arrives_byte_for_byte(data: bytes) -> None:
    with relay_server() as witness, mailer_for(witness) as mailer:
        (reply,) = exchange(mailer, [outgoing("one", data)])
        assert reply.kind is ReplyKind.ACCEPTED, reply
        assert witness.messages == [("from@example.com", "to@example.com", data)]


def test_a_message_leaves_signed_where_the_relay_has_keys() -> None:
    with relay_server() as witness, mailer_for(witness, sign=b"Signed: yes\r\n".__add__) as mailer:
        exchange(mailer, [outgoing("one"), outgoing("two")])

        assert [data for *_, data in witness.messages] == [b"Signed: yes\r\n" + SIMPLE] * 2


def test_an_international_address_arrives_as_it_is() -> None:
    with relay_server() as witness, mailer_for(witness) as mailer:
        (reply,) = exchange(mailer, [outgoing("one", recipient="jürgen@münchen.example")])
        assert reply.kind is ReplyKind.ACCEPTED, reply
        assert witness.messages[0][1] == "jürgen@xn--mnchen-3ya.example"


def test_a_message_beyond_the_announced_size_is_not_even_offered() -> None:
    with relay_server(data_size_limit=1000) as witness, mailer_for(witness) as mailer:
        (reply,) = exchange(mailer, [outgoing("one", b"x" * 1001)])
        assert (reply.kind, reply.stage, reply.enhanced) == (ReplyKind.REJECTED, Stage.MAIL, "5.3.4")
        assert witness.messages == []


# Many connections ----------------------------------------------------------------------------------


def test_messages_of_a_batch_are_under_way_at_the_same_time() -> None:
    with relay_server() as witness, mailer_for(witness, connections=8) as mailer:
        witness.gathering = 8  # none is taken before all are there
        replies = exchange(mailer, [outgoing(str(number)) for number in range(8)])
        assert [reply.kind for reply in replies] == [ReplyKind.ACCEPTED] * 8
        assert witness.connections == 8


def test_connections_are_kept_between_rounds() -> None:
    with relay_server() as witness, mailer_for(witness, connections=2) as mailer:
        for turn in range(5):
            exchange(mailer, [outgoing(f"{turn}a"), outgoing(f"{turn}b")])
        assert (len(witness.messages), witness.connections) == (10, 2)


def test_a_connection_is_left_politely_after_so_many_messages() -> None:
    with relay_server() as witness, mailer_for(witness, connections=1, messages_per_connection=3) as mailer:
        replies = exchange(mailer, [outgoing(str(number)) for number in range(12)])
        assert [reply.kind for reply in replies] == [ReplyKind.ACCEPTED] * 12
        assert (len(witness.messages), witness.connections, witness.refused) == (12, 4, 0)


def test_a_slow_reply_keeps_no_other_message_waiting() -> None:
    with relay_server() as witness, mailer_for(witness, connections=2) as mailer:
        witness.held.add("slow@example.com")
        mailer.submit(RELAY, [outgoing("slow", recipient="slow@example.com")])
        others = [outgoing(str(number)) for number in range(3)]
        assert [reply.key for reply in exchange(mailer, others)] == ["0", "1", "2"]
        witness.held.clear()
        assert [reply.key for reply in mailer.collect(10)] == ["slow"]


def test_a_relay_with_room_for_two_gets_all_messages_over_two_connections() -> None:
    moments = [0.0]
    with (
        relay_server(room=2) as witness,
        mailer_for(witness, connections=5, clock=lambda: moments[0], idle=10 * GROWTH_PAUSE) as mailer,
    ):
        for turn in range(3):
            replies = exchange(mailer, [outgoing(f"{turn}-{place}") for place in range(5)])
            assert [reply.kind for reply in replies] == [ReplyKind.ACCEPTED] * 5
        assert (len(witness.messages), witness.connections) == (15, 2)
        refused = witness.refused
        assert 1 <= refused <= 3  # in the first round only
        moments[0] += GROWTH_PAUSE
        exchange(mailer, [outgoing(f"later-{place}") for place in range(5)])
        assert witness.refused > refused


def test_a_connection_left_idle_for_long_is_opened_anew() -> None:
    moments = [0.0]
    with relay_server() as witness, mailer_for(witness, clock=lambda: moments[0]) as mailer:
        exchange(mailer, [outgoing("one")])
        moments[0] += 31
        (reply,) = exchange(mailer, [outgoing("two")])
        assert reply.kind is ReplyKind.ACCEPTED
        assert witness.connections == 2


def test_a_message_of_a_broken_off_round_leaves_no_half_dialog_behind() -> None:
    def clock() -> float:
        if interrupted:
            interrupted.pop()
            raise KeyboardInterrupt
        return 0.0

    interrupted: list[bool] = []
    with relay_server() as witness, mailer_for(witness, clock=clock) as mailer:
        exchange(mailer, [outgoing("one")])
        mailer.submit(RELAY, [outgoing("two")])
        interrupted.append(True)
        with pytest.raises(KeyboardInterrupt):
            mailer.collect(10)
        (reply,) = exchange(mailer, [outgoing("three", b"Subject: three\r\n\r\n")])
        assert reply.kind is ReplyKind.ACCEPTED
        assert witness.messages[-1][2] == b"Subject: three\r\n\r\n"
        assert witness.connections == 2


# No relay ------------------------------------------------------------------------------------------


def test_an_unreachable_relay_defers_every_message() -> None:
    with relay_server() as witness:
        pass
    with mailer_for(witness) as mailer:
        replies = exchange(mailer, [outgoing(key) for key in "abc"])
    assert [reply.key for reply in replies] == ["a", "b", "c"]
    assert {(reply.kind, reply.stage, reply.about) for reply in replies} == {
        (ReplyKind.DEFERRED, Stage.CONNECT, About.RELAY)
    }
    assert "refused" in replies[0].text


def test_a_name_that_does_not_resolve_defers_every_message() -> None:
    with closing(SmtpMailer({RELAY: Relay(host="a" * 64 + ".invalid", port=25)})) as mailer:
        (reply,) = exchange(mailer, [outgoing("one")])
    assert (reply.kind, reply.stage) == (ReplyKind.DEFERRED, Stage.CONNECT)
    assert "cannot be resolved" in reply.text


# TLS and sign-in -----------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_starttls_with_a_trusted_certificate(certificate: Certificate, host: str) -> None:
    with (
        relay_server(tls_context=server_context(certificate), require_starttls=True) as witness,
        mailer_for(witness, host=host, tls=Tls.STARTTLS, ca_file=certificate.file) as mailer,
    ):
        data = b"Subject: large\r\n\r\n" + b".much of it\r\n" * 100_000
        (reply,) = exchange(mailer, [outgoing("one", data)])
        assert reply.kind is ReplyKind.ACCEPTED, reply
        assert witness.messages[0][2] == data


def test_implicit_tls(certificate: Certificate) -> None:
    with (
        relay_server(implicit=server_context(certificate)) as witness,
        mailer_for(witness, tls=Tls.IMPLICIT, ca_file=certificate.file, connections=2) as mailer,
    ):
        replies = exchange(mailer, [outgoing("one"), outgoing("two")])
        assert [reply.kind for reply in replies] == [ReplyKind.ACCEPTED] * 2


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
def test_an_unknown_authority_is_refused(certificate: Certificate, tls: Tls) -> None:
    context = server_context(certificate)
    implicit = context if tls is Tls.IMPLICIT else None
    with (
        relay_server(tls_context=context, implicit=implicit) as witness,
        mailer_for(witness, tls=tls) as mailer,
    ):
        (reply,) = exchange(mailer, [outgoing("one")])
        assert (reply.kind, reply.stage) == (ReplyKind.DEFERRED, Stage.STARTTLS)
        assert "certificate is not trusted" in reply.text
        assert witness.messages == []


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    other = make_certificate(tmp_path, "DNS:relay.example.com")
    with (
        relay_server(tls_context=server_context(other)) as witness,
        mailer_for(witness, host="localhost", tls=Tls.STARTTLS, ca_file=other.file) as mailer,
    ):
        (reply,) = exchange(mailer, [outgoing("one")])
        assert (reply.kind, reply.stage) == (ReplyKind.DEFERRED, Stage.STARTTLS)
        assert "ostname mismatch" in reply.text
        assert witness.messages == []


def test_a_relay_without_starttls_gets_nothing_when_tls_is_required() -> None:
    with relay_server() as witness, mailer_for(witness, tls=Tls.STARTTLS) as mailer:
        (reply,) = exchange(mailer, [outgoing("one")])
        assert (reply.kind, reply.stage) == (ReplyKind.DEFERRED, Stage.STARTTLS)
        assert witness.messages == []


@pytest.mark.parametrize("rudely", [False, True])
def test_a_relay_that_leaves_before_the_handshake_defers(rudely: bool) -> None:
    def leave(listener: socket.socket) -> None:
        client, _ = listener.accept()
        with client, client.makefile("rb") as lines:
            client.sendall(b"220 hello\r\n")
            lines.readline()
            client.sendall(b"250-relay\r\n250 STARTTLS\r\n")
            lines.readline()
            if rudely:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sendall(b"220 go\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=leave, args=(listener,))
        server.start()
        witness = Witness(port=listener.getsockname()[1])
        with mailer_for(witness, tls=Tls.STARTTLS, connections=1) as mailer:
            (reply,) = exchange(mailer, [outgoing("one")])
        server.join()
    assert (reply.kind, reply.stage) == (ReplyKind.DEFERRED, Stage.STARTTLS)
    assert reply.text


def test_certificates_that_cannot_be_read_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match=r"certificates in .* cannot be read"):
        SmtpMailer({RELAY: Relay(host="mx.example.com", port=587, ca_file=tmp_path / "missing.pem")})


@pytest.mark.parametrize("excluded", [["LOGIN"], ["PLAIN"]], ids=["plain", "login"])
def test_sign_in_under_tls(certificate: Certificate, excluded: list[str]) -> None:
    with (
        relay_server(
            tls_context=server_context(certificate), auth_required=True, auth_exclude_mechanism=excluded
        ) as witness,
        mailer_for(
            witness,
            tls=Tls.STARTTLS,
            ca_file=certificate.file,
            credentials=Credentials(user="jo", password="secret"),
        ) as mailer,
    ):
        (reply,) = exchange(mailer, [outgoing("one")])
        assert reply.kind is ReplyKind.ACCEPTED, reply


def test_a_wrong_password_is_tried_once_a_round_and_blames_nobody(certificate: Certificate) -> None:
    with (
        relay_server(tls_context=server_context(certificate), auth_required=True) as witness,
        mailer_for(
            witness,
            tls=Tls.STARTTLS,
            ca_file=certificate.file,
            credentials=Credentials(user="jo", password="wrong"),
        ) as mailer,
    ):
        replies = exchange(mailer, [outgoing(key) for key in "abcde"])
        assert {(reply.kind, reply.stage, reply.code) for reply in replies} == {
            (ReplyKind.DEFERRED, Stage.AUTH, 535)
        }
        assert (witness.connections, witness.sign_ins) == (1, 1)
        assert "wrong" not in repr(replies)


def test_a_relay_that_wants_a_sign_in_blames_nobody(certificate: Certificate) -> None:
    with (
        relay_server(tls_context=server_context(certificate), auth_required=True) as witness,
        mailer_for(witness, tls=Tls.STARTTLS, ca_file=certificate.file) as mailer,
    ):
        (reply,) = exchange(mailer, [outgoing("one")])
        assert (reply.kind, reply.code) == (ReplyKind.DEFERRED, 530)
        assert witness.messages == []
