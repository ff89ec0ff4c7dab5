"""The port to the outside world's tables: who is in a list, and what is known of whom."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from jo.conditions.types import Field
from jo.model.power_list import PowerList
from jo.model.project import Project
from jo.model.source import Source
from jo.ports.errors import WorldError


class SourceError(WorldError):
    """A source cannot be read as it was declared: the file is away, a column is missing, a row is broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One row of a power list."""

    key: str
    """The key of the row."""
    contact: str | None
    """The key of the contact behind it; the same as `key` for lists of contacts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """The members of a list at an instant, and how many were left out on the way."""

    members: Sequence[Member]
    """Sorted by key, each key once."""
    as_of: datetime
    """When the oldest of the sources that it reads was written."""
    left_out: Mapping[str, int]
    """Reason → rows, such as `not distinct`, `excluded`, `by fallback` is not among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong with a source's data, told without the data."""

    code: str
    """Id of the diagnostic code, such as `J601`."""
    source: str
    field: str | None
    detail: str
    help: str = ""
    is_error: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A row of a source as jo keeps it: plain JSON values, dates and times in ISO 8601, times in UTC."""

    key: str
    data: Mapping[str, Any]


class Warehouse(Protocol):
    """Computes audiences where the data is."""

    def check(self, source: Source) -> Sequence[Finding]:
        """Hold the declared fields against the real table. Raises nothing for what the data is like."""
        ...

    def as_of(self, source: Source) -> datetime:
        """Return when the table was last written. Raises SourceError when it cannot be read."""
        ...

    def audience(self, project: Project, power_list: PowerList, *, today: date, now: datetime) -> Audience:
        """Compute a list. Raises SourceError."""
        ...

    def facts(
        self,
        project: Project,
        source: Source,
        keys: Iterable[str] | None,
        fields: Mapping[str, Field],
    ) -> Iterator[Fact]:
        """Yield rows by key, sorted by key, with the named fields only; all rows when `keys` is None.

        Raises SourceError.
        """
        ...

    def close(self) -> None: ...
