"""The clock of a worker."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        ...


class JumpingClock(Clock, Protocol):
    """A clock on which no time passes by itself."""

    def jump(self, to: datetime) -> None:
        """Make it that instant; never an earlier one than it is."""
        ...
