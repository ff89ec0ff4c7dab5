"""What a compiled condition reads about one person: rows, the clock, and what this passage has seen.

Values are text, int, float, bool, date, aware UTC datetime, or None for NULL; of the declared type and within
the domain (integers within 2^53, finite numbers, years 1900 to 2200).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

Row = Mapping[str, object]


class Passage(Protocol):
    """jo's own records about the person, for the functions that read them."""

    def sent(self, step: str) -> datetime | None: ...
    def opened(self, step: str) -> datetime | None: ...
    def clicked(self, step: str, link: str | None) -> datetime | None:
        """Return the first click on the link; on any link when None."""
        ...

    def happened(self, event: str) -> datetime | None: ...
    def received(self, template: str, days: int) -> bool: ...
    def events(self, name: str, days: int) -> int: ...
    def enrolled(self, program: str, days: int | None) -> bool: ...
    def in_list(self, name: str) -> bool: ...
    def count(self, key: str) -> int | None:
        """Return the stored value of a `count`; the key is its normal text (`functions.count_key`)."""
        ...


class Facts(Protocol):
    @property
    def today(self) -> date:
        """The project's date in lists, the participant's in programs and templates."""
        ...

    @property
    def now(self) -> datetime: ...
    @property
    def passage(self) -> Passage: ...
    def row(self, namespace: str) -> Row | None:
        """Return the row behind a namespace; None when there is none, and all its fields are NULL."""
        ...

    def lookup(self, table: str, key: object) -> Row | None:
        """Return the row of a source by its key, for references beyond a namespace."""
        ...
