"""The clock of a worker: it says what instant it is, and lets time pass until there is work again."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        ...

    def wait(self, until: datetime | None) -> bool:
        """Let time pass until the instant (None: until woken). Returns False when it is time to stop."""
        ...
