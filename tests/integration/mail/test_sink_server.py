"""The server of demos, spoken to by smtplib and by hand."""

import json
import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from queue import Queue

import pytest

from jo.mail.folder import LOG_NAME
from jo.mail.sink_server import HOST, SIZE_LIMIT, serve

MESSAGE = b"Message-ID: <1@example.com>\r\nSubject: hi\r\n\r\nhello\r\n"


@contextmanager
def sink(directory: Path) -> Iterator[int]:
    ports: Queue[int] = Queue()
    stop = threading.Event()
    server = threading.Thread(target=serve, args=(directory, 0, ports.put, stop))
    server.start()
    try:
        yield ports.get(timeout=10)
    finally:
        stop.set()
        server.join(timeout=10)
    assert not server.is_alive()


def say(port: int, *lines: bytes) -> list[str]:
    """Say everything at once and return the codes of the answers, the greeting's first."""
    with socket.create_connection((HOST, port)) as client:
        client.sendall(b"".join(lines))
        client.shutdown(socket.SHUT_WR)
        heard = b"".join(iter(lambda: client.recv(65536), b""))
    return [line[:3].decode() for line in heard.splitlines() if line[3:4] == b" "]


def log(directory: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (directory / LOG_NAME).read_text("utf-8").splitlines()]


def test_another_client_delivers_and_the_log_names_the_file(tmp_path: Path) -> None:
    with sink(tmp_path / "new") as port, smtplib.SMTP(HOST, port) as client:
        client.sendmail("from@example.com", ["to@example.com"], MESSAGE)
    (line,) = log(tmp_path / "new")
    assert (tmp_path / "new" / str(line["file"])).read_bytes() == MESSAGE
    assert line["file"] == "000001-to@example.com.eml"
    assert (line["sender"], line["recipient"]) == ("from@example.com", "to@example.com")
    assert (line["bytes"], line["message_id"]) == (len(MESSAGE), "<1@example.com>")
    assert datetime.fromisoformat(str(line["at"])).tzinfo is not None


def test_a_new_run_goes_on_counting(tmp_path: Path) -> None:
    for _ in range(2):
        with sink(tmp_path) as port, smtplib.SMTP(HOST, port) as client:
            client.sendmail("from@example.com", ["to@example.com"], MESSAGE)
    assert [line["number"] for line in log(tmp_path)] == [1, 2]
    assert len(list(tmp_path.glob("*.eml"))) == 2


def test_it_listens_on_this_machine_only(tmp_path: Path) -> None:
    with sink(tmp_path) as port, pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", port))


def test_it_stops_though_a_client_stays(tmp_path: Path) -> None:
    with sink(tmp_path) as port:
        client = socket.create_connection((HOST, port))
        assert client.recv(100).startswith(b"220 ")
    with client:
        assert client.recv(100) == b""


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ((b"DATA\r\n",), "220 503"),
        ((b"RCPT TO:<a@b.c>\r\n",), "220 503"),
        ((b"MAIL FROM:<a@b.c>\r\n", b"MAIL FROM:<a@b.c>\r\n"), "220 250 503"),
        ((b"MAIL FROM:<>\r\n", b"RCPT TO:<a@b.c>\r\n", b"RCPT TO:<d@e.f>\r\n"), "220 250 250 452"),
        (
            (b"MAIL TO:<a@b.c>\r\n", b"MAIL FROM:a@b.c\r\n", b"MAIL FROM:<a@b.c> WHAT=1\r\n"),
            "220 501 501 555",
        ),
        ((b"MAIL FROM:<a@b.c> SIZE=%d\r\n" % (SIZE_LIMIT + 1),), "220 552"),
        (
            (b"mail from:<a@b.c> body=8bitmime\r\n", b"rset\r\n", b"noop\r\n", b"quit\r\n"),
            "220 250 250 250 221",
        ),
        ((b"EHLO\r\n", b"HELO me\r\n", b"EHLO me\r\n"), "220 501 250 250"),
        ((b"bare line feed\n", b"\xff\r\n", b"VRFY a\r\n"), "220 500 500 500"),
        ((b"x" * 5000,), "220"),
        (
            (
                b"MAIL FROM:<a@b.c>\r\n",
                b"RCPT TO:<a@b.c>\r\n",
                b"DATA\r\n",
                b"smuggled\n.\nQUIT\r\n",
                b".\r\n",
                b"NOOP\r\n",
            ),
            "220 250 250 354 550 250",
        ),
    ],
)
def test_it_is_as_strict_as_a_good_relay(tmp_path: Path, lines: tuple[bytes, ...], codes: str) -> None:
    with sink(tmp_path) as port:
        assert say(port, *lines) == codes.split()
    assert list(tmp_path.iterdir()) == []


def test_a_message_that_is_too_large_is_refused_and_the_dialog_goes_on(tmp_path: Path) -> None:
    envelope = (b"MAIL FROM:<a@b.c>\r\n", b"RCPT TO:<a@b.c>\r\n", b"DATA\r\n")
    with sink(tmp_path) as port:
        large = b"x" * 998 + b"\r\n"
        codes = say(port, *envelope, large * (SIZE_LIMIT // 900), b".\r\n", *envelope, MESSAGE, b".\r\n")
    assert codes == ["220", "250", "250", "354", "552", "250", "250", "354", "250"]
    assert len(log(tmp_path)) == 1


def test_a_folder_that_is_gone_defers(tmp_path: Path) -> None:
    directory = tmp_path / "inbox"
    with sink(directory) as port:
        directory.rmdir()
        codes = say(port, b"MAIL FROM:<a@b.c>\r\n", b"RCPT TO:<a@b.c>\r\n", b"DATA\r\n", MESSAGE, b".\r\n")
    assert codes == ["220", "250", "250", "354", "452"]
