"""Reading the ledger: which intents are due, and intents by their names.

Pending intents are claimed by priority, then due moment. One index in that order cannot be read across
priorities without touching everybody who waits in the higher ones, so the claim looks at the earliest of
each priority, one small query for each, and then reads only where something is due.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from datetime import datetime

from sqlalchemy import bindparam, func, select

from jo.flow.intent import Intent
from jo.flow.shards import ALL_SHARDS
from jo.store.codec import INTENT, to_intent
from jo.store.columns import EPOCH
from jo.store.ledger_part import LedgerPart
from jo.store.tables import IS_PENDING, IS_QUARANTINED, intents
from jo.store.twins import among

_HIGHEST = select(func.max(intents.c.priority)).where(IS_PENDING)
_NEXT_LOWER = _HIGHEST.where(intents.c.priority < bindparam("above"))

_EARLIEST_OF = (
    select(intents.c.due_at)
    .where(IS_PENDING, intents.c.priority == bindparam("priority"), intents.c.due_at > bindparam("after"))
    .order_by(intents.c.due_at)
    .limit(1)
)

_is_in_shards = intents.c.shard.in_(bindparam("shards", expanding=True))
_EARLIEST_OF_IN = _EARLIEST_OF.where(_is_in_shards)
_EARLIEST_EXPIRY = select(func.min(intents.c.expires_at)).where(IS_QUARANTINED)

_CLAIMABLE = (
    select(*INTENT)
    .where(IS_PENDING, intents.c.priority == bindparam("priority"), intents.c.due_at <= bindparam("now"))
    .order_by(intents.c.due_at, intents.c.key)
    .limit(bindparam("limit"))
)

_CLAIMABLE_IN = _CLAIMABLE.where(_is_in_shards)
_CLAIMABLE_BUT = _CLAIMABLE.where(~among(intents.c.template, "templates"))
_CLAIMABLE_IN_BUT = _CLAIMABLE_BUT.where(_is_in_shards)
_LOAD = select(*INTENT).where(among(intents.c.id, "ids"))
_BY_PUBLIC_ID = select(*INTENT).where(intents.c.public == bindparam("public"))

_BY_PREFIX = (
    select(*INTENT)
    .where(intents.c.public >= bindparam("low"), intents.c.public < bindparam("high"))
    .order_by(intents.c.public)
    .limit(bindparam("limit"))
)


class Claims(LedgerPart):
    __slots__ = ()

    def claimable(
        self, now: datetime, limit: int, shards: Set[int] = ALL_SHARDS, besides: Collection[str] = ()
    ) -> Sequence[Intent]:
        of_all, of_some = (_CLAIMABLE, _CLAIMABLE_IN) if not besides else (_CLAIMABLE_BUT, _CLAIMABLE_IN_BUT)
        found: list[Intent] = []
        for priority, earliest in self._priorities(shards):
            if earliest <= now and len(found) < limit:
                values = {"priority": priority, "now": now, "limit": limit - len(found)}
                if besides:
                    values["templates"] = list(besides)
                found += map(to_intent, self._ask_in_shards(of_all, of_some, shards, values))
        return self._turns.know(found)

    def next_due(self, shards: Set[int] = ALL_SHARDS, after: datetime | None = None) -> datetime | None:
        return min((earliest for _, earliest in self._priorities(shards, after or EPOCH)), default=None)

    def next_expiry(self) -> datetime | None:
        earliest: datetime | None = self._ask(_EARLIEST_EXPIRY)[0][0]
        return earliest

    def load(self, ids: Collection[int]) -> Mapping[int, Intent]:
        rows = self._ask(_LOAD, {"ids": list(ids)})
        return {intent.id: intent for intent in self._turns.know([to_intent(row) for row in rows])}

    def pending(self, ids: Collection[int]) -> Set[int]:
        return self._turns.pending(list(ids))

    def by_public_id(self, public: str) -> Intent | None:
        rows = self._ask(_BY_PUBLIC_ID, {"public": public})
        return to_intent(rows[0]) if rows else None

    def by_prefix(self, prefix: str, limit: int) -> Sequence[Intent]:
        values = {"low": prefix, "high": prefix + "g", "limit": limit}  # `g` stands behind all hex digits
        return [to_intent(row) for row in self._ask(_BY_PREFIX, values)]

    def _priorities(self, shards: Set[int], after: datetime = EPOCH) -> Iterator[tuple[int, datetime]]:
        """Yield each priority that something of the shards is pending in, high first, and the earliest due
        moment there that lies behind `after`.
        """
        priority = self._ask(_HIGHEST)[0][0]
        while priority is not None:
            values = {"priority": priority, "after": after}
            for (earliest,) in self._ask_in_shards(_EARLIEST_OF, _EARLIEST_OF_IN, shards, values):
                yield priority, earliest
            priority = self._ask(_NEXT_LOWER, {"above": priority})[0][0]
