"""Attempts: opened under a lease, and recorded with what they make of their intents."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Update, bindparam, exists, func, null, select, update

from jo.flow.evidence import beside
from jo.flow.intent import AttemptEnd, Fixed, Intent, Settled
from jo.flow.state import UNDER_WAY, AttemptState, IntentState
from jo.ports.store.ledger import OpenedAttempt
from jo.store.codec import INTENT, fixed_values, to_intent
from jo.store.columns import Json
from jo.store.ledger_part import LedgerPart, may_become
from jo.store.tables import IS_OPEN, attempts, intents, leases
from jo.store.turns import AS_COUNTED, SORT
from jo.store.twins import among, insert

_OPEN = (
    update(intents)
    .where(AS_COUNTED, may_become(IntentState.OPEN))
    .values(
        state=IntentState.OPEN,
        why=null(),
        attempts=intents.c.attempts + 1,
        fixed=func.coalesce(intents.c.fixed, bindparam("b_fixed", type_=Json())),
        outcome_at=null(),
        ended_at=null(),
    )
)

_ADD_ATTEMPTS = (
    insert(attempts)
    .from_select(
        ["intent", "number", "lease", "owner", "token", "opened_at", "state", "text"],
        select(
            intents.c.id,
            intents.c.attempts,
            bindparam("lease", type_=attempts.c.lease.type),
            bindparam("owner", type_=attempts.c.owner.type),
            bindparam("token", type_=attempts.c.token.type),
            bindparam("at", type_=attempts.c.opened_at.type),
            bindparam("state", AttemptState.OPEN, type_=attempts.c.state.type),
            bindparam("text", "", type_=attempts.c.text.type),
        ).where(among(intents.c.id, "ids")),
    )
    .returning(attempts.c.intent, attempts.c.id)
)

_END_ATTEMPT: dict[AttemptState, Update] = {
    state: update(attempts)
    .where(attempts.c.id == bindparam("b_id"), IS_OPEN)
    .values(
        state=state,
        stage=bindparam("stage"),
        code=bindparam("code"),
        text=bindparam("text"),
        ended_at=bindparam("ended_at"),
    )
    for state in AttemptState
    if state is not AttemptState.OPEN
}
"""State → update of one open attempt that ends so."""

_SETTLE: dict[IntentState, Update] = {
    state: update(intents)
    .where(AS_COUNTED, intents.c.attempts == bindparam("b_attempt"), may_become(state))
    .values(
        state=state,
        why=bindparam("why"),
        detail=bindparam("detail"),
        due_at=bindparam("due_at"),
        outcome_at=bindparam("outcome_at"),
        ended_at=bindparam("ended_at"),
    )
    for state in (IntentState.PENDING, IntentState.ACCEPTED, IntentState.FAILED, IntentState.UNCERTAIN)
}
"""State → update of the intent that its last attempt brings there; no other one speaks for it."""

_ATTEMPT = (attempts.c.id, attempts.c.intent, attempts.c.opened_at, attempts.c.owner, attempts.c.token)

_IS_HELD = exists().where(
    leases.c.name == attempts.c.lease,
    leases.c.token == attempts.c.token,
    leases.c.owner.is_not(None),
)

_ABANDONED = (
    select(*_ATTEMPT, *INTENT)
    .join_from(attempts, intents, intents.c.id == attempts.c.intent)
    .where(IS_OPEN, ~_IS_HELD)
)
"""Unsorted: asked for an order by id, SQLite would read all attempts there ever were."""

_OF_ATTEMPTS = (
    select(attempts.c.id, attempts.c.number, attempts.c.state, *SORT)
    .join_from(attempts, intents, intents.c.id == attempts.c.intent)
    .where(among(attempts.c.id, "ids"))
)


class _OfAttempt(NamedTuple):
    intent: int
    number: int
    state: AttemptState


_NO_ATTEMPT = _OfAttempt(0, 0, AttemptState.OPEN)


class Attempts(LedgerPart):
    __slots__ = ()

    def open(self, intents: Sequence[tuple[int, Fixed]], at: datetime) -> Sequence[OpenedAttempt]:
        if self._lease is None:
            raise RuntimeError("an attempt is opened in a transaction without a lease")
        lease = self._lease
        rows = [{"b_id": id_, "b_fixed": fixed_values(fixed)} for id_, fixed in intents]
        self._turns.make(_OPEN, IntentState.OPEN, rows)
        values = {
            "lease": lease.name,
            "owner": lease.owner,
            "token": lease.token,
            "at": at,
            "ids": [id_ for id_, _ in intents],
        }
        ids: dict[int, int] = dict(self._ask(_ADD_ATTEMPTS, values))
        return [
            OpenedAttempt(id=ids[intent], intent=intent, opened_at=at, owner=lease.owner, token=lease.token)
            for intent, _ in intents
        ]

    def record(self, ends: Sequence[tuple[int, AttemptEnd, Settled]]) -> None:
        of = self._of_attempts([id_ for id_, *_ in ends])
        late = [(id_, end) for id_, end, _ in ends if id_ in of and of[id_].state is not AttemptState.OPEN]
        if late:
            are_late = {id_ for id_, _ in late}
            ends = [end for end in ends if end[0] not in are_late]
        tried = self._evidence.tried([of[id_].intent for id_, *_ in ends if id_ in of and of[id_].number > 1])
        by_attempt: defaultdict[AttemptState, list[dict[str, Any]]] = defaultdict(list)
        by_intent: defaultdict[IntentState, list[dict[str, Any]]] = defaultdict(list)
        for id_, end, settled in ends:
            by_attempt[end.state].append(
                {"b_id": id_, "stage": end.stage, "code": end.code, "text": end.text, "ended_at": end.at}
            )
            intent, number, _ = of.get(id_, _NO_ATTEMPT)
            known = beside(settled, tried[intent]) if intent in tried else settled
            by_intent[known.state].append(
                {
                    "b_id": intent,
                    "b_attempt": number,
                    "why": known.why,
                    "detail": known.detail,
                    "due_at": known.due_at,
                    "outcome_at": known.outcome_at,
                    "ended_at": None if known.state in UNDER_WAY else end.at,
                }
            )
        for attempt_state, rows in by_attempt.items():
            self._change_each(_END_ATTEMPT[attempt_state], rows, "attempts")
        for intent_state, rows in by_intent.items():
            self._turns.make(_SETTLE[intent_state], intent_state, rows)
        if late:
            self._evidence.reply(late)

    def abandoned(self) -> Sequence[tuple[OpenedAttempt, Intent]]:
        found = []
        for id_, intent, opened_at, owner, token, *rest in self._ask(_ABANDONED):
            attempt = OpenedAttempt(id=id_, intent=intent, opened_at=opened_at, owner=owner, token=token)
            found.append((attempt, to_intent(rest)))
        self._turns.know([intent for _, intent in found])
        return sorted(found, key=lambda pair: pair[0].id)

    def _of_attempts(self, ids: Sequence[int]) -> Mapping[int, _OfAttempt]:
        """Return what the attempts are of, and remember how their intents are counted."""
        rows = self._ask(_OF_ATTEMPTS, {"ids": ids})
        self._turns.know_sorts({intent: tuple(sort) for _, _, _, intent, *sort in rows})
        return {id_: _OfAttempt(intent, number, state) for id_, number, state, intent, *_ in rows}
