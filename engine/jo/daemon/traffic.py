"""How fast mail goes: rates by relay and domain, which all workers keep together, and connections by domain.

A mail passes the gate of its relay, and that of its recipient's domain where the relay has a limit for it. A
gate with a rate asks the store for leave, in the transaction that opens attempts, and is closed until there
may be more. Mails that wait at a closed gate stay in line and cost nothing. But the line is read by priority
and due moment, and those behind them may be for other domains: when a gate lets none through and nobody
else is in reach, its mails are put off. Each gets the next free moment behind those that were promised
before, so that however many there are, each is written once, and comes back when it is about its turn.

What is promised is a hint for this worker alone; only a leave lets mails go. So a worker that starts anew,
or one of eight, may promise a moment too early, and the mail waits in line for a little while.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jo.daemon.clocks import ClockKind
from jo.daemon.compose import Prepared
from jo.daemon.service import Worker
from jo.flow.limits import RelayLimits, domain_of, leave
from jo.flow.shards import SHARDS
from jo.ports.clock import Clock
from jo.ports.store import Transaction
from jo.timing.rates import Rate

UNDER_WAY = timedelta(milliseconds=100)
"""How long a mail is taken to be under way where nobody knows. Too short costs a look at mails that were put
off, too long leaves connections idle."""
IN_LINE = timedelta(seconds=2)
"""For how long there are mails in line at a gate before others are put off; about a run's time."""
_NO_LIMITS = RelayLimits()
_MANY = 1_000_000


@dataclass(frozen=True, slots=True)
class Gate:
    relay: str
    domain: str
    """Empty for the gate of the relay."""
    rate: Rate | None = None
    connections: int | None = None
    name: str = field(init=False)
    """What the store knows its rate by."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", f"relay/{self.relay} {self.domain}".rstrip())


class Traffic:
    def __init__(
        self, limits: Mapping[str, RelayLimits], clock: Clock, kind: ClockKind, worker: Worker
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._kind = kind
        self._worker = worker
        self._gates: dict[tuple[str, str], Sequence[Gate]] = {}
        """Relay and domain → the gates on the way."""
        self._closed: dict[str, datetime] = {}
        """Gate → until when it is closed, by the clock."""
        self._promised: dict[str, datetime] = {}
        """Gate → the last moment that was promised."""

    def gates(self, mail: Prepared) -> Sequence[Gate]:
        """Return the gates that a mail has to pass, that of its relay first."""
        limits = self._limits.get(mail.relay, _NO_LIMITS)
        return self._way(mail.relay, domain_of(mail.outgoing.recipient) if limits.domains else "")

    def gate_of(self, relay: str) -> Gate:
        """Return the gate of a relay, which all of its mails have to pass."""
        return self._way(relay, "")[0]

    def _way(self, relay: str, domain: str) -> Sequence[Gate]:
        found = self._gates.get((relay, domain))
        if found is None:
            limits = self._limits.get(relay, _NO_LIMITS)
            found = [Gate(relay, "", limits.rate)]
            if (limit := limits.of(domain)) is not None:
                found.append(Gate(relay, domain, limit.rate, limit.connections))
            self._gates[relay, domain] = found
        return found

    def opens_at(self, gate: Gate) -> datetime | None:
        """Return when a gate opens that is closed for its rate."""
        until = self._closed.get(gate.name)
        return until if until is not None and until > self._clock.now() else None

    def next_opening(self, mails: Iterable[Prepared]) -> datetime | None:
        """Return when the first of the closed gates opens that these mails wait at."""
        if not self._closed:
            return None
        moments = [self.opens_at(gate) for mail in mails for gate in self.gates(mail)]
        return min((moment for moment in moments if moment is not None), default=None)

    def seconds_until(self, moment: datetime) -> float | None:
        """Return how long it is until then; None where no time passes by itself."""
        if self._kind is ClockKind.FAST:
            return None
        return max(0.0, (moment - self._clock.now()).total_seconds())

    def has_rates(self, mails: Iterable[Prepared]) -> bool:
        return any(gate.rate is not None for mail in mails for gate in self.gates(mail))

    def admit(self, work: Transaction, mails: Sequence[Prepared]) -> Collection[int]:
        """Ask for leave for mails in their order; return the intent ids of those that have none now."""
        refused: set[int] = set()
        wanting = [(mail, self.gates(mail)) for mail in mails]
        asked = {gate for _, gates in wanting for gate in gates if gate.rate is not None}
        # Domains first: a mail that its domain does not let through takes nothing of its relay's rate. And
        # everybody asks in this one order, so that no two wait for each other.
        for gate in sorted(asked, key=lambda gate: (not gate.domain, gate.name)):
            here = [
                mail.intent.id for mail, gates in wanting if gate in gates and mail.intent.id not in refused
            ]
            if here:
                refused.update(here[self._ask(work, gate, len(here)) :])
        return refused

    def _ask(self, work: Transaction, gate: Gate, want: int) -> int:
        """Return for how many there is leave. Rates go by one clock for all workers, the database's."""
        assert gate.rate is not None
        here = self._clock.now()
        now = here if self._kind is ClockKind.FAST else work.leases.clock()
        grant = work.limits.take(gate.name, want, gate.rate, now)
        self._closed[gate.name] = here + (grant.free_at - now)
        return grant.granted

    def is_long(self, gate: Gate, in_line: int) -> bool:
        """Tell whether so many mails in line at a gate are more than go soon."""
        each = self._each(gate)
        return each is not None and in_line * each > max(IN_LINE, each)

    def promise(self, mail: Prepared) -> datetime:
        """Return when a mail that is put off should come back."""
        moment = self._clock.now()
        for gate in self.gates(mail):
            each = self._each(gate)
            if each is not None:
                begin = self._clock.now() + IN_LINE
                moment = max(moment, self._promised.get(gate.name, begin), begin) + each
                self._promised[gate.name] = moment
        return moment

    def promised_until(self, now: datetime) -> datetime | None:
        """Return the last moment that was promised to a mail that is put off; None when all are over."""
        last = max(self._promised.values(), default=None)
        return last if last is not None and last > now else None

    def _each(self, gate: Gate) -> timedelta | None:
        """Return how long a mail takes at a gate, for this worker's part of the mails; None for no time."""
        times = []
        if gate.rate is not None:
            part = max(1, len(self._worker.shards)) / SHARDS
            times.append(leave(gate.rate).interval / part)
        if gate.connections is not None:
            times.append(UNDER_WAY / gate.connections)
        return max(times, default=None)


