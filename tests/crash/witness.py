"""A relay that takes every mail and remembers which: the truth that a ledger's account is held to.

A mail counts as taken when its final dot was read, whatever becomes of the reply: a client that dies before
it hears of it cannot know, and neither can anybody else.
"""

import socket
import threading
from collections import Counter
from contextlib import suppress
from types import TracebackType
from typing import BinaryIO, Self

_PATIENCE_SECONDS = 60.0


class Witness:
    def __init__(self, delay: float = 0.0) -> None:
        """`delay` is the seconds between the final dot and the reply."""
        self._delay = delay
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._clients: list[tuple[socket.socket, threading.Thread]] = []
        self._thread = threading.Thread(target=self._serve)
        self.port: int = self._listener.getsockname()[1]
        self.taken: Counter[str] = Counter()
        """What stands before the @ of the Message-ID → how often it was taken."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        for client, thread in self._clients:
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
            thread.join()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            client.settimeout(_PATIENCE_SECONDS)
            thread = threading.Thread(target=self._talk, args=(client,))
            self._clients.append((client, thread))
            thread.start()

    def _talk(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as lines, suppress(OSError):
            client.sendall(b"220 witness.test ESMTP\r\n")
            for line in lines:
                verb = line[:4].upper()
                if verb == b"EHLO":
                    client.sendall(b"250-witness.test\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
                elif verb == b"DATA":
                    client.sendall(b"354 go ahead\r\n")
                    self._take(lines)
                    self._over.wait(self._delay)
                    client.sendall(b"250 2.0.0 taken\r\n")
                elif verb == b"QUIT":
                    client.sendall(b"221 2.0.0 bye\r\n")
                    return
                else:
                    client.sendall(b"250 2.0.0 ok\r\n")

    def _take(self, lines: BinaryIO) -> None:
        """Read a message to its final dot, and remember it. Raises OSError when the client leaves before."""
        name = ""
        for line in lines:
            if line == b".\r\n":
                with self._lock:
                    self.taken[name] += 1
                return
            if line.lower().startswith(b"message-id:"):
                name = line.partition(b"<")[2].partition(b"@")[0].decode("ascii")
        raise ConnectionResetError("the client left before the final dot")
