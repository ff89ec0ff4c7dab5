"""An SMTP server that does one fault at one point of the dialog, and everything else well.

It serves one client at a time, from a thread of its own, on a free port of 127.0.0.1. `kept` tells
which messages it took, whatever it said about them: that is the truth a client's account is held to.
"""

import socket
import ssl
import struct
import threading
from contextlib import suppress
from enum import Enum
from types import TracebackType
from typing import Self

from tests.support.certificates import Certificate


class Point(Enum):
    """Where the fault happens."""

    CONNECT = "connect"
    GREETING = "greeting"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    """After the first part of the body, the rest unread."""
    DOT = "dot"
    """The whole message is read, nothing is kept and nothing said."""
    REPLY = "reply"
    """The message is kept, and the first line of a longer reply is out."""
    QUIT = "quit"


class Fault(Enum):
    TEMPORARY = "4xx"
    PERMANENT = "5xx"
    CLOSING = "421"
    GARBAGE = "garbage"
    MULTI_LINE = "multi-line"
    """Not wrong, but unusual: the same consent in several lines."""
    SLOW = "slow"
    SILENCE = "time-out"
    CLOSE = "close"
    RESET = "reset"
    WRONG_ORDER = "wrong order"


_CONSENT = {
    Point.CONNECT: "220 fault.test ESMTP",
    Point.GREETING: "220 fault.test ESMTP",
    Point.STARTTLS: "220 2.0.0 begin",
    Point.AUTH: "235 2.7.0 welcome",
    Point.MAIL: "250 2.1.0 ok",
    Point.RCPT: "250 2.1.5 ok",
    Point.DATA: "354 go ahead",
    Point.BODY: "250 2.0.0 kept",
    Point.DOT: "250 2.0.0 kept",
    Point.REPLY: "250 2.0.0 kept",
    Point.QUIT: "221 2.0.0 bye",
}
_REFUSAL = {
    Point.CONNECT: "554 5.3.2 not here",
    Point.GREETING: "554 5.3.2 not here",
    Point.EHLO: "550 5.7.1 not you",
    Point.STARTTLS: "554 5.7.3 no TLS today",
    Point.AUTH: "535 5.7.8 wrong password",
    Point.MAIL: "550 5.7.1 sender refused",
    Point.RCPT: "550 5.1.1 no such user",
}
_OUT_OF_ORDER = {Point.CONNECT: "HTTP/1.1 400 Bad Request", Point.DATA: "250 2.0.0 ok"}

BODY_PART = 64 * 1024
"""Bytes of the body that are read before a fault at BODY."""


class _Left(Exception):  # noqa: N818 - no error, the way out of the dialog
    """The dialog is over."""


