"""Leases in the database, and the fence that holds a transaction to its lease."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, select, update

from jo.ports.store.errors import LeaseLostError
from jo.ports.store.leases import Lease
from jo.store.section import Section
from jo.store.spoken import ask
from jo.store.tables import leases, shares
from jo.store.twins import clock, insert

_CLOCK = select(clock())

_acquire = insert(leases)
_ACQUIRE = _acquire.on_conflict_do_update(
    index_elements=[leases.c.name],
    set_={
        "owner": _acquire.excluded.owner,
        "token": leases.c.token + 1,
        "until_at": _acquire.excluded.until_at,
    },
    where=or_(
        leases.c.owner.is_(None),
        leases.c.owner == _acquire.excluded.owner,
        leases.c.until_at <= bindparam("b_now", type_=leases.c.until_at.type),
    ),
).returning(leases.c.token)

_OURS = (
    leases.c.name == bindparam("b_name"),
    leases.c.owner == bindparam("b_owner"),
    leases.c.token == bindparam("b_token"),
)
_RENEW = update(leases).where(*_OURS).values(until_at=bindparam("until_at"))
_RELEASE = update(leases).where(*_OURS).values(owner=None)
_OVER = (
    select(leases.c.name)
    .where(*_OURS, leases.c.until_at <= bindparam("b_now", type_=leases.c.until_at.type))
    .with_for_update(skip_locked=True)
)
"""A lease that is over, unless its holder's fence is on it."""
_BURY = update(leases).where(leases.c.name.in_(_OVER)).values(owner=None, token=leases.c.token + 1)
_FREE = update(shares).where(shares.c.lease == bindparam("b_name")).values(lease=None)

_HELD = select(leases).where(leases.c.owner.is_not(None)).order_by(leases.c.name)
_HOLDER = _HELD.where(leases.c.name == bindparam("name"))

_FENCE = select(leases.c.name).where(*_OURS).with_for_update(read=True)
"""Where more than one transaction can write, the row stays locked to the end, so that nobody takes the lease
between the check and the commit. SQLite has one writer and no such clause."""


class SqlLeases(Section):
    __slots__ = ()

    def clock(self) -> datetime:
        return self._connection.execute(_CLOCK).scalar_one()

    def acquire(self, name: str, owner: str, now: datetime, seconds: float) -> Lease | None:
        until = now + timedelta(seconds=seconds)
        values = {"name": name, "owner": owner, "token": 1, "until_at": until, "b_now": now}
        token = self._connection.execute(_ACQUIRE, values).scalar()
        return None if token is None else Lease(name=name, owner=owner, token=token, until=until)

    def renew(self, lease: Lease, now: datetime, seconds: float) -> Lease:
        until = now + timedelta(seconds=seconds)
        if not self._connection.execute(_RENEW, {**_ours(lease), "until_at": until}).rowcount:
            raise _lost(lease)
        return Lease(name=lease.name, owner=lease.owner, token=lease.token, until=until)

    def release(self, lease: Lease) -> None:
        if self._connection.execute(_RELEASE, _ours(lease)).rowcount:
            self._connection.execute(_FREE, {"b_name": lease.name})

    def bury(self, lease: Lease, now: datetime) -> bool:
        is_buried = bool(self._connection.execute(_BURY, {**_ours(lease), "b_now": now}).rowcount)
        if is_buried:
            self._connection.execute(_FREE, {"b_name": lease.name})
        return is_buried

    def holder(self, name: str) -> Lease | None:
        row = self._connection.execute(_HOLDER, {"name": name}).one_or_none()
        return None if row is None else _lease(row)

    def held(self) -> Sequence[Lease]:
        return [_lease(row) for row in self._connection.execute(_HELD)]


def fence(connection: Connection, lease: Lease) -> None:
    """Hold a lease for the rest of the transaction. Raises LeaseLostError when it is not ours any more."""
    if not ask(connection, _FENCE, _ours(lease)):
        raise _lost(lease)


def _lease(row: Row[Any]) -> Lease:
    return Lease(name=row.name, owner=row.owner, token=row.token, until=row.until_at)


def _ours(lease: Lease) -> dict[str, object]:
    return {"b_name": lease.name, "b_owner": lease.owner, "b_token": lease.token}


def _lost(lease: Lease) -> LeaseLostError:
    return LeaseLostError(f"The lease `{lease.name}` of {lease.owner} is over. Nothing was written.")
