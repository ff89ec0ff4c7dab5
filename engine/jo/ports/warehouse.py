"""The port to the outside world's tables: who is in a list, and what is known of whom.

A row that does not hold what its source declares is *unreadable*: nobody can say what stands in it. A list
leaves it out, and whoever refers to it, rather than take what cannot be read for NULL and write to
somebody who should not be written to. Such rows are counted, in `Audience.left_out` and as findings.

Keys are texts here, whatever their type is in the source; the order of keys is that of these texts, by code
point.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from jo.conditions.tree import Call
from jo.diagnostics.codes import Code, Severity
from jo.model.power_list import PowerList
from jo.model.project import Project
from jo.model.source import Source
from jo.ports.errors import WorldError

NO_CONTACT = "no contact"
"""The row refers to no contact, or to one that does not exist."""
EXCLUDED = "excluded"
NOT_DISTINCT = "not distinct"
UNREADABLE = "unreadable"
"""The row, or one that it refers to, cannot be read, and what can be read does not speak against it."""


class SourceError(WorldError):
    """A source cannot be read as it was declared: the file is away, a column is missing, a row is broken."""


class Member(NamedTuple):
    """One row of a power list. A tuple: there are millions, and a dataclass takes five times as long."""

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
    """Reason → rows, of those that the list's conditions let pass. Reasons that do not occur are missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong with a source's data, told without the data."""

    code: Code
    source: str
    field: str | None = None
    detail: str
    help: str = ""
    severity: Severity = Severity.ERROR
    """An error stops all use of the source; a warning leaves rows out."""
    rows: int = 0
    """How many rows it is about, where it is about rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A row of a source as jo keeps it: plain JSON values, dates and times in ISO 8601, times in UTC."""

    key: str
    data: Mapping[str, Any]
    is_readable: bool = True
    """Whether every value could be read; those that could not are None. Nothing is known to have changed
    where this is false, so what was known before is worth more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Which `count(…)` of conditions to evaluate about each row, and at which instant."""

    calls: Collection[Call]
    today: date
    now: datetime


class Warehouse(Protocol):
    """Computes audiences where the data is. Used by one thread at a time."""

    def check(self, project: Project, source: Source) -> Sequence[Finding]:
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
        fields: Collection[str],
        counts: Counts | None = None,
    ) -> Iterator[Fact]:
        """Yield rows sorted by key, with the key and the named fields only; all rows when `keys` is None.

        The value of each of the `counts` stands in `data` under its `count_key`. Raises SourceError, and does
        so before the first row.
        """
        ...

    def explain(self, project: Project, power_list: PowerList, *, today: date, now: datetime) -> str:
        """Return the query behind a list, for people. Raises SourceError."""
        ...

    def close(self) -> None:
        """Give back memory and files. May be asked again afterwards, and opens again then."""
        ...