class FaultServer:
    """Does everything well when `fault` is None, or once it is healed."""

    def __init__(
        self,
        point: Point,
        fault: Fault | None,
        *,
        certificate: Certificate | None = None,
        pipelining: bool = True,
    ) -> None:
        self.point = point
        self.fault = fault
        self.kept: list[bytes] = []
        self.visits = 0
        """Connections that were taken."""
        self._pipelining = pipelining
        self._context: ssl.SSLContext | None = None
        if certificate is not None:
            self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self._context.load_cert_chain(certificate.file, certificate.key_file)
        self._stopping = threading.Event()
        self._healed = threading.Event()
        self._crowd: list[socket.socket] = []
        self._client: socket.socket | None = None
        self._received = bytearray()
        self._listener = socket.socket()
        # A small window, so that a body cannot vanish in buffers that nobody reads.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 * 1024)
        self._listener.bind(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        if not self._is_away:
            self._begin()
        elif self.fault is Fault.SILENCE:
            self._fill_backlog()
        # Else nobody listens, and the port answers with a reset.
        return self

    @property
    def _is_away(self) -> bool:
        return self.point is Point.CONNECT and self.fault in (Fault.RESET, Fault.SILENCE)

    def _begin(self) -> None:
        self._listener.listen(16)
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._healed.set()
        for visitor in self._crowd:
            visitor.close()
        if self._thread.is_alive():
            socket.create_connection(("127.0.0.1", self.port)).close()  # wakes up `accept`
            if self._client is not None:
                with suppress(OSError):  # it may be closed already
                    self._client.shutdown(socket.SHUT_RDWR)
            self._thread.join()
        self._listener.close()

    def heal(self) -> None:
        """Do everything well from the next command on."""
        was_away = self._is_away
        self.fault = None
        self._healed.set()
        if was_away:
            for visitor in self._crowd:
                visitor.close()
            self._begin()

    def _fill_backlog(self) -> None:
        self._listener.listen(0)
        for _ in range(4):
            visitor = socket.socket()
            visitor.setblocking(False)
            visitor.connect_ex(("127.0.0.1", self.port))
            self._crowd.append(visitor)

    def _serve(self) -> None:
        while True:
            client, _ = self._listener.accept()
            if self._stopping.is_set():
                client.close()
                return
            self._client = client
            self.visits += 1
            self._received.clear()
            try:
                self._converse()
            except (_Left, OSError):
                pass  # the next client, please
            finally:
                self._client.close()

    # The dialog ----------------------------------------------------------------------------------

    def _converse(self) -> None:
        if self.point is not Point.CONNECT:
            self._answer(Point.GREETING)
        elif not self._answer(Point.CONNECT):
            raise _Left
        has_sender = has_recipient = False
        while True:
            verb = self._read_line().partition(b" ")[0]
            match verb:
                case b"RCPT" if not has_sender:
                    self._send("503 5.5.1 first MAIL")
                case b"DATA" if not has_recipient:
                    self._send("503 5.5.1 first RCPT")
                case b"EHLO":
                    self._answer(Point.EHLO)
                case b"STARTTLS":
                    if self._answer(Point.STARTTLS):
                        self._secure()
                case b"DATA":
                    if self._answer(Point.DATA):
                        self._take_message()
                        has_sender = has_recipient = False
                case b"RSET":
                    has_sender = has_recipient = False
                    self._send("250 2.0.0 ok")
                case b"AUTH":
                    self._answer(Point.AUTH)
                case b"MAIL":
                    has_sender = self._answer(Point.MAIL)
                case b"RCPT":
                    has_recipient = self._answer(Point.RCPT)
                case b"QUIT":
                    self._answer(Point.QUIT)
                    raise _Left
                case _:
                    self._send("500 5.5.2 what?")

    def _take_message(self) -> None:
        if self._is_faulty(Point.BODY):
            while len(self._received) < BODY_PART:
                self._receive()
            if self.fault is Fault.SLOW:
                for _ in range(20):
                    self._stopping.wait(0.005)
                    self._receive()
            else:
                self._answer(Point.BODY)
                self._healed.wait()  # and reads no more
                raise _Left
        while (end := self._received.find(b"\r\n.\r\n")) < 0:
            self._receive()
        message = bytes(self._received[: end + 2])
        del self._received[: end + 5]
        if not self._is_faulty(Point.DOT) or self.fault in (Fault.MULTI_LINE, Fault.SLOW):
            self.kept.append(message)
        if self._is_faulty(Point.DOT):
            self._answer(Point.DOT)
            return
        if self._is_faulty(Point.REPLY):
            self._send("250-2.0.0 it is kept")
        self._answer(Point.REPLY)

    def _secure(self) -> None:
        assert self._context is not None
        assert self._client is not None
        self._client = self._context.wrap_socket(self._client, server_side=True)

    # The fault -----------------------------------------------------------------------------------

    def _is_faulty(self, point: Point) -> bool:
        return self.point is point and self.fault is not None

    def _answer(self, point: Point) -> bool:
        """Answer, well or with the fault; return whether it was consent."""
        consent = _CONSENT.get(point) or self._offers()
        assert self._client is not None
        match self.fault if self.point is point else None:
            case None:
                self._send(consent)
                return True
            case Fault.MULTI_LINE:
                self._send(f"{consent[:3]}-there is more\r\n{consent[:3]}-to be said\r\n{consent}")
                return True
            case Fault.SLOW:
                for byte in f"{consent}\r\n".encode():
                    self._stopping.wait(0.002)
                    self._client.sendall(bytes([byte]))
                return True
            case Fault.TEMPORARY:
                self._send("451 4.3.0 try again later")
            case Fault.PERMANENT:
                self._send(_REFUSAL.get(point, "554 5.6.0 not this one"))
            case Fault.WRONG_ORDER:
                self._send(_OUT_OF_ORDER.get(point, "354 go ahead"))
            case Fault.GARBAGE:
                self._client.sendall(b"\x15\x03\x01\0\x02\x02\x0a what?\r\n")
            case Fault.CLOSING:
                self._send("421 4.3.2 closing down")
                raise _Left
            case Fault.RESET:
                self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                raise _Left
            case Fault.CLOSE:
                raise _Left
            case Fault.SILENCE if point is not Point.BODY:
                while True:
                    self._receive()  # until the client leaves
        return False

    def _offers(self) -> str:
        offers = ["fault.test", "8BITMIME"]
        if self._pipelining:
            offers.append("PIPELINING")
        if self._context is not None and not isinstance(self._client, ssl.SSLSocket):
            offers.append("STARTTLS")
        offers.append("AUTH PLAIN LOGIN")
        return "\r\n".join(f"250{' ' if offer is offers[-1] else '-'}{offer}" for offer in offers)

    # Bytes ---------------------------------------------------------------------------------------

    def _send(self, text: str) -> None:
        assert self._client is not None
        self._client.sendall(f"{text}\r\n".encode())

    def _receive(self) -> None:
        assert self._client is not None
        received = self._client.recv(65536)
        if not received:
            raise _Left
        self._received += received

    def _read_line(self) -> bytes:
        while (end := self._received.find(b"\r\n")) < 0:
            self._receive()
        line = bytes(self._received[:end])
        del self._received[: end + 2]
        return line
