"""What every mailer promises, held to by the folder and by SMTP to a server that keeps files."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from queue import Queue

import pytest

from jo.mail.folder import LOG_NAME
from jo.mail.relay import Relay
from jo.mail.sink import FolderMailer
from jo.mail.sink_server import serve
from jo.mail.smtp import SmtpMailer
from jo.ports.mailer import Mailer, Outgoing, ReplyKind, Stage
from tests.support.mailing import RELAY, exchange

CONNECTIONS = 3
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@contextmanager
def folder_mailer(directory: Path) -> Iterator[Mailer]:
    with closing(FolderMailer(RELAY, directory, clock=lambda: NOON, connections=CONNECTIONS)) as mailer:
        yield mailer


@contextmanager
def smtp_mailer(directory: Path) -> Iterator[Mailer]:
    ports: Queue[int] = Queue()
    stop = threading.Event()
    server = threading.Thread(target=serve, args=(directory, 0, ports.put, stop))
    server.start()
    try:
        relay = Relay(host="127.0.0.1", port=ports.get(timeout=10), connections=CONNECTIONS)
        with closing(SmtpMailer({RELAY: relay})) as mailer:
            yield mailer
    finally:
        stop.set()
        server.join()


@pytest.fixture(params=[folder_mailer, smtp_mailer])
def mailer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mailer]:
    make: Callable[[Path], AbstractContextManager[Mailer]] = request.param
    with make(tmp_path) as made:
        yield made


def outgoing(
    key: str, *, recipient: str = "to@example.com", data: bytes = b"Subject: hi\r\n\r\nhello\r\n"
) -> Outgoing:
    return Outgoing(key=key, sender="from@example.com", recipient=recipient, data=data)


def kept(directory: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(directory.glob("*.eml"))]


def test_every_message_gets_one_reply(mailer: Mailer, tmp_path: Path) -> None:
    replies = exchange(mailer, [outgoing(key) for key in "cab"])
    assert [reply.key for reply in replies] == ["c", "a", "b"]
    assert {(reply.kind, reply.stage) for reply in replies} == {(ReplyKind.ACCEPTED, Stage.DOT)}
    assert len(kept(tmp_path)) == 3
    assert mailer.collect(0) == []


def test_there_is_room_for_one_message_on_each_connection(mailer: Mailer) -> None:
    assert (mailer.connections(RELAY), mailer.room(RELAY)) == (CONNECTIONS, CONNECTIONS)
    mailer.submit(RELAY, [outgoing("a"), outgoing("b")])
    assert mailer.room(RELAY) >= CONNECTIONS - 2
    found = {reply.key for _ in range(2) for reply in mailer.collect(10)}
    assert found == {"a", "b"}
    assert mailer.room(RELAY) == CONNECTIONS


def test_nothing_under_way_is_waited_for_no_longer(mailer: Mailer, tmp_path: Path) -> None:
    mailer.submit(RELAY, [])
    assert mailer.collect(1_000_000) == []
    assert mailer.abandon() == []
    assert kept(tmp_path) == []


def test_a_relay_that_is_not_known_has_no_room(mailer: Mailer) -> None:
    assert list(mailer.relays) == [RELAY]
    assert (mailer.connections("other"), mailer.room("other")) == (0, 0)
    with pytest.raises(ValueError, match="1 messages where there is room for 0"):
        mailer.submit("other", [outgoing("a")])


def test_rounds_follow_each_other(mailer: Mailer, tmp_path: Path) -> None:
    for turn in range(4):
        replies = exchange(mailer, [outgoing(f"{turn}-{place}") for place in range(CONNECTIONS)])
        assert all(reply.kind is ReplyKind.ACCEPTED for reply in replies)
    assert len(kept(tmp_path)) == 4 * CONNECTIONS


@pytest.mark.parametrize(
    "data",
    [
        b"Subject: dots\r\n\r\n.\r\n..\r\n.a\r\n\r\n.\r\n",
        b".begins with a dot\r\n",
        b"Subject: no body\r\n\r\n",
        b"Subject: long\r\n\r\n" + b"x" * 998 + b"\r\n" + b"." * 5000 + b"\r\n",
        b"Subject: 8-bit\r\n\r\n" + bytes(range(128, 256)) + b"\r\n",
        "Subject: Grüße\r\n\r\n日本\r\n".encode(),
        b"Subject: large\r\n\r\n" + b".much of it\r\n" * 200_000,
        b"",
    ],
    ids=["dots", "first dot", "no body", "long lines", "8-bit", "header beyond ascii", "large", "empty"],
)
def test_a_message_arrives_byte_for_byte(mailer: Mailer, tmp_path: Path, data: bytes) -> None:
    (reply,) = exchange(mailer, [outgoing("one", data=data)])
    assert reply.kind is ReplyKind.ACCEPTED
    assert kept(tmp_path) == [data]


def test_a_message_sent_twice_is_kept_twice(mailer: Mailer, tmp_path: Path) -> None:
    exchange(mailer, [outgoing("one")])
    exchange(mailer, [outgoing("one")])
    assert len(kept(tmp_path)) == 2


@pytest.mark.parametrize(
    "bad",
    [
        outgoing("bad", recipient="to@example.com>\r\nRCPT TO:<eve@example.com"),
        outgoing("bad", recipient="nobody"),
        outgoing("bad", data=b"Subject: hi\r\n\r\n.\nMAIL FROM:<eve@example.com>\r\n"),
    ],
    ids=["two recipients", "no address", "smuggled"],
)
def test_what_could_break_the_dialog_is_rejected_alone(mailer: Mailer, tmp_path: Path, bad: Outgoing) -> None:
    first, middle, last = exchange(mailer, [outgoing("first"), bad, outgoing("last")])
    assert (middle.kind, middle.code) == (ReplyKind.REJECTED, None)
    assert middle.text
    assert first.kind is last.kind is ReplyKind.ACCEPTED
    assert len(kept(tmp_path)) == 2


def test_more_messages_than_there_is_room_for_are_the_callers_mistake(mailer: Mailer, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="4 messages where there is room for 3"):
        mailer.submit(RELAY, [outgoing(key) for key in "abcd"])
    with pytest.raises(ValueError, match="a key is under way twice"):
        mailer.submit(RELAY, [outgoing("a"), outgoing("a")])
    assert mailer.collect(0) == []
    assert kept(tmp_path) == []


def test_what_is_broken_off_has_an_end_that_is_true(mailer: Mailer, tmp_path: Path) -> None:
    mailer.submit(RELAY, [outgoing("a"), outgoing("b")])
    replies = mailer.abandon()
    assert {reply.key for reply in replies} == {"a", "b"}
    assert {reply.kind for reply in replies} <= {ReplyKind.ACCEPTED, ReplyKind.DEFERRED}
    assert len(kept(tmp_path)) == sum(reply.kind is ReplyKind.ACCEPTED for reply in replies)
    (reply,) = exchange(mailer, [outgoing("a")])
    assert reply.kind is ReplyKind.ACCEPTED


def test_a_closed_mailer_may_be_used_again(mailer: Mailer, tmp_path: Path) -> None:
    exchange(mailer, [outgoing("one")])
    mailer.close()
    mailer.close()
    exchange(mailer, [outgoing("two")])
    assert len(kept(tmp_path)) == 2


def test_a_file_name_is_readable_and_stays_in_the_folder(mailer: Mailer, tmp_path: Path) -> None:
    exchange(mailer, [outgoing("one", recipient="../é.lodie/x@example.com")])
    assert {path.name for path in tmp_path.iterdir()} == {"000001-..__.lodie_x@example.com.eml", LOG_NAME}
