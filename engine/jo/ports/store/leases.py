"""Leases: who may act, until when, with a token that fences every write.

A lease is alone in time by its row in the database, and all leases go by the database's clock: `now` is what
`clock` said in the same transaction, or a test's own. A clock of another machine that runs ahead could take a
lease too early; the token fences the holder before in any case, so the harm would end at its next write.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    name: str
    owner: str
    token: int
    """Grows with every acquisition of the name; every write carries it."""
    until: datetime


class Leases(Protocol):
    def clock(self) -> datetime:
        """Return what time it is by the database's clock, now and not when the transaction began."""
        ...

    def acquire(self, name: str, owner: str, now: datetime, seconds: float) -> Lease | None:
        """Return the lease, or None while another owner holds it.

        An owner that holds it gets a new token: what it began under the former one is fenced off.
        """
        ...

    def renew(self, lease: Lease, now: datetime, seconds: float) -> Lease:
        """Move the end. A lease that ran out may be renewed while nobody took it; raises LeaseLostError."""
        ...

    def release(self, lease: Lease) -> None:
        """Give the lease back with all of its shares; nothing happens when it was lost before."""
        ...

    def bury(self, lease: Lease, now: datetime) -> bool:
        """End somebody else's lease that is over by `now`: fence its holder, and free its shares.

        False when it was renewed, taken or buried meanwhile, or while its holder has a transaction open: that
        one may still commit, so it has to be waited for, at another time.
        """
        ...

    def holder(self, name: str) -> Lease | None:
        """Return the lease as it was last taken, run out or not; None when it was given back or buried."""
        ...

    def held(self) -> Sequence[Lease]:
        """Return all leases that somebody holds, run out or not, sorted by name."""
        ...
