"""Leases: who may act, until when, with a token that fences every write.

A lease is alone in time by its row in the database. `now` is the caller's, because virtual clocks exist:
all that take one lease must go by one clock. A clock that runs ahead can take a lease too early; the token
then fences the holder before, so the harm ends at the next write.
"""

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
    def acquire(self, name: str, owner: str, now: datetime, seconds: float) -> Lease | None:
        """Return the lease, or None while another owner holds it.

        An owner that holds it gets a new token: what it began under the former one is fenced off.
        """
        ...

    def seize(self, name: str, owner: str, now: datetime, seconds: float) -> Lease:
        """Take the lease from whoever holds it. Only for a caller who knows that the holder is dead."""
        ...

    def renew(self, lease: Lease, now: datetime, seconds: float) -> Lease:
        """Move the end. A lease that ran out may be renewed while nobody took it; raises LeaseLostError."""
        ...

    def release(self, lease: Lease) -> None:
        """Give the lease back; nothing happens when it was lost before."""
        ...

    def holder(self, name: str) -> Lease | None:
        """Return the lease as it was last taken, run out or not; None when it was given back."""
        ...
