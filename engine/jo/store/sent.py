"""What has gone, or may have gone, to addresses and contacts: what caps, guards and conditions count."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, func, or_, select

from jo.flow.state import IntentState
from jo.model.content import MailClass
from jo.store.ledger_part import LedgerPart
from jo.store.tables import IS_OPEN, attempts, intents, is_one_of
from jo.store.twins import among

_of_addresses = and_(among(intents.c.address_key, "address_keys"), intents.c["class"] == bindparam("class"))

_SENT_SINCE = select(intents.c.address_key, intents.c.outcome_at).where(
    _of_addresses,
    intents.c.outcome_at >= bindparam("since"),
    is_one_of(intents.c.state, [IntentState.ACCEPTED, IntentState.UNCERTAIN]),
)

_HELD_SINCE = select(intents.c.address_key, intents.c.ended_at).where(
    _of_addresses,
    intents.c.outcome_at.is_(None),
    is_one_of(intents.c.state, [IntentState.UNCERTAIN]),
    intents.c.ended_at >= bindparam("since"),
)

_UNDER_WAY_SINCE = (
    select(intents.c.address_key, attempts.c.opened_at)
    .join_from(attempts, intents, intents.c.id == attempts.c.intent)
    .where(IS_OPEN, _of_addresses, attempts.c.opened_at >= bindparam("since"))
)

_RECEIVED = (
    select(intents.c.contact, intents.c.template, func.max(intents.c.outcome_at))
    .where(
        among(intents.c.contact, "contacts"),
        among(intents.c.template, "templates"),
        intents.c.state == IntentState.ACCEPTED,
    )
    .group_by(intents.c.contact, intents.c.template)
)

_LAST_PLANNED = (
    select(
        intents.c.address_key,
        func.max(func.coalesce(intents.c.outcome_at, intents.c.created_at)).label("at"),
    )
    .where(
        among(intents.c.address_key, "address_keys"),
        intents.c.template == bindparam("template"),
        is_one_of(
            intents.c.state,
            [IntentState.PENDING, IntentState.OPEN, IntentState.ACCEPTED, IntentState.UNCERTAIN],
        ),
        or_(intents.c.journey != bindparam("journey"), intents.c.occurrence != bindparam("occurrence")),
    )
    .group_by(intents.c.address_key)
)


class Sent(LedgerPart):
    __slots__ = ()

    def sent_since(
        self, address_keys: Collection[str], class_: MailClass, since: datetime
    ) -> Mapping[str, Sequence[datetime]]:
        values = {"address_keys": list(address_keys), "class": class_, "since": since}
        moments: defaultdict[str, list[datetime]] = defaultdict(list)
        for statement in (_SENT_SINCE, _HELD_SINCE, _UNDER_WAY_SINCE):
            for key, moment in self._ask(statement, values):
                moments[key].append(moment)
        return {key: sorted(found) for key, found in moments.items()}

    def received(
        self, contacts: Collection[str], templates: Collection[str]
    ) -> Mapping[str, Mapping[str, datetime]]:
        values = {"contacts": list(contacts), "templates": list(templates)}
        last: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
        for contact, template, moment in self._ask(_RECEIVED, values):
            last[contact][template] = moment
        return dict(last)

    def last_planned(
        self, address_keys: Collection[str], template: str, *, besides: tuple[str, str]
    ) -> Mapping[str, datetime]:
        journey, occurrence = besides
        values = {
            "address_keys": list(address_keys),
            "template": template,
            "journey": journey,
            "occurrence": occurrence,
        }
        return dict(self._ask(_LAST_PLANNED, values))