class Slots:
    """The room that there is at one moment, taken mail by mail."""

    def __init__(
        self,
        traffic: Traffic,
        under_way: Iterable[Prepared],
        room: Callable[[str], int],
        rests: Callable[[str], bool],
    ) -> None:
        """`room` says how many mails a relay may be given, and `rests` whether none of them will go."""
        self._traffic = traffic
        self._room = room
        self._rests = rests
        self._under_way = Counter(gate.name for mail in under_way for gate in traffic.gates(mail))
        self._left: dict[str, int] = {}

    def at_relay(self, relay: str) -> int:
        """Return how many mails there is room for, whatever their domain."""
        return self._left_at(self._traffic.gate_of(relay))

    def has(self, mail: Prepared) -> bool:
        return all(self._left_at(gate) > 0 for gate in self._traffic.gates(mail))

    def take(self, mail: Prepared) -> bool:
        """Take a slot for a mail; False when there is none."""
        gates = self._traffic.gates(mail)
        if any(self._left_at(gate) <= 0 for gate in gates):
            return False
        for gate in gates:
            self._left[gate.name] -= 1
        return True

    def blocked_at(self, mail: Prepared) -> Gate | None:
        """Return the gate of its domain that keeps a mail which its relay would take."""
        relay, *domains = self._traffic.gates(mail)
        if self._left_at(relay) <= 0:
            return None
        return next((gate for gate in domains if self._left_at(gate) <= 0), None)

    def _left_at(self, gate: Gate) -> int:
        left = self._left.get(gate.name)
        if left is None:
            left = self._left[gate.name] = self._begin(gate)
        return left

    def _begin(self, gate: Gate) -> int:
        left = _MANY if gate.domain else self._room(gate.relay)
        if self._rests(gate.relay):
            return left
        if gate.connections is not None:
            left = gate.connections - self._under_way[gate.name]
        if gate.rate is not None:
            left = min(left, leave(gate.rate).most) if self._traffic.opens_at(gate) is None else 0
        return left
