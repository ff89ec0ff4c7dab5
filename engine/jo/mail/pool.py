"""The connections to one relay: when to open, to use and to leave them.

A message is only ever tied to a connection that can carry it; until then it waits here, and a connection
that fails to open takes none with it. The first connection is opened alone: a relay that is down or refuses
the sign-in hears of it once, and not once a connection. When others work but one more is refused, the
relay's limit is reached: no more are tried for a while, and there is room for as many messages as there are
connections.

Nothing here waits; `jo.mail.smtp` does, for all relays at once. Between messages a connection is kept, but
nothing is read from it unless somebody waits; so what the relay did meanwhile is looked at before a message
is handed over.
"""

import math
import socket
import ssl
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from selectors import BaseSelector

from jo.mail.connection import Connection, Endpoint, State
from jo.mail.effects import Trouble
from jo.mail.relay import Relay, is_loopback
from jo.mail.tls import describe
from jo.ports.mailer import About, Outgoing, Reply, ReplyKind, Stage

RESOLVED = 60.0
"""Seconds for which the addresses of a relay's name are used again."""
GROWTH_PAUSE = 30.0
"""Seconds without a new connection after one was refused while others work."""


class Pool:
    def __init__(
        self,
        relay: Relay,
        *,
        context: ssl.SSLContext | None,
        selector: BaseSelector,
        clock: Callable[[], float],
        settled: Callable[[Reply], None],
    ) -> None:
        """`settled` is called with the end of each message."""
        self.relay = relay
        self.trouble: Trouble | None = None
        """Why the last connection that did not open failed."""
        self._context = context
        self._selector = selector
        self._clock = clock
        self._settled = settled
        self._waiting: deque[Outgoing] = deque()
        self._live: list[Connection] = []
        self._may_grow_from = clock()
        self._endpoints: Sequence[Endpoint] = ()
        self._resolved_until = 0.0

    @property
    def room(self) -> int:
        limit = self.relay.connections
        if self._clock() < self._may_grow_from:
            limit = sum(connection.state is not State.LEAVING for connection in self._live) or limit
        return max(0, limit - self.under_way)

    @property
    def under_way(self) -> int:
        return len(self._waiting) + sum(connection.state is State.BUSY for connection in self._live)

    @property
    def is_active(self) -> bool:
        """Whether something is awaited of the relay."""
        return bool(self._waiting) or any(
            connection.state in (State.OPENING, State.BUSY, State.LEAVING) for connection in self._live
        )

    @property
    def is_ready(self) -> bool:
        return any(connection.state is State.READY for connection in self._live)

    @property
    def is_leaving(self) -> bool:
        return any(connection.state is State.LEAVING for connection in self._live)

    @property
    def deadline(self) -> float:
        """When the next stage's time is up, by the clock."""
        return min((connection.deadline for connection in self._live), default=math.inf)

    def submit(self, batch: Collection[Outgoing]) -> None:
        """Take messages over. What the relay has closed meanwhile must have been looked at."""
        oldest = self._clock() - self.relay.idle
        for connection in self._live:
            if connection.state is State.READY and connection.last_used < oldest:
                connection.leave_at_once()
        self._waiting.extend(map(self._signed, batch))
        self.tend()

    def tend(self) -> None:
        """Give each message that waits a connection, as far as there are any; open what is missing."""
        while True:
            self._sweep()
            self._hand_out()
            if not self._open_missing():
                return

    def expire(self, now: float) -> None:
        """Let go of connections whose stage has taken too long."""
        for connection in self._live:
            if connection.deadline <= now:
                connection.expire()

    def open_one(self) -> None:
        """Open a connection though no message waits for it, unless one is there."""
        if not self._live:
            self._open()

    def quit(self) -> None:
        """Say goodbye on every connection that is free."""
        for connection in self._live:
            if connection.state is State.READY:
                connection.quit()

    def abandon(self) -> None:
        """Break off everything; each message under way is settled by where it stands."""
        for connection in self._live:
            connection.give_up()
        self._live = []
        self._defer_waiting(Trouble(stage=Stage.CONNECT, text="it was broken off before it began"))

    def drop(self) -> None:
        """Close everything; no message gets a reply."""
        for connection in self._live:
            connection.abort()
        self._live = []
        self._waiting.clear()

    def _signed(self, outgoing: Outgoing) -> Outgoing:
        sign = self.relay.sign
        return outgoing if sign is None else replace(outgoing, data=sign(outgoing.data))

    def _sweep(self) -> None:
        """Forget closed connections, and learn why one never opened."""
        closed = [connection for connection in self._live if connection.state is State.CLOSED]
        if not closed:
            return
        self._live = [connection for connection in self._live if connection.state is not State.CLOSED]
        for connection in closed:
            if connection.trouble is not None:
                self._not_opened(connection.trouble)

    def _not_opened(self, trouble: Trouble) -> None:
        self.trouble = trouble
        self._endpoints = ()  # it may have moved
        if self._live:
            self._may_grow_from = self._clock() + GROWTH_PAUSE
        else:
            self._defer_waiting(trouble)

    def _hand_out(self) -> None:
        for connection in self._live:
            while self._waiting and connection.state is State.READY and not connection.is_worn:
                connection.submit(self._waiting.popleft())
            if connection.state is State.READY and connection.is_worn:
                connection.quit()

    def _open_missing(self) -> bool:
        """Open as many connections as there are messages without one, the very first one alone."""
        opening = sum(connection.state is State.OPENING for connection in self._live)
        room = self.relay.connections - len(self._live)
        if len(self._live) == opening:
            room = 1 - opening
        elif self._clock() < self._may_grow_from:
            room = 0
        missing = min(len(self._waiting) - opening, room)
        for _ in range(missing):
            self._open()
        return missing > 0

    def _open(self) -> None:
        try:
            if not self._endpoints or self._clock() >= self._resolved_until:
                self._endpoints = _resolve(self.relay)
                self._resolved_until = self._clock() + RESOLVED
        except (OSError, ValueError) as error:
            why = describe(error) if isinstance(error, OSError) else "it is no host name"
            self._not_opened(Trouble(stage=Stage.CONNECT, text=f"the relay's name cannot be resolved: {why}"))
            return
        self._live.append(
            Connection(
                self.relay,
                self._endpoints,
                context=self._context,
                selector=self._selector,
                clock=self._clock,
                settled=self._settled,
            )
        )

    def _defer_waiting(self, trouble: Trouble) -> None:
        while self._waiting:
            self._settled(
                Reply(
                    key=self._waiting.popleft().key,
                    kind=ReplyKind.DEFERRED,
                    stage=trouble.stage,
                    code=trouble.code,
                    enhanced=trouble.enhanced,
                    text=trouble.text,
                    relay=self.relay.name,
                    about=About.RELAY,
                )
            )


def _resolve(relay: Relay) -> Sequence[Endpoint]:
    """Look up the relay's addresses, in the system's order of preference."""
    found = socket.getaddrinfo(relay.host, relay.port, type=socket.SOCK_STREAM)
    endpoints: list[Endpoint] = [(family, address) for family, _, _, _, address in found]
    if relay.is_loopback:
        # `localhost` earns trust (no TLS, passwords in the clear) only as far as it stays on this machine.
        endpoints = [(family, address) for family, address in endpoints if is_loopback(str(address[0]))]
    return endpoints
