"""What has gone, or may have gone, to addresses and contacts: what caps, guards and conditions count."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import and_, bindparam, func, or_, select

from jo.flow.state import IN_DOUBT, IntentState
from jo.model.content import MailClass
from jo.store.known import MAY_HAVE_GONE
from jo.store.ledger_part import LedgerPart
from jo.store.tables import IS_OPEN, IS_UNCERTAIN, attempts, intents, is_one_of, known_sends
from jo.store.twins import among

_of_addresses = and_(among(intents.c.address_key, "address_keys"), intents.c["class"] == bindparam("class"))

_SENT_SINCE = select(intents.c.address_key, intents.c.id, intents.c.outcome_at).where(
    _of_addresses,
    intents.c.outcome_at >= bindparam("since"),
    is_one_of(intents.c.state, [IntentState.ACCEPTED, IntentState.UNCERTAIN]),
)

_IN_DOUBT_SINCE = (
    select(intents.c.address_key, intents.c.id, func.max(attempts.c.ended_at))
    .join_from(intents, attempts, attempts.c.intent == intents.c.id)
    .where(
        _of_addresses,
        intents.c.outcome_at.is_(None),
        intents.c.attempts > 0,
        is_one_of(intents.c.state, sorted(IN_DOUBT)),
        IS_UNCERTAIN,
        attempts.c.ended_at >= bindparam("since"),
    )
    .group_by(intents.c.address_key, intents.c.id)
)
"""What is held, or waits for another attempt after an uncertain one."""

_UNDER_WAY_SINCE = (
    select(intents.c.address_key, intents.c.id, attempts.c.opened_at)
    .join_from(attempts, intents, intents.c.id == attempts.c.intent)
    .where(IS_OPEN, _of_addresses, attempts.c.opened_at >= bindparam("since"))
)

_KNOWN_SINCE = (
    select(intents.c.address_key, intents.c.id, func.max(known_sends.c.at))
    .join_from(intents, known_sends, known_sends.c.public == intents.c.public)
    .where(
        _of_addresses, intents.c.outcome_at.is_(None), MAY_HAVE_GONE, known_sends.c.at >= bindparam("since")
    )
    .group_by(intents.c.address_key, intents.c.id)
)
"""What a journal knows of mails that are not settled yet; those have no outcome, and are few."""

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
    ) -> Mapping[str, Mapping[int, datetime]]:
        values = {"address_keys": list(address_keys), "class": class_, "since": since}
        moments: defaultdict[str, dict[int, datetime]] = defaultdict(dict)
        for statement in (_SENT_SINCE, _IN_DOUBT_SINCE, _UNDER_WAY_SINCE, _KNOWN_SINCE):
            for key, id_, moment in self._ask(statement, values):
                moments[key][id_] = moment
        return dict(moments)

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
