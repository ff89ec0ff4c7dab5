"""Mails that are built and wait for their turn on a connection, relay by relay.

It lives no longer than one run of the send service. What stands here was read before the transaction that
decides about it, and is decided about by what that transaction reads.
"""

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from jo.daemon.compose import Prepared, Spoiled
from jo.daemon.live import Live
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
    orphans: Sequence[Intent]
    """Mails whose journey or template is there no more."""

    @property
    def intents(self) -> Sequence[Intent]:
        return [*(item.intent for item in self.ready), *self.orphans]


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
        self._waiting: dict[str, deque[Prepared]] = {}
        self._known: set[int] = set()
        """Ids of the intents that wait for a relay."""

    @property
    def is_empty(self) -> bool:
        return not (self._orphans or self._spoiled or self._known)

    @property
    def relays(self) -> Collection[str]:
        """The relays that mails wait for."""
        return [relay for relay, waiting in self._waiting.items() if waiting]

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

    def may_go(self, room: Callable[[str], int]) -> bool:
        """Tell whether a round would find something to decide about."""
        return bool(self._orphans or self._spoiled) or any(
            waiting and room(relay) > 0 for relay, waiting in self._waiting.items()
        )

    def take(self, room: Callable[[str], int]) -> Round | None:
        """Take what a round decides about: of each relay's mails as many as there is room for, in order."""
        if self._live is None:
            return None
        ready: list[Prepared | Spoiled] = [*self._spoiled]
        for relay, waiting in self._waiting.items():
            ready += [waiting.popleft() for _ in range(min(room(relay), len(waiting)))]
        self._known.difference_update(item.intent.id for item in ready)
        if not ready and not self._orphans:
            return None
        found = Round(live=self._live, ready=ready, people=self._people, orphans=self._orphans)
        self._orphans, self._spoiled = [], []
        return found
