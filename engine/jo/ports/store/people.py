"""What people have said and done: suppression, events, engagement."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from jo.flow.intent import Suppression
from jo.ports.store.passages import Happening


class Engaged(StrEnum):
    """What somebody did with a mail."""

    OPENED = "opened"
    CLICKED = "clicked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Something new was recorded about a contact or a passage that may change a decision."""

    id: int
    contact: str | None
    passage: int | None


class People(Protocol):
    def suppress(self, items: Sequence[tuple[str, Suppression, str]]) -> int:
        """Record suppressions: address key, suppression, source (such as an intent's public id).

        Returns how many were new; one that exists keeps its first time.
        """
        ...

    def settle_suppressions(self) -> None:
        """Let nobody add a suppression before this transaction is over, which must not add one itself.

        What is read of them afterwards holds for what the transaction does. Called before it changes
        anything, so that nobody who adds one waits for it and is waited for.
        """
        ...

    def suppressions(self, address_keys: Collection[str]) -> Mapping[str, tuple[Suppression, ...]]:
        """Return address key → suppressions, sorted by scope, of those that have any."""
        ...

    def event(
        self, source: str, event_id: str, happening: Happening, contact: str | None, received: datetime
    ) -> bool:
        """Record an event once per (source, event_id). Returns whether it was new."""
        ...

    def event_times(
        self, contacts: Collection[str], names: Collection[str]
    ) -> Mapping[str, Mapping[str, tuple[datetime, ...]]]:
        """Return contact → event → its times, ascending."""
        ...

    def engage(self, public: str, what: Engaged, link: str, at: datetime) -> bool:
        """Append a raw open or click of an intent's mail. Returns False when there is no such intent.

        `link` is the link's name, empty for an open.
        """
        ...

    def unseen(self, limit: int) -> Sequence[Signal]:
        """Return signals that no passage was woken for, oldest first."""
        ...

    def seen(self, ids: Collection[int]) -> None:
        """Forget signals, by id."""
        ...
