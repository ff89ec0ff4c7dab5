"""Holds: why a worker does nothing until somebody has looked.

A hold is not a pause. A pause is a person's wish; a hold is jo's own doubt whether what it would do is right:
whether the store is the one that was written to last, or whether mails that have waited so long are still
wanted. A person lifts it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Cause(StrEnum):
    OVERDUE = "overdue"
    """Work was due for longer than `hold_after`."""
    ROLLED_BACK = "rolled-back"
    """The store is older than what a journal has seen of it."""
    OTHER_STORE = "other-store"
    """The journal was used with another store."""
    JOURNAL_BEHIND = "journal-behind"
    """The journal is not the one that the store was used with last, or an older copy of it."""
    JOURNAL_LOST = "journal-lost"
    """The store was used with a journal here that is not here."""
    JOURNAL_DAMAGED = "journal-damaged"
    """Some of what the journal should tell cannot be read."""


SENTENCES: Mapping[Cause, str] = {
    Cause.OVERDUE: "Work has been due for longer than `hold_after`: nothing ran, or the clock was wrong.",
    Cause.ROLLED_BACK: (
        "The store is older than the journal: it was restored from a backup, rolled back, or is a copy. "
        "Unsubscribes, clicks and events since then are not in it."
    ),
    Cause.OTHER_STORE: (
        "The journal was used with another store. If that store is still in use, give this one a journal of "
        "its own (`[journal] path`)."
    ),
    Cause.JOURNAL_BEHIND: (
        "The journal is not the one that this store was used with last, or an older copy of it. What it does "
        "not know of may have been sent."
    ),
    Cause.JOURNAL_LOST: (
        "The store was used with a journal that is not here. As long as the store is no older copy, nothing "
        "is lost; otherwise what was sent since would be sent again."
    ),
    Cause.JOURNAL_DAMAGED: (
        "Some records of the journal cannot be read: damaged, moved away, or older than `keep`. Mails that "
        "only they tell of would be sent again."
    ),
}
"""What the operator has to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    cause: Cause
    detail: str
    """What is the matter here, for people: places and counts."""
    at: datetime
