"""Holds, what they hold back, and the mails that a release lets go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from jo.flow.hold import Cause, Hold
from jo.reports.standstill import Waiting


class Holds(Protocol):
    def put(self, cause: Cause, detail: str, at: datetime, subject: str = "") -> None:
        """Put a hold on all workers; one of that cause and subject that is not lifted stays as it is."""
        ...

    def settle(self, cause: Cause, subject: str) -> bool:
        """Take back a hold, because there is no doubt any more; tells whether there was one.

        Nobody has looked at what waits: it is no release.
        """
        ...

    def active(self) -> Sequence[Hold]:
        """Return the holds that nobody has lifted, sorted by cause."""
        ...

    def release(self, by: str, at: datetime) -> Sequence[Hold]:
        """Lift all holds, and return them."""
        ...

    def released_at(self) -> datetime | None:
        """Return when holds were last lifted."""
        ...

    def is_overdue(self, by: datetime, now: datetime) -> bool:
        """Tell whether mails that may still go, or people, have been due since `by` and not let go since."""
        ...

    def hold_mails(self, by: datetime, now: datetime, limit: int) -> int:
        """Have mails that were due by then held until they expire, up to `limit`. Returns how many."""
        ...

    def let_go(self, now: datetime, limit: int) -> int:
        """Make held mails due, those that expire first before others. Returns how many."""
        ...

    def are_mails_held(self) -> bool: ...

    def waiting(self, now: datetime) -> Sequence[Waiting]:
        """Return what waits, sorted by journey."""
        ...
