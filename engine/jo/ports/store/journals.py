"""What the store knows of the journals that are kept outside of it, and what they knew better."""

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jo.ports.journal import Entry, Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownJournal:
    id: str
    place: str
    """Host and folder, for people, and to tell a journal that is gone from one that is new."""
    file: str
    """As the journal calls it: a copy has the same id in another file."""
    mark: Mark
    """Every record up to here is of an attempt that this store has."""
    at: datetime
    """When a worker last began with it."""


class KnownJournals(Protocol):
    def store_id(self) -> str | None:
        """Return the store's name for journals; a copy of the store has the same."""
        ...

    def name_store(self, id: str) -> None: ...

    def progress(self) -> int:
        """Return how far the store has come, by all its marks, applies and opt-outs; it never gets less."""
        ...

    def all(self) -> Sequence[KnownJournal]:
        """Return them sorted by id."""
        ...

    def put(self, journal: KnownJournal) -> None: ...

    def advance(self, id: str, before: Mark, after: Mark) -> None:
        """Move a mark. Raises JournalMovedError when it is not where it was left."""
        ...

    def unknown(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Return those of whose attempts the store knows nothing."""
        ...

    def know(self, entries: Sequence[Entry]) -> None:
        """Keep what a journal knows, until the ledger settles its mails by it.

        A later word about an attempt replaces an earlier one.
        """
        ...

    def known(self, publics: Collection[str]) -> Set[str]:
        """Return the public ids of mails that will be settled as soon as they are planned, of these."""
        ...
