"""The store's copy of the outside world's rows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from jo.ports.warehouse import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsDelta:
    """What a sync changed, as keys."""

    changed: Sequence[str]
    """New, different, or back after they were gone; sorted."""
    gone: Sequence[str]
    """Sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    data: Mapping[str, Any]
    is_gone: bool
    """Whether the row has vanished from its source; the data is what was last known."""


class Facts(Protocol):
    def sync(
        self, source: str, rows: Iterable[Fact], as_of: datetime, *, asked: Collection[str]
    ) -> FactsDelta:
        """Take over rows by difference, each key once. Keys that were asked for and have no row are gone.

        `as_of` is when the table behind the rows was written; the newest one counts for the source.
        """
        ...

    def rows(self, source: str, keys: Collection[str]) -> Mapping[str, FactRow]:
        """Return key → row, of those that were ever copied."""
        ...

    def keys(self, source: str) -> Sequence[str]:
        """Return the keys of all rows that were ever copied, sorted."""
        ...

    def as_of(self) -> Mapping[str, datetime]:
        """Return source → when the table behind the copy was written."""
        ...
