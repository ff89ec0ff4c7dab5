"""Shares in the database: one row for each, with the lease that has it."""

from collections.abc import Collection, Mapping

from sqlalchemy import bindparam, select, update

from jo.ports.store.leases import Lease
from jo.store.section import Section
from jo.store.tables import shares
from jo.store.twins import among, insert

_DECLARE = insert(shares).on_conflict_do_nothing()
_ALL = select(shares.c.name, shares.c.lease).order_by(shares.c.name)

_named = among(shares.c.name, "names")
_TAKE = (
    update(shares)
    .where(_named, shares.c.lease.is_(None))
    .values(lease=bindparam("b_lease"))
    .returning(shares.c.name)
)
_GIVE_BACK = update(shares).where(_named, shares.c.lease == bindparam("b_lease")).values(lease=None)


class SqlShares(Section):
    __slots__ = ()

    def declare(self, names: Collection[str]) -> None:
        self._connection.execute(_DECLARE, [{"name": name, "lease": None} for name in sorted(names)])

    def all(self) -> Mapping[str, str | None]:
        return {row.name: row.lease for row in self._connection.execute(_ALL)}

    def take(self, lease: Lease, names: Collection[str]) -> frozenset[str]:
        values = {"names": list(names), "b_lease": lease.name}
        return frozenset(self._connection.execute(_TAKE, values).scalars())

    def give_back(self, lease: Lease, names: Collection[str]) -> None:
        self._connection.execute(_GIVE_BACK, {"names": list(names), "b_lease": lease.name})
