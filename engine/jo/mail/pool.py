"""The SMTP mailer: several connections to one relay, driven by one loop in the caller's thread.

A round hands each message to a connection that is ready, so a message is only ever tied to a
connection that can carry it; a connection that fails to open takes no message with it. The first
connection is opened alone: a relay that is down or refuses the sign-in hears of it once a round and
not once a connection. When others work but one more is refused, the relay's limit is reached, and no
more are tried for a while.

No message is tried a second time here. Connections are kept between rounds; nothing is read or
written then, so what a relay did meanwhile is looked at before the next round begins.
"""

import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from selectors import DefaultSelector

from jo.mail.connection import Connection, Endpoint, State
from jo.mail.effects import Trouble
from jo.mail.relay import Relay, Tls, is_loopback
from jo.mail.tls import client_context, describe
from jo.ports.mailer import Outgoing, Reply, ReplyKind, Stage, check_batch

GROWTH_PAUSE = 30.0
"""Seconds without a new connection after one was refused while others work."""


class SmtpMailer:
    """A `Mailer` for one relay. Raises WorldError when the relay's `ca_file` cannot be used."""

    def __init__(self, relay: Relay, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds and never goes back; it is for time-outs only."""
        self._relay = relay
        self._clock = clock
        self._context = client_context(relay.ca_file) if relay.security is not Tls.NONE else None
        self._selector = DefaultSelector()
        self._live: list[Connection] = []
        self._may_grow_from = clock()
        self._endpoints: list[Endpoint] = []
        self._trouble: Trouble | None = None
        """Why a connection could not be opened in this round."""

    @property
    def connections(self) -> int:
        return self._relay.connections

    def exchange(self, batch: Sequence[Outgoing]) -> tuple[Reply, ...]:
        check_batch(batch, self.connections)
        replies: dict[str, Reply] = {}
        waiting = deque(batch)
        try:
            self._begin_round()
            while len(replies) < len(batch):
                self._hand_out(waiting, replies)
                self._open_for(len(waiting))
                if self._has(State.OPENING, State.BUSY):
                    self._step(replies)
                elif self._trouble is not None:
                    replies.update(
                        (outgoing.key, self._defer(outgoing, self._trouble)) for outgoing in waiting
                    )
        except BaseException:
            # Half a dialog can be neither continued nor forgotten: the ledger will call it uncertain.
            self._drop_all()
            raise
        return tuple(replies[outgoing.key] for outgoing in batch)

    def trouble(self) -> str | None:
        """Open a connection as far as a message could follow; return why it cannot, None when it can."""
        self._begin_round()
        while not self._has(State.READY):
            self._open_for(1)
            if self._has(State.OPENING):
                self._step({})
            elif self._trouble is not None:
                return f"{self._trouble.stage}: {self._trouble.text}"
        return None

    def close(self) -> None:
        try:
            for connection in self._live:
                if connection.state is State.READY:
                    connection.quit()
            while self._has(State.LEAVING):
                self._step({})
        finally:
            self._drop_all()

    # A round -------------------------------------------------------------------------------------

    def _begin_round(self) -> None:
        """Drop what the relay has closed meanwhile, or may be about to."""
        self._look(0)
        oldest = self._clock() - self._relay.idle
        for connection in self._live:
            if connection.last_used < oldest:
                if connection.state is State.READY:
                    connection.quit()
                connection.abort()
        self._sweep()
        self._trouble = None
        self._endpoints = []

    def _hand_out(self, waiting: deque[Outgoing], replies: dict[str, Reply]) -> None:
        for connection in self._live:
            while waiting and connection.state is State.READY:
                connection.submit(waiting.popleft())
                _collect(connection, replies)

    def _open_for(self, waiting: int) -> None:
        """Open as many connections as there are messages without one, the very first one alone."""
        self._sweep()
        opening = sum(connection.state is State.OPENING for connection in self._live)
        room = self.connections - len(self._live)
        if len(self._live) == opening:
            room = 1 - opening
        elif self._clock() < self._may_grow_from:
            room = 0
        for _ in range(min(waiting - opening, room)):
            if self._trouble is None:
                self._open()

    def _open(self) -> None:
        try:
            self._endpoints = self._endpoints or _resolve(self._relay)
        except (OSError, ValueError) as error:
            why = describe(error) if isinstance(error, OSError) else "it is no host name"
            self._trouble = Trouble(stage=Stage.CONNECT, text=f"the relay's name cannot be resolved: {why}")
            return
        connection = Connection(
            self._relay, self._endpoints, context=self._context, selector=self._selector, clock=self._clock
        )
        self._live.append(connection)
        self._sweep()

    def _step(self, replies: dict[str, Reply]) -> None:
        """Wait until something happens on a connection, at most until a deadline, and see it through."""
        nearest = min(connection.deadline for connection in self._live)
        self._look(max(0.0, nearest - self._clock()))
        now = self._clock()
        for connection in self._live:
            if connection.deadline <= now:
                connection.expire()
            _collect(connection, replies)
        self._sweep()

    def _look(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            connection: Connection = key.data
            connection.advance()

    def _sweep(self) -> None:
        """Forget closed connections, and learn why one never opened."""
        troubles = [connection.trouble for connection in self._live if connection.trouble is not None]
        self._live = [connection for connection in self._live if connection.state is not State.CLOSED]
        if troubles:
            self._trouble = troubles[-1]
            if self._live:
                self._may_grow_from = self._clock() + GROWTH_PAUSE

    def _defer(self, outgoing: Outgoing, trouble: Trouble) -> Reply:
        return Reply(
            key=outgoing.key,
            kind=ReplyKind.DEFERRED,
            stage=trouble.stage,
            code=trouble.code,
            enhanced=trouble.enhanced,
            text=trouble.text,
            relay=self._relay.name,
        )

    def _has(self, *states: State) -> bool:
        return any(connection.state in states for connection in self._live)

    def _drop_all(self) -> None:
        for connection in self._live:
            connection.abort()
        self._live = []


def _collect(connection: Connection, replies: dict[str, Reply]) -> None:
    reply = connection.take_reply()
    if reply is not None:
        replies[reply.key] = reply


def _resolve(relay: Relay) -> list[Endpoint]:
    """Look up the relay's addresses, in the system's order of preference."""
    found = socket.getaddrinfo(relay.host, relay.port, type=socket.SOCK_STREAM)
    endpoints: list[Endpoint] = [(family, address) for family, _, _, _, address in found]
    if relay.is_loopback:
        # `localhost` earns trust (no TLS, passwords in the clear) only as far as it stays on this machine.
        endpoints = [(family, address) for family, address in endpoints if is_loopback(str(address[0]))]
    return endpoints
