"""Rates in the database: one row for each, with the moment from which on it grants again."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, or_, select

from jo.flow.limits import leave
from jo.ports.store.limits import Grant
from jo.store.section import Section
from jo.store.tables import limits
from jo.store.twins import insert
from jo.timing.rates import Rate

STRAY = timedelta(minutes=1)
"""What is further off than a leave lasts, by so much, was not said by those who ask now: they may have read
the clock a little before others did, and waited for their turn at the row."""

_instant = limits.c.free_at.type
_take = insert(limits)
_TAKE = _take.on_conflict_do_update(
    index_elements=[limits.c.name],
    set_={"free_at": _take.excluded.free_at},
    where=or_(
        limits.c.free_at <= bindparam("b_now", type_=_instant),
        limits.c.free_at > bindparam("b_longest", type_=_instant),
    ),
).returning(limits.c.free_at)
"""Moves the moment, unless it is still to come; one that is further off than any leave lasts is of a clock or
a rate that is no more."""
_OVER = (
    select(limits.c.name)
    .where(limits.c.free_at < bindparam("before", type_=_instant))
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_TIDY = delete(limits).where(limits.c.name.in_(_OVER))
_FREE_AT = select(limits.c.free_at).where(limits.c.name == bindparam("name"))


class SqlLimits(Section):
    __slots__ = ()

    def take(self, name: str, want: int, rate: Rate, now: datetime) -> Grant:
        allowed = leave(rate)
        granted = min(want, allowed.most)
        free_at, longest = now + granted * allowed.interval, now + allowed.most * allowed.interval + STRAY
        values = {"name": name, "free_at": free_at, "b_now": now, "b_longest": longest}
        if self._ask(_TAKE, values):
            return Grant(granted, free_at)
        ((free_at,),) = self._ask(_FREE_AT, {"name": name})
        return Grant(0, free_at)

    def tidy(self, before: datetime, limit: int) -> int:
        return self._tell(_TIDY, {"before": before, "limit": limit})
