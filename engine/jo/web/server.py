"""Listens: the application on a socket, until it is told to stop.

Meant to stand behind a proxy that speaks TLS, at the address that links in mails begin with; `Host` and
forwarded headers are not read, so nothing has to be trusted. The limits hold without a proxy, too: how much a
client may send, how long it may take, how many may be there at once.
"""

import asyncio
import errno
import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from jo.ports.errors import WorldError
from jo.web.told import SERVER_TROUBLE, Tell

MOST_CONNECTIONS = 200
"""More are answered with 503."""
HEAD_SECONDS = 15.0
"""How long a connection may be there without a new request."""
IDLE_SECONDS = 5
"""How long a connection may be silent between two requests."""
STOP_SECONDS = 20
"""How long requests that are under way may take when the server is to stop."""
LARGEST_HEAD = 16 * 1024
"""Bytes of a request's line and headers."""


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes any free one. Raises WorldError."""
    bare = host.strip("[]")
    try:
        return socket.create_server(
            (bare, port), family=socket.AF_INET6 if ":" in bare else socket.AF_INET, backlog=512
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            detail = f"Another program listens on {host}:{port} already, perhaps another `jo serve`."
            raise WorldError(f"{detail} Take another place with `--listen HOST:PORT`.") from error
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise WorldError(f"Nothing can listen on {host}:{port}: {reason}.") from error


class WebServer:
    """The application on a socket."""

    def __init__(
        self, app: ASGIApp, listener: socket.socket, ready: Callable[[int], None], tell: Tell
    ) -> None:
        """`ready` is called with the port when requests are answered."""
        self._listener = listener
        self._tell = tell
        config = Config(
            app,
            http=_PatientProtocol,
            ws="none",
            loop="asyncio",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=STOP_SECONDS,
            h11_max_incomplete_event_size=LARGEST_HEAD,
        )
        self._server = _Server(config, lambda: ready(listener.getsockname()[1]))

    def run(self) -> None:
        """Answer until told to stop; requests that are under way are finished then."""
        with _told(self._tell):
            asyncio.run(self._server.serve(sockets=[self._listener]))

    def stop(self) -> None:
        """Make `run` end. May be called from a signal handler or another thread."""
        self._server.should_exit = True


class _Server(Server):
    def __init__(self, config: Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the caller: uvicorn would raise them again at the end, however graceful it was."""
        yield


class _PatientProtocol(H11Protocol):
    """A connection whose patience has an end.

    uvicorn counts the silence between two requests only; a client that sends its headers byte by byte, or
    nothing at all, would hold its connection for ever.
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]  # uvicorn's own is as wide at run time
        self._watch(seen=None)

    def _watch(self, seen: object) -> None:
        """Look after a while whether there has been another request than `seen`, or one is being answered."""
        self.loop.call_later(HEAD_SECONDS, self._end_if_idle, seen)

    def _end_if_idle(self, seen: object) -> None:
        if self.transport.is_closing():
            return
        latest: object = self.cycle
        if latest is seen and (latest is None or self.cycle.response_complete):
            self.transport.abort()
        else:
            self._watch(latest)


class _Teller(logging.Handler):
    """Passes on what uvicorn and asyncio log; without tracebacks, whose texts may hold anything."""

    def __init__(self, tell: Tell) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self._tell(SERVER_TROUBLE, {"message": record.getMessage().partition("\n")[0]})


@contextmanager
def _told(tell: Tell) -> Iterator[None]:
    handler = _Teller(tell)
    loggers = [logging.getLogger(name) for name in ("uvicorn", "asyncio")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
