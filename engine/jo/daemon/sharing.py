"""How workers share the work: which one has which shard and which duty, and what becomes of a dead one's.

Each worker has one lease, and the shares of a lease are its worker's alone. At least every `SHARING_SECONDS`
each worker does the same small step, in one transaction under its own lease: it renews the lease, buries
those of others that are over, counts who lives, and takes or gives back as many shares as make its fair part.
Nobody is told what to do by another; where two do the step at once, a share goes to whoever updates its row
first. Living workers see the same leases, and a part follows from them alone: the parts add up to the whole,
and a worker moves no more shares than it has too many or too few.

Why nothing is done twice. A worker's transactions hold the row of its lease to their end, and burying needs
that row for itself: so when a lease is buried, none of its worker's transactions is open, and its next one
finds the token raised. A worker gives back shares between its own transactions. So whoever takes a share
sees all that was done with it before, and until it gives it back it alone reads and writes what counts by
address.

A worker may have attempts on the wire in shards that it gives back. That does no harm: an attempt is settled
by its id under its worker's lease, its intent is not pending until then, so nobody else opens another one,
and caps count it as sent. Only what was read of a shard before it was given back must not be written after.

Leases go by the database's clock alone. Services go by the worker's own (decision 005); one that differs by
more than `TOLERANCE` would send too early or too late, so such a worker gives everything back and waits.
"""

from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count

from jo.flow.shards import SHARDS
from jo.ports.errors import WorldError
from jo.ports.store import Lease, Transaction

LEASE_SECONDS = 60.0
"""How long the work of a worker rests that died without a word; longer than any transaction may be open."""
SHARING_SECONDS = 2.0
TOLERANCE = timedelta(seconds=5)

_FAMILY = "run/"
"""What the names of workers' leases begin with. A name is used again, so that there are never many."""


class Duty(StrEnum):
    """What one worker does for all, because it is not about one person."""

    REFRESH = "refresh"
    """Lists and facts; and the outreaches, which have lists computed right before they send."""
    ENROLL = "enroll"
    EVENTS = "events"
    RESCUE = "rescue"
    RELEASE = "release"
    """What was held goes out at one rate, whatever the number of workers."""


class ClocksDifferError(WorldError):
    """The clock of this machine cannot be trusted: it differs from the database's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a worker has."""

    lease: Lease
    shards: frozenset[int]
    duties: frozenset[Duty]
    clock: datetime
    """What time it was for the database."""


_SHARDS = {f"shard/{number:02}": number for number in range(SHARDS)}
_DUTIES = {f"duty/{duty}": duty for duty in Duty}


def workers(work: Transaction) -> Sequence[Lease]:
    """Return the leases of workers, run out or not."""
    return [lease for lease in work.leases.held() if lease.name.startswith(_FAMILY)]


def holdings(work: Transaction) -> Sequence[Part]:
    """Return what each worker has whose lease was neither given back nor buried."""
    now, has = work.leases.clock(), work.shares.all()
    return [
        Part(
            lease=lease,
            shards=frozenset(_SHARDS[name] for name in _SHARDS if has.get(name) == lease.name),
            duties=frozenset(_DUTIES[name] for name in _DUTIES if has.get(name) == lease.name),
            clock=now,
        )
        for lease in workers(work)
    ]


def bury_all(work: Transaction) -> None:
    """End the leases of all workers. Only for a caller who knows that none of them lives."""
    for lease in workers(work):
        work.leases.bury(lease, lease.until)


def join(work: Transaction, owner: str, seconds: float, *, is_alone: bool) -> Lease | None:
    """Take a lease. None when the worker has to be alone, and another one lives."""
    now = work.leases.clock()
    held = {lease.name for lease in workers(work) if not work.leases.bury(lease, now)}
    if held and is_alone:
        return None
    work.shares.declare([*_SHARDS, *_DUTIES])
    for number in count(1):
        name = f"{_FAMILY}{number}"
        if name not in held:
            lease = work.leases.acquire(name, owner, now, seconds)
            if lease is not None or is_alone:
                return lease
    raise AssertionError


def share(work: Transaction, lease: Lease, seconds: float, busy: Collection[Duty]) -> Part:
    """Do the step of the module's description, in a transaction under the lease.

    Duties that the worker is busy with stay with it. Raises LeaseLostError.
    """
    now = work.leases.clock()
    lease = work.leases.renew(lease, now, seconds)
    others = [other for other in workers(work) if other.name != lease.name]
    for other in others:
        if other.until <= now:
            work.leases.bury(other, now)
    living = sorted([lease.name, *(other.name for other in others if other.until > now)])
    rank = living.index(lease.name)
    shards = _own(work, lease, _SHARDS, part(len(_SHARDS), rank, len(living)))
    # In the opposite order, so that who has one shard more does not have one duty more as well.
    duties = _own(
        work,
        lease,
        _DUTIES,
        part(len(_DUTIES), len(living) - 1 - rank, len(living)),
        {f"duty/{duty}" for duty in busy},
    )
    return Part(
        lease=lease,
        shards=frozenset(_SHARDS[name] for name in shards),
        duties=frozenset(_DUTIES[name] for name in duties),
        clock=now,
    )


def part(total: int, rank: int, among: int) -> int:
    """Return how many of `total` the worker of that rank has, when they are spread evenly."""
    return total // among + (rank < total % among)


def _own(
    work: Transaction, lease: Lease, names: Iterable[str], wanted: int, keep: Set[str] = frozenset()
) -> frozenset[str]:
    """Give back what is too many of these shares, or take what is missing and free. Returns what it has."""
    all_ = work.shares.all()
    mine = [name for name in names if all_[name] == lease.name]
    if len(mine) > wanted:
        mine.sort(key=lambda name: name not in keep)
        kept = max(wanted, sum(name in keep for name in mine))
        work.shares.give_back(lease, mine[kept:])
        return frozenset(mine[:kept])
    free = [name for name in names if all_[name] is None]
    taken = work.shares.take(lease, free[: wanted - len(mine)]) if free else frozenset()
    return taken.union(mine)
