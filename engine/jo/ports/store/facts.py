"""The store's copy of the outside world's rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from jo.ports.warehouse import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsDifference:
    """How rows differ from the copy."""

    rows: Mapping[str, str]
    """Key → data as the store writes it, of those that are new, different, or back after they were gone."""
    new: frozenset[str]
    """Those of the keys that were never copied."""


class FactRow(NamedTuple):
    data: Mapping[str, Any]
    is_gone: bool
    """Whether the row has vanished from its source; the data is what was last known."""


class Facts(Protocol):
    def differing(self, source: str, rows: Collection[Fact]) -> FactsDifference:
        """Hold rows against the copy, each key once; changes nothing."""
        ...

    def put(self, source: str, rows: Mapping[str, str]) -> None:
        """Take over rows, as `differing` gave them."""
        ...

    def mark_gone(self, source: str, keys: Collection[str]) -> None:
        """Note that rows have vanished from their source; what was last known of them stays."""
        ...

    def mark(self, as_of: Mapping[str, datetime]) -> None:
        """Note when the tables behind the copies were written, by source. A newer one is never taken back."""
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
