"""A small SMTP server that keeps what it gets as files: the relay of demos and tests.

It listens on 127.0.0.1 and nowhere else, and passes nothing on. It takes one recipient a message, so
one reply is the truth about one file. Reads commands as strictly as a good relay: lines end with
CRLF, and only CRLF, dot, CRLF ends a message.
"""

import re
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from jo.mail.dot import END, broken_line, unstuff
from jo.mail.folder import MessageFolder

HOST = "127.0.0.1"
SIZE_LIMIT = 32 * 1024 * 1024
LINE_LIMIT = 4096
IDLE_SECONDS = 300.0
STOP_SECONDS = 0.1
"""How soon `stop` is noticed."""

_NAME = "sink.invalid"
_OFFERS = ("PIPELINING", f"SIZE {SIZE_LIMIT}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
_PATH = re.compile(r"(?:FROM|TO): ?<([^<>]*)>((?: [^ ]+)*) *", re.IGNORECASE)
_PARAMETER = re.compile(r"SIZE=(\d{1,15})|BODY=(?:7BIT|8BITMIME)|SMTPUTF8", re.IGNORECASE | re.ASCII)


def serve(directory: Path, port: int, ready: Callable[[int], None], stop: threading.Event) -> None:
    """Serve until `stop` is set. Calls `ready` with the port once it listens; port 0 takes any free one.

    Each message becomes `<number>-<recipient>.eml` in `directory`, and a line of its `log.jsonl`,
    before it is accepted. Raises OSError when the folder or the port cannot be had.
    """
    folder = MessageFolder(directory, clock=lambda: datetime.now(UTC))
    dialogs: dict[threading.Thread, _Dialog] = {}
    with socket.create_server((HOST, port), backlog=128) as listener:
        listener.settimeout(STOP_SECONDS)
        ready(listener.getsockname()[1])
        try:
            while not stop.is_set():
                try:
                    client, _ = listener.accept()
                except TimeoutError:
                    continue
                dialogs = {thread: dialog for thread, dialog in dialogs.items() if thread.is_alive()}
                dialog = _Dialog(client, folder)
                thread = threading.Thread(target=dialog.run, daemon=True)
                dialogs[thread] = dialog
                thread.start()
        finally:
            for thread, dialog in dialogs.items():
                dialog.end()
                thread.join()


class _Closed(Exception):  # noqa: N818 - the client's leaving is no error
    """The client has left, or is to."""


class _Dialog:
    """One client."""

    def __init__(self, client: socket.socket, folder: MessageFolder) -> None:
        self._client = client
        self._folder = folder
        self._received = bytearray()
        self._replies: list[str] = []
        self._sender: str | None = None
        self._recipient: str | None = None

    def run(self) -> None:
        with self._client:
            self._client.settimeout(IDLE_SECONDS)
            self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self._say(f"220 {_NAME} ESMTP jo sink: nothing leaves this machine")
                while True:
                    self._obey(self._read_line())
            except (_Closed, OSError):
                return

    def end(self) -> None:
        """Make `run` return, from another thread."""
        try:
            self._client.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it has left already

    # Commands ------------------------------------------------------------------------------------

    def _obey(self, line: str | None) -> None:
        verb, _, rest = (line or "").partition(" ")
        match verb.upper():
            case "EHLO" | "HELO" if not rest:
                self._say("501 5.5.4 who is speaking?")
            case "EHLO":
                self._reset()
                lines = (_NAME, *_OFFERS)
                self._say(*(f"250-{text}" for text in lines[:-1]), f"250 {lines[-1]}")
            case "HELO":
                self._reset()
                self._say(f"250 {_NAME}")
            case "MAIL":
                self._mail(rest)
            case "RCPT":
                self._rcpt(rest)
            case "DATA" if self._recipient is None:
                self._say("503 5.5.1 first MAIL and RCPT")
            case "DATA":
                self._take_message()
            case "RSET":
                self._reset()
                self._say("250 2.0.0 forgotten")
            case "NOOP":
                self._say("250 2.0.0 still here")
            case "QUIT":
                self._say("221 2.0.0 goodbye")
                self._flush()
                raise _Closed
            case _:
                self._say("500 5.5.2 not understood")

    def _mail(self, rest: str) -> None:
        found = _PATH.fullmatch(rest)
        parameters = [_PARAMETER.fullmatch(word) for word in found[2].split()] if found else []
        if found is None or rest[:1].upper() != "F":
            self._say("501 5.5.4 MAIL FROM:<address>")
        elif self._sender is not None:
            self._say("503 5.5.1 a message is under way")
        elif None in parameters:
            self._say("555 5.5.4 unknown parameter")
        elif any(parameter and int(parameter[1] or 0) > SIZE_LIMIT for parameter in parameters):
            self._say("552 5.3.4 too large")
        else:
            self._sender = found[1]
            self._say("250 2.1.0 sender noted")

    def _rcpt(self, rest: str) -> None:
        found = _PATH.fullmatch(rest)
        if self._sender is None:
            self._say("503 5.5.1 first MAIL")
        elif found is None or rest[:1].upper() != "T" or not found[1] or found[2]:
            self._say("501 5.5.4 RCPT TO:<address>")
        elif self._recipient is not None:
            self._say("452 4.5.3 one recipient a message")
        else:
            self._recipient = found[1]
            self._say("250 2.1.5 recipient noted")

    def _take_message(self) -> None:
        assert self._sender is not None
        assert self._recipient is not None
        self._say("354 go ahead")
        wire = self._read_message()
        if wire is None:
            self._say("552 5.3.4 too large")
        elif (flaw := broken_line(wire)) is not None:
            self._say(f"550 5.6.0 the message holds {flaw}")
        else:
            try:
                file = self._folder.add(sender=self._sender, recipient=self._recipient, data=unstuff(wire))
            except OSError as error:
                self._say(f"452 4.3.1 it cannot be kept: {error.strerror}")
            else:
                self._say(f"250 2.0.0 kept as {file.name}")
        self._reset()

    def _reset(self) -> None:
        self._sender = self._recipient = None

    # Bytes ---------------------------------------------------------------------------------------

    def _say(self, *lines: str) -> None:
        self._replies += lines

    def _flush(self) -> None:
        if self._replies:
            self._client.sendall("".join(f"{line}\r\n" for line in self._replies).encode())
            self._replies.clear()

    def _receive(self) -> None:
        """Wait for more; what was to be said goes out before, in one piece."""
        self._flush()
        received = self._client.recv(65536)
        if not received:
            raise _Closed
        self._received += received

    def _read_line(self) -> str | None:
        """Return the next command, None for a line that is none."""
        while (end := self._received.find(b"\n")) < 0:
            if len(self._received) > LINE_LIMIT:
                raise _Closed
            self._receive()
        line = bytes(self._received[: end + 1])
        del self._received[: end + 1]
        try:
            return line[:-2].decode() if line.endswith(b"\r\n") else None
        except UnicodeDecodeError:
            return None

    def _read_message(self) -> bytes | None:
        """Return what comes before the final dot; None when it was too much to keep."""
        # The line end before the dot belongs to the message; an empty message begins with the dot.
        self._received[:0] = b"\r\n"
        mark = b"\r\n" + END
        looked, too_large = 0, False
        while (end := self._received.find(mark, looked)) < 0:
            if len(self._received) > SIZE_LIMIT * 2:
                too_large = True
                del self._received[: -len(mark)]
            looked = max(0, len(self._received) - len(mark))
            self._receive()
        wire = bytes(self._received[2 : end + 2])
        del self._received[: end + len(mark)]
        return None if too_large or len(wire) > SIZE_LIMIT else wire
