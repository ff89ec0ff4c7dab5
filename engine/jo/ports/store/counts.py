"""The counts that a status reads, held against what they count."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Miscount:
    """A count that is not what it should be. That never happens by itself: it is damage, or a bug in jo."""

    journey: str
    what: str
    """`inside`, `pinned`, `ended`, `decided` or `mail`."""
    word: str
    """The step, revision, exit, reason or state."""
    why: str
    kept: int
    found: int
    """How many there are, counted one by one."""


class Counts(Protocol):
    """Kept with each transition, so that no status ever counts people or mails one by one."""

    def miscounts(self) -> Sequence[Miscount]:
        """Count everything one by one and return what differs, sorted. Reads all people and mails."""
        ...

    def recount(self) -> None:
        """Count everything one by one and keep that. Reads all people and mails."""
        ...
