"""Rates that all workers keep together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jo.timing.rates import Rate


@dataclass(frozen=True, slots=True)
class Grant:
    granted: int
    """How many mails may go now; what is not used of them is lost."""
    free_at: datetime
    """When there may be more."""


class Limits(Protocol):
    def take(self, name: str, want: int, rate: Rate, now: datetime) -> Grant:
        """Ask for leave to send some mails, one at least; granted with the transaction's commit, and as soon.

        As many are granted as `jo.flow.limits.leave` allows at once, and none before the time of those
        before them is over. So however many workers ask, no stretch as long as the rate's time sees more
        mails than its count. `now` has to come from one clock for all that ask: the database's, read in
        this transaction, or the one of a world where time stands still. Whoever asks last is let go first
        where that clock has gone back, or the rate was a slower one.

        Names are asked for in one order by everybody, so that no two wait for each other.
        """
        ...

    def tidy(self, before: datetime, limit: int) -> int:
        """Forget at most so many rates whose moment was over before; returns how many. Waits for nobody."""
        ...
