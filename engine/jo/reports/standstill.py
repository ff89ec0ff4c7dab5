"""Why nothing runs, and what would happen if it did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jo.flow.hold import Cause, Hold

SENTENCES: Mapping[Cause, str] = {
    Cause.OVERDUE: "Work has been due for longer than `hold_after`: nothing ran, or the clock was wrong.",
    Cause.CLOCK_BACK: (
        "The clock is behind the moment at which something last ran. Set it right; release only when it is "
        "right now."
    ),
    Cause.ROLLED_BACK: (
        "The store is older than the journal: it was restored from a backup, rolled back, or is a copy. "
        "Unsubscribes, clicks and events since then are not in it."
    ),
    Cause.OTHER_STORE: (
        "The journal was used with another store, or with this one before it was begun anew or restored from "
        "a backup of its first hour. If another store is in use, give this one a journal of its own "
        "(`[journal] path`)."
    ),
    Cause.CLONED: (
        "The journal is a copy of the one that this store was used with: the project was copied, restored "
        "from a copy, or moved to another disk. Where the original goes on as well, stop one of the two, for "
        "both would send the same mails; what it has sent since the copy was made is not known here."
    ),
    Cause.JOURNAL_BEHIND: (
        "The journal is not the one that this store was used with last, or an older copy of it. What it does "
        "not know of may have been sent."
    ),
    Cause.JOURNAL_LOST: (
        "The store was used with a journal that is not here. Put it back, and the next start goes on by "
        "itself. As long as the store is no older copy, nothing is lost without it; otherwise what was sent "
        "since would be sent again."
    ),
    Cause.JOURNAL_DAMAGED: (
        "Some records of the journal cannot be read: damaged, moved away, or older than `keep`. Mails that "
        "only they tell of would be sent again."
    ),
}
"""What the operator has to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits in one journey for a hold to be lifted."""

    journey: str
    mails: int
    """Held mails."""
    known: int
    """Of these, mails that a journal knows; they are not sent."""
    people: int
    """People whose next step is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standstill:
    holds: Sequence[Hold]
    waiting: Sequence[Waiting]

    @property
    def mails(self) -> int:
        return sum(item.mails for item in self.waiting)

    @property
    def known(self) -> int:
        return sum(item.known for item in self.waiting)

    @property
    def people(self) -> int:
        return sum(item.people for item in self.waiting)
