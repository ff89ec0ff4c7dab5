"""What people have said and done: suppressions, events, engagement, and the signals that these leave."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select

from jo.flow.intent import Suppression
from jo.ports.store.passages import Happening
from jo.ports.store.people import Engaged, Signal
from jo.store.bulk import ask_each
from jo.store.section import Section
from jo.store.tables import attempts, engagement, events, intents, signals, suppressions
from jo.store.twins import among, changing, insert, unchanged

_UNCHANGED, _CHANGING = unchanged(suppressions), changing(suppressions)
_SUPPRESS = insert(suppressions).on_conflict_do_nothing().returning(suppressions.c.scope)
_NEWEST_ATTEMPT = select(attempts.c.opened_at).where(
    attempts.c.id == select(func.max(attempts.c.id)).scalar_subquery()
)

_SUPPRESSIONS = (
    select(suppressions.c.address_key, suppressions.c.scope, suppressions.c.cause, suppressions.c.at)
    .where(among(suppressions.c.address_key, "address_keys"))
    .order_by(suppressions.c.address_key, suppressions.c.scope)
)

_ADD_EVENT = insert(events).on_conflict_do_nothing().returning(events.c.id)

_EVENT_TIMES = (
    select(events.c.contact, events.c.name, events.c.at)
    .where(among(events.c.contact, "contacts"), among(events.c.name, "names"))
    .order_by(events.c.at)
)

_INTENT_OF = select(intents.c.id, intents.c.passage).where(intents.c.public == bindparam("public"))

_UNSEEN = select(signals).order_by(signals.c.id).limit(bindparam("limit"))
_SEEN = delete(signals).where(among(signals.c.id, "ids"))


class SqlPeople(Section):
    __slots__ = ()

    def suppress(self, items: Sequence[tuple[str, Suppression, str]]) -> int:
        if not items:
            return 0
        self._connection.execute(_CHANGING)
        newest = self._connection.execute(_NEWEST_ATTEMPT).scalar()
        rows = [
            {
                "address_key": key,
                "scope": item.scope,
                "cause": item.cause,
                "at": item.at,
                "known_at": item.at if newest is None else max(item.at, newest),
                "source": source,
            }
            for key, item, source in items
        ]
        return len(ask_each(self._connection, _SUPPRESS, rows))

    def settle_suppressions(self) -> None:
        self._tell(_UNCHANGED)

    def suppressions(self, address_keys: Collection[str]) -> Mapping[str, tuple[Suppression, ...]]:
        found: defaultdict[str, list[Suppression]] = defaultdict(list)
        for key, scope, cause, at in self._ask(_SUPPRESSIONS, {"address_keys": list(address_keys)}):
            found[key].append(Suppression(scope=scope, cause=cause, at=at))
        return {key: tuple(items) for key, items in found.items()}

    def event(
        self, source: str, event_id: str, happening: Happening, contact: str | None, received: datetime
    ) -> bool:
        values = {
            "source": source,
            "event_id": event_id,
            "name": happening.name,
            "contact": contact,
            "at": happening.at,
            "received_at": received,
            "payload": happening.payload,
        }
        if self._connection.execute(_ADD_EVENT, values).first() is None:
            return False
        if contact is not None:
            self._connection.execute(insert(signals), {"contact": contact, "passage": None})
        return True

    def event_times(
        self, contacts: Collection[str], names: Collection[str]
    ) -> Mapping[str, Mapping[str, tuple[datetime, ...]]]:
        values = {"contacts": list(contacts), "names": list(names)}
        times: defaultdict[str, defaultdict[str, list[datetime]]]
        times = defaultdict(lambda: defaultdict(list))
        for contact, name, at in self._connection.execute(_EVENT_TIMES, values):
            times[contact][name].append(at)
        return {
            contact: {name: tuple(moments) for name, moments in by_name.items()}
            for contact, by_name in times.items()
        }

    def engage(self, public: str, what: Engaged, link: str, at: datetime) -> bool:
        found = self._connection.execute(_INTENT_OF, {"public": public}).one_or_none()
        if found is None:
            return False
        values = {"intent": found.id, "what": what, "link": link, "at": at}
        self._connection.execute(insert(engagement), values)
        if found.passage is not None:
            self._connection.execute(insert(signals), {"contact": None, "passage": found.passage})
        return True

    def unseen(self, limit: int) -> Sequence[Signal]:
        rows = self._connection.execute(_UNSEEN, {"limit": limit})
        return [Signal(id=id_, contact=contact, passage=passage) for id_, contact, passage in rows]

    def seen(self, ids: Collection[int]) -> None:
        self._connection.execute(_SEEN, {"ids": list(ids)})
