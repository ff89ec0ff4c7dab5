"""The SMTP mailer: the connections to all relays, driven by one loop in the caller's thread.

The loop runs while somebody collects. Which connection carries which message is a pool's business, what is
said on it a session's.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from selectors import DefaultSelector

from jo.mail.connection import Connection
from jo.mail.effects import Trouble
from jo.mail.pool import Pool
from jo.mail.relay import Relay, Tls
from jo.mail.tls import client_context
from jo.ports.mailer import Outgoing, Reply, check_batch

GATHER = 0.002
"""Seconds without one more reply after which those that are there are handed back. A little patience pays:
what the caller does with one reply costs almost as much as what it does with many."""
LONGEST_GATHER = 0.05


class SmtpMailer:
    """A `Mailer` by SMTP. Raises WorldError when a relay's `ca_file` cannot be used."""

    def __init__(self, relays: Mapping[str, Relay], *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds and never goes back; it is for time-outs only."""
        self._clock = clock
        self._selector = DefaultSelector()
        self._under_way: set[str] = set()
        self._replies: list[Reply] = []
        self._pools = {
            name: Pool(
                relay,
                context=client_context(relay.ca_file) if relay.security is not Tls.NONE else None,
                selector=self._selector,
                clock=clock,
                settled=self._settle,
            )
            for name, relay in relays.items()
        }

    @property
    def relays(self) -> Collection[str]:
        return self._pools.keys()

    def connections(self, relay: str) -> int:
        return self._pools[relay].relay.connections if relay in self._pools else 0

    def room(self, relay: str) -> int:
        return self._pools[relay].room if relay in self._pools else 0

    def submit(self, relay: str, batch: Sequence[Outgoing]) -> None:
        check_batch(batch, self.room(relay), self._under_way)
        try:
            self._look(0)
            self._under_way.update(outgoing.key for outgoing in batch)
            self._pools[relay].submit(batch)
        except BaseException:
            self._drop()
            raise

    def collect(self, seconds: float) -> Sequence[Reply]:
        try:
            if not self._replies:
                self._wait(seconds)
            longest = self._clock() + LONGEST_GATHER
            known = 0
            while known < len(self._replies) and self._clock() < longest:
                known = len(self._replies)
                self._wait(GATHER)
        except BaseException:
            self._drop()
            raise
        return self._take()

    def abandon(self) -> Sequence[Reply]:
        for pool in self._pools.values():
            pool.abandon()
        return self._take()

    def trouble(self, relay: str) -> Trouble | None:
        """Open a connection as far as a message could follow; return why it cannot, None when it can."""
        pool = self._pools[relay]
        pool.open_one()
        while pool.is_active:
            self._step(pool.deadline)
        if pool.is_ready:
            return None
        assert pool.trouble is not None
        return pool.trouble

    def close(self) -> None:
        try:
            for pool in self._pools.values():
                pool.quit()
            while any(pool.is_leaving for pool in self._pools.values()):
                self._step(min(pool.deadline for pool in self._pools.values()))
        finally:
            self._drop()

    # The loop ------------------------------------------------------------------------------------

    def _wait(self, seconds: float) -> None:
        """Wait for one more reply than there are, at most so long."""
        known, until = len(self._replies), self._clock() + seconds
        while self._under_way and len(self._replies) == known and self._step(until):
            pass

    def _step(self, until: float) -> bool:
        """Wait until something happens, but no longer; return whether something did."""
        nearest = min(pool.deadline for pool in self._pools.values())
        has_moved = self._look(max(0.0, min(nearest, until) - self._clock()))
        now = self._clock()
        for pool in self._pools.values():
            pool.expire(now)
            pool.tend()
        return has_moved or nearest <= until

    def _look(self, seconds: float) -> bool:
        found = self._selector.select(seconds)
        for key, _ in found:
            connection: Connection = key.data
            connection.advance()
        return bool(found)

    def _settle(self, reply: Reply) -> None:
        self._under_way.discard(reply.key)
        self._replies.append(reply)

    def _take(self) -> Sequence[Reply]:
        replies, self._replies = self._replies, []
        return replies

    def _drop(self) -> None:
        """Half a dialog can be neither continued nor forgotten: the ledger will call it uncertain."""
        for pool in self._pools.values():
            pool.drop()
        self._under_way.clear()
        self._replies.clear()
