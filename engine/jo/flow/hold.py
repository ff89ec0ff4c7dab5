"""Holds: why a worker does nothing until somebody has looked.

A hold is not a pause. A pause is a person's wish; a hold is jo's own doubt whether what it would do is right:
whether the store is the one that was written to last, or whether mails that have waited so long are still
wanted. A person lifts it; only where the very thing that was missing is back, the doubt is over by itself.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Cause(StrEnum):
    OVERDUE = "overdue"
    """Work was due for longer than `hold_after`."""
    CLOCK_BACK = "clock-back"
    """The clock is behind the moment at which something last ran."""
    ROLLED_BACK = "rolled-back"
    """The store is older than what a journal has seen of it."""
    OTHER_STORE = "other-store"
    """The journal was used with another store."""
    CLONED = "cloned"
    """The journal is a copy, in another file, of the one that the store was used with."""
    JOURNAL_BEHIND = "journal-behind"
    """The journal is not the one that the store was used with last, or an older copy of it."""
    JOURNAL_LOST = "journal-lost"
    """The store was used with a journal here that is not here."""
    JOURNAL_DAMAGED = "journal-damaged"
    """Some of what the journal should tell cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    cause: Cause
    detail: str
    """What is the matter here, for people: places and counts."""
    at: datetime
