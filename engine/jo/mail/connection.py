"""One connection: a socket that never blocks, and the session that says what goes over it.

Carries out the session's effects, tells it what happened on the socket, and keeps the deadline of the
stage. What is to be said and what a reply means is the session's business; when to open, to wait and
to use a connection is the pool's.
"""

import math
import os
import socket
import ssl
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto
from ipaddress import ip_address
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector
from typing import assert_never

from jo.mail.effects import Effect, Failed, HangUp, Ready, Send, Settled, StartTls, Trouble
from jo.mail.protocol import Session
from jo.mail.relay import Relay
from jo.mail.tls import TlsLayer, describe
from jo.ports.mailer import Outgoing, Reply

READ_SIZE = 16384

_CLOSED = "the relay closed the connection"

Endpoint = tuple[socket.AddressFamily, tuple[object, ...]]
"""An address family and its socket address."""


class State(Enum):
    OPENING = auto()
    READY = auto()
    BUSY = auto()
    """A message is under way."""
    LEAVING = auto()
    CLOSED = auto()


class Connection:
    """Registers itself with the selector; call `advance` when it is selected, `expire` at its deadline."""

    def __init__(
        self,
        relay: Relay,
        endpoints: Sequence[Endpoint],
        *,
        context: ssl.SSLContext | None,
        selector: BaseSelector,
        clock: Callable[[], float],
        settled: Callable[[Reply], None],
    ) -> None:
        """`settled` is called with the end of each message."""
        self.state = State.OPENING
        self.deadline = math.inf
        """By the clock, in seconds; infinite while nothing is awaited."""
        self.last_used = clock()
        self.trouble: Trouble | None = None
        """Why it never became ready."""
        self.is_worn = False
        """Whether it has carried as many messages as its relay's settings allow."""
        self._carried = 0
        self._relay = relay
        self._endpoints = deque(endpoints)
        self._context = context
        self._selector = selector
        self._clock = clock
        self._settled = settled
        self._session = Session(relay)
        self._is_connecting = True
        self._socket: socket.socket | None = None
        self._tls: TlsLayer | None = None
        self._watched = 0
        self._unwritten: bytes | memoryview = b""
        self._ends_message = False
        self._connect("the name of the relay has no address")

    # What the pool asks --------------------------------------------------------------------------

    def submit(self, outgoing: Outgoing) -> None:
        """Begin a message. Only when READY."""
        self.state = State.BUSY
        self._carried += 1
        self.is_worn = self._carried >= self._relay.messages_per_connection
        self._perform(self._session.submit(outgoing))

    def quit(self) -> None:
        """Say goodbye and wait for the answer. Only when READY."""
        self.state = State.LEAVING
        self._perform(self._session.quit())

    def leave_at_once(self) -> None:
        """Say goodbye and wait for nothing. Only when READY."""
        self.quit()
        self.abort()

    def give_up(self) -> None:
        """Break off whatever is under way; a message is settled by where it stands."""
        self._lose("it was broken off")
        self.abort()

    def abort(self) -> None:
        """Close at once. A message under way stays without a reply."""
        self._drop_socket()
        self.state = State.CLOSED
        self.deadline = math.inf

    def advance(self) -> None:
        """Do what can be done without waiting."""
        if self._is_connecting:
            self._finish_connecting()
        else:
            self._read()
            self._write()

    def expire(self) -> None:
        """The deadline has passed."""
        patience = self._relay.patience[self._session.stage]
        if self._is_connecting:
            self._connect(f"no connection within {patience:g} s")
        else:
            self._lose(f"nothing moved for {patience:g} s")

    def fileno(self) -> int:
        return self._socket.fileno() if self._socket is not None else -1

    # Opening -------------------------------------------------------------------------------------

    def _connect(self, reason: str) -> None:
        """Try the next address; with none left, give up for `reason`."""
        self._drop_socket()
        while self._endpoints:
            family, address = self._endpoints.popleft()
            try:
                self._socket = socket.socket(family, socket.SOCK_STREAM)
                self._socket.setblocking(False)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._socket.connect(address)
            except BlockingIOError:
                pass
            except OSError as error:
                reason = describe(error)
                self._drop_socket()
                continue
            self._watch(EVENT_WRITE)
            self._touch()
            return
        self._lose(reason)

    def _finish_connecting(self) -> None:
        assert self._socket is not None
        failure = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failure:
            self._connect(describe(OSError(failure, os.strerror(failure))))
            return
        self._is_connecting = False
        self._watch(EVENT_READ)
        self._perform(self._session.connected(self._relay.hello or _literal(self._socket.getsockname()[0])))
        self._touch()

    def _start_tls(self) -> None:
        assert self._context is not None
        self._touch()
        self._tls = TlsLayer(self._context, self._relay.host)
        try:
            self._tls.shake_hands()
        except ssl.SSLError as error:
            self._lose(describe(error))
            return
        self._queue(self._tls.take_outgoing())

    # Talking -------------------------------------------------------------------------------------

    def _read(self) -> None:
        while self._socket is not None:
            try:
                received = self._socket.recv(READ_SIZE)
            except BlockingIOError:
                return
            except OSError as error:
                self._lose(describe(error))
                return
            if not received:
                self._lose(_CLOSED)
                return
            stage = self._session.stage
            if self._tls is None:
                self._perform(self._session.receive(received))
            else:
                self._receive_encrypted(self._tls, received)
            if self._session.stage is not stage:
                self._touch()
            if len(received) < READ_SIZE:
                return

    def _receive_encrypted(self, tls: TlsLayer, received: bytes) -> None:
        was_up = tls.is_up
        plain = b""
        try:
            if not was_up:
                tls.shake_hands(received)
                received = b""  # what came behind the handshake waits within the layer
            if tls.is_up:
                plain = tls.decrypt(received)
        except ssl.SSLError as error:
            self._queue(tls.take_outgoing())  # TLS tells the relay, too
            self._lose(describe(error))
            return
        self._queue(tls.take_outgoing())
        if tls.is_up and not was_up:
            self._perform(self._session.secured())
        self._perform(self._session.receive(plain))
        if tls.is_closed:
            self._lose(_CLOSED)

    def _send(self, send: Send) -> None:
        raw = send.data
        if self._tls is not None:
            try:
                self._tls.encrypt(send.data)
            except ssl.SSLError as error:
                self._lose(describe(error))
                return
            raw = self._tls.take_outgoing()
        self._queue(raw, ends_message=send.ends_message)

    def _queue(self, raw: bytes, *, ends_message: bool = False) -> None:
        """Send bytes as they are, now if the socket takes them."""
        self._unwritten = bytes(self._unwritten) + raw if self._unwritten else raw
        self._ends_message = self._ends_message or ends_message
        if not self._write():
            self._touch()  # the stage's time begins though nothing has moved yet

    def _write(self) -> bool:
        """Write what the socket takes; return whether it was anything."""
        if not self._unwritten or self._socket is None:
            return False
        has_moved = False
        while self._unwritten:
            try:
                sent = self._socket.send(self._unwritten)
            except BlockingIOError:
                self._watch(EVENT_READ | EVENT_WRITE)
                break
            except OSError as error:
                self._forget_unwritten()
                self._read()  # the relay may have said why before it closed
                self._lose(describe(error))
                return True
            has_moved = True
            self._unwritten = memoryview(self._unwritten)[sent:] if sent < len(self._unwritten) else b""
        else:
            self._watch(EVENT_READ)
            if self._ends_message:
                self._ends_message = False
                self._session.dot_sent()
        if has_moved:
            self._touch()
        return has_moved

    def _lose(self, reason: str) -> None:
        self._perform(self._session.lost(reason))

    def _perform(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send():
                    self._send(effect)
                case StartTls():
                    self._start_tls()
                case Ready():
                    self.state = State.READY
                    self._touch()
                case Settled():
                    self.state = State.READY
                    self._touch()
                    self._settled(effect.reply)
                case Failed():
                    self.trouble = effect.trouble
                case HangUp():
                    self.abort()
                case _:
                    assert_never(effect)

    # Small parts ---------------------------------------------------------------------------------

    def _touch(self) -> None:
        """Something moved: the stage's time begins anew."""
        self.last_used = self._clock()
        idle = self.state in (State.READY, State.CLOSED)
        self.deadline = math.inf if idle else self.last_used + self._relay.patience[self._session.stage]

    def _watch(self, events: int) -> None:
        if self._socket is None or events == self._watched:
            return
        if self._watched:
            self._selector.modify(self, events, self)
        else:
            self._selector.register(self, events, self)
        self._watched = events

    def _drop_socket(self) -> None:
        if self._socket is None:
            return
        if self._watched:
            self._selector.unregister(self)
            self._watched = 0
        self._socket.close()
        self._socket = None
        self._forget_unwritten()

    def _forget_unwritten(self) -> None:
        self._unwritten = b""
        self._ends_message = False


def _literal(own_address: str) -> str:
    """Return the address literal (RFC 5321, section 4.1.3) by which a client without a name greets."""
    address = ip_address(own_address.partition("%")[0])
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"
