"""Mails that are built and wait for their turn on a connection, relay by relay.

It lives no longer than one run of the send service. What stands here was read before the transaction that
decides about it, and is decided about by what that transaction reads.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
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

    def __bool__(self) -> bool:
        return bool(self.ready or self.orphans)


class Backlog:
    def __init__(self, found: Round) -> None:
        self._found = found
        self._orphans = found.orphans
        self._spoiled = [item for item in found.ready if isinstance(item, Spoiled)]
        self._waiting: dict[str, deque[Prepared]] = {}
        for item in found.ready:
            if isinstance(item, Prepared):
                self._waiting.setdefault(item.relay, deque()).append(item)

    @property
    def is_empty(self) -> bool:
        return not (self._orphans or self._spoiled or any(self._waiting.values()))

    def may_go(self, room: Callable[[str], int]) -> bool:
        """Tell whether a round would find something to decide about."""
        return bool(self._orphans or self._spoiled) or any(
            waiting and room(relay) > 0 for relay, waiting in self._waiting.items()
        )

    def take(self, room: Callable[[str], int]) -> Round:
        """Take what a round decides about: of each relay's mails as many as there is room for, in order."""
        ready: list[Prepared | Spoiled] = [*self._spoiled]
        for relay, waiting in self._waiting.items():
            ready += [waiting.popleft() for _ in range(min(room(relay), len(waiting)))]
        found = Round(live=self._found.live, ready=ready, people=self._found.people, orphans=self._orphans)
        self._orphans, self._spoiled = (), []
        return found
