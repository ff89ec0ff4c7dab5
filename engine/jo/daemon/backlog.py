"""Mails that are built and wait for their turn on a connection, relay by relay.

Those that may not go now stay in line, and others go past them; when nobody in reach may go, those that wait
for their domain's limits are put off. It lives no longer than one run of the send service. What stands here
was read before the transaction that decides about it, and is decided about by what that transaction reads.
"""

from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from jo.daemon.compose import Prepared, Spoiled
from jo.daemon.live import Live
from jo.daemon.traffic import Gate, Slots, Traffic
from jo.flow.intent import Intent
from jo.flow.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The mails that one transaction decides about."""

    live: Live
    """What was live when they were built."""
    ready: Sequence[Prepared | Spoiled]
    people: Mapping[int, Person]
    """Intent id → the person it is for; of others, too."""
    late: Sequence[Prepared] = ()
    """Those that are put off, for the limits of their domains."""
    orphans: Sequence[Intent]
    """Mails whose journey or template is there no more."""

    @property
    def intents(self) -> Sequence[Intent]:
        return [*(item.intent for item in (*self.ready, *self.late)), *self.orphans]


class Backlog:
    def __init__(self) -> None:
        self._live: Live | None = None
        self.may_grow = True
        """False when nothing more was found: until the next run there is no use in looking again."""
        self._clear()

    def _clear(self) -> None:
        self._people: dict[int, Person] = {}
        self._orphans: list[Intent] = []
        self._spoiled: list[Spoiled] = []
        self._late: list[Prepared] = []
        self._waiting: dict[str, deque[Prepared]] = {}
        self._known: set[int] = set()
        """Ids of the intents that wait in line or are put off."""

    @property
    def is_empty(self) -> bool:
        return not (self._orphans or self._spoiled or self._known)

    @property
    def known(self) -> Collection[int]:
        """Ids of the intents that need not be built again."""
        return self._known

    @property
    def waiting(self) -> Iterable[Prepared]:
        """Those in line."""
        return (item for waiting in self._waiting.values() for item in waiting)

    def relays_without(self, slots: Slots) -> Collection[str]:
        """Return the relays that mails wait for and that take none now."""
        return [relay for relay, waiting in self._waiting.items() if waiting and not slots.at_relay(relay)]

    def add(self, found: Round) -> None:
        """Put mails behind those that wait; when what is live has changed, in place of them."""
        if self.is_empty or found.live is not self._live:
            self._clear()
            self._live = found.live
        self._people.update(found.people)
        self._orphans += found.orphans
        new = [item for item in found.ready if item.intent.id not in self._known]
        self.may_grow = bool(new or found.orphans)
        for item in new:
            if isinstance(item, Spoiled):
                self._spoiled.append(item)
            else:
                self._known.add(item.intent.id)
                self._waiting.setdefault(item.relay, deque()).append(item)

    def may_go(self, slots: Slots) -> bool:
        """Tell whether a round would find something to decide about."""
        return bool(self._orphans or self._spoiled or self._late) or any(
            slots.at_relay(relay) > 0 and any(map(slots.has, waiting))
            for relay, waiting in self._waiting.items()
        )

    def take(self, slots: Slots) -> Round | None:
        """Take what a round decides about: of each relay's mails as many as there is room for, in order."""
        if self._live is None:
            return None
        going: list[Prepared] = []
        for relay, waiting in self._waiting.items():
            passed: list[Prepared] = []
            while waiting and slots.at_relay(relay) > 0:
                item = waiting.popleft()
                (going if slots.take(item) else passed).append(item)
            waiting.extendleft(reversed(passed))
        self._known.difference_update(item.intent.id for item in (*going, *self._late))
        if not (going or self._spoiled or self._late or self._orphans):
            return None
        found = Round(
            live=self._live,
            ready=[*self._spoiled, *going],
            late=self._late,
            people=self._people,
            orphans=self._orphans,
        )
        self._orphans, self._spoiled, self._late = [], [], []
        return found

    def put_back(self, left: Sequence[Prepared]) -> None:
        """Put mails of the last round back to where they were: it did not decide about them."""
        for item in reversed(left):
            self._known.add(item.intent.id)
            self._waiting[item.relay].appendleft(item)

    def put_off(self, slots: Slots, traffic: Traffic) -> None:
        """Have the next round put off those that wait for limits of their domains, but for the first few."""
        in_line: Counter[Gate | None] = Counter()
        for relay, waiting in self._waiting.items():
            stay: deque[Prepared] = deque()
            for item in waiting:
                gate = slots.blocked_at(item)
                in_line[gate] += 1
                is_late = gate is not None and traffic.is_long(gate, in_line[gate])
                (self._late if is_late else stay).append(item)
            self._waiting[relay] = stay
