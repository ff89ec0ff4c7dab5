"""Work over very many rows that a small transaction has asked for, done part by part afterwards.

A sweep is as durable as what asked for it, and may be gone on with by any process. Each part is a transaction
of its own and bounded. So nothing may depend on a sweep being over: what it changes is either looked at again
when its turn comes, or is read as if it were changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class SweepKind(StrEnum):
    WAKE = "wake"
    """Have the people inside the program `subject` looked at again."""
    WITHDRAW = "withdraw"
    """Withdraw the mails of the journey `subject` that have not gone, for the reason `detail`."""
    REQUEUE = "requeue"
    """Build the quarantined mails of the template `subject` anew."""
    RECONSIDER = "reconsider"
    """Look again at the mails that are held for the reason `subject`, a `Why`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    kind: SweepKind
    subject: str
    at: datetime
    """When it was asked for: when mails were withdrawn, since when people are due."""
    detail: str = ""


class Sweeps(Protocol):
    def add(self, sweeps: Sequence[Sweep]) -> None:
        """Ask for work; it is done in this order."""
        ...

    def is_idle(self) -> bool:
        """Tell whether there is nothing left to do."""
        ...

    def go_on(self, limit: int) -> int | None:
        """Do the next part of the first sweep, over `limit` rows at most.

        Returns how many rows it was about; None when there is nothing left to do.
        """
        ...
