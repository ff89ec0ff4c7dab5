"""Sends that journals know and this store does not have, until they meet their mails.

A mail that is known is settled as the journal knows it as soon as anything is to become of it: when it is
due, or when it would end without an attempt. So it is never sent again, and never counts as unsent. A mail
may be planned long after what is known of it was learned.
"""

from collections.abc import Collection, Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    null,
    or_,
    select,
    update,
)

from jo.flow.evidence import Tried, beside
from jo.flow.intent import AttemptEnd, Fixed, Intent, public_id, settle
from jo.flow.state import AttemptState, IntentState
from jo.model.content import OnUncertain
from jo.store.codec import INTENT, fixed_values, to_intent
from jo.store.columns import Json
from jo.store.evidence import SqlEvidence
from jo.store.section import Section
from jo.store.tables import IS_PENDING, IS_QUARANTINED, attempts, intents, is_either, known_sends
from jo.store.turns import AS_COUNTED, PAGE, Turns
from jo.store.twins import among

JOURNAL = "journal"
"""The stage of attempts that a journal told of."""

MAY_HAVE_GONE = is_either(
    known_sends.c.state, [AttemptState.OPEN, AttemptState.UNCERTAIN, AttemptState.ACCEPTED]
)
MAY_SETTLE = or_(MAY_HAVE_GONE, known_sends.c.state == AttemptState.REJECTED)
"""A known send says what becomes of an intent that is pending. That it was deferred says nothing."""
_SETTLES = and_(
    known_sends.c.public == intents.c.public,
    or_(and_(IS_PENDING, MAY_SETTLE), and_(IS_QUARANTINED, MAY_HAVE_GONE)),
)
"""That a mail was refused says nothing of a quarantined one, which is unsent anyway."""

_WEIGHT = {
    AttemptState.REJECTED: 1,
    AttemptState.OPEN: 2,
    AttemptState.UNCERTAIN: 2,
    AttemptState.ACCEPTED: 3,
}
"""How much one of several attempts matters for whether their mail may be sent."""

_OF = (
    select(known_sends.c.state, known_sends.c.at, *INTENT)
    .join_from(intents, known_sends, _SETTLES)
    .where(among(intents.c.id, "ids"))
)
_IS_KNOWN = exists().where(_SETTLES)
_ATTEMPT = insert(attempts)
_SETTLE = {
    state: update(intents)
    .where(AS_COUNTED, or_(IS_PENDING, IS_QUARANTINED))
    .values(
        state=state,
        why=null(),
        detail=bindparam("detail"),
        attempts=intents.c.attempts + 1,
        fixed=func.coalesce(intents.c.fixed, bindparam("b_fixed", type_=Json())),
        outcome_at=bindparam("outcome_at"),
        ended_at=bindparam("ended_at"),
    )
    for state in (IntentState.ACCEPTED, IntentState.UNCERTAIN, IntentState.FAILED)
}
"""State → update of one intent that ends so by what a journal knows."""
_FORGET = delete(known_sends).where(among(known_sends.c.public, "publics"))


class SqlKnown(Section):
    __slots__ = ("_evidence", "_turns")

    def __init__(self, connection: Connection, turns: Turns, evidence: SqlEvidence) -> None:
        super().__init__(connection)
        self._turns = turns
        self._evidence = evidence

    def settle(self, ids: Collection[int], fixed: Mapping[int, Fixed]) -> Set[int]:
        """Settle those of the intents that are known, and return their ids.

        `fixed` says what an attempt at an intent would fix now, where somebody knows that.
        """
        found: dict[int, tuple[Intent, AttemptState, datetime]] = {}
        for word, at, *columns in self._ask(_OF, {"ids": list(ids)}) if ids else ():
            intent = to_intent(columns)
            if intent.id not in found or _WEIGHT[found[intent.id][1]] < _WEIGHT[word]:
                found[intent.id] = intent, word, at
        if not found:
            return frozenset()
        self._turns.know([intent for intent, *_ in found.values()])
        tried = self._evidence.tried(found.keys())
        made: list[dict[str, Any]] = []
        settled: dict[IntentState, list[dict[str, Any]]] = {}
        for id_, (intent, word, at) in found.items():
            end = _end(word, at)
            made.append(_attempt(intent, end))
            to, row = _settled(intent, end, tried.get(id_, ()), fixed.get(id_))
            settled.setdefault(to, []).append(row)
        self._connection.execute(_ATTEMPT, made)
        for to, rows in settled.items():
            self._turns.make(_SETTLE[to], to, rows)
        self._tell(_FORGET, {"publics": [public_id(intent.key) for intent, *_ in found.values()]})
        return found.keys()

    def settle_all(self, find: Select[Any], asked: Mapping[str, Any]) -> int:
        """Settle all known intents that a query finds, which finds them no more afterwards."""
        count = 0
        known = find.where(_IS_KNOWN)
        while ids := [id_ for id_, *_ in self._connection.execute(known, {**asked, "limit": PAGE})]:
            count += len(self.settle(ids, {}))
        return count


def _end(known: AttemptState, at: datetime) -> AttemptEnd:
    """Return the end of an attempt that a journal knows; nobody knows that of one that was open."""
    is_open = known is AttemptState.OPEN
    return AttemptEnd(
        state=AttemptState.UNCERTAIN if is_open else known,
        stage=JOURNAL,
        code=None,
        text=f"the journal knows that an attempt was {'made' if is_open else known}",
        at=at,
    )


def _attempt(intent: Intent, end: AttemptEnd) -> dict[str, Any]:
    """Return the row of an attempt that a worker made in another history of this store."""
    return {
        "intent": intent.id,
        "number": intent.attempts + 1,
        "lease": "",
        "owner": JOURNAL,
        "token": 0,
        "opened_at": end.at,
        "state": end.state,
        "stage": end.stage,
        "code": end.code,
        "text": end.text,
        "ended_at": end.at,
    }


def _settled(
    intent: Intent, end: AttemptEnd, tried: Sequence[Tried], fixed: Fixed | None
) -> tuple[IntentState, dict[str, Any]]:
    """Return what becomes of an intent, whatever its class: the bytes of another attempt may differ."""
    known = beside(settle(intent, end, OnUncertain.ASSUME_SENT), tried)
    return known.state, {
        "b_id": intent.id,
        "b_fixed": fixed_values(fixed),
        "detail": known.detail,
        "outcome_at": known.outcome_at,
        "ended_at": end.at,
    }
