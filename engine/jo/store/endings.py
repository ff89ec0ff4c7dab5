"""Intents that no attempt speaks for: held, ended, withdrawn, and made due again."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Select, Update, bindparam, null, select, update

from jo.flow.intent import End, Intent, Keep
from jo.flow.state import UNDER_WAY, UNSENT, IntentState, Why
from jo.model.content import MailClass
from jo.ports.store.errors import ChangeRefusedError
from jo.store.codec import INTENT, to_intent
from jo.store.ledger_part import LedgerPart, may_become
from jo.store.tables import IS_PENDING, IS_QUARANTINED, IS_RECONSIDERED, intents
from jo.store.turns import AS_COUNTED, SORT
from jo.store.twins import among

WITHOUT_ATTEMPT = (IntentState.PENDING, IntentState.QUARANTINED)
"""States that an intent may leave without the word of an attempt."""

_END: dict[IntentState, Update] = {
    state: update(intents)
    .where(AS_COUNTED, may_become(state, WITHOUT_ATTEMPT))
    .values(state=state, why=null(), detail=bindparam("detail"), ended_at=bindparam("ended_at"))
    for state in ((UNSENT - {IntentState.FAILED}) | {IntentState.CARRIED})
}
"""State → update of one intent that ends so without another attempt."""

_KEEP = (
    update(intents)
    .where(AS_COUNTED, IS_PENDING)
    .values(why=bindparam("why"), due_at=bindparam("due_at"), detail=bindparam("detail"))
)

_RECLASS = (
    update(intents)
    .where(IS_PENDING, among(intents.c.id, "ids"), intents.c.fixed.is_(null()))
    .values({intents.c["class"]: bindparam("b_class"), intents.c.topic: bindparam("b_topic")})
)

_page: BindParameter[int] = bindparam("limit")
_page_to_change = select(*SORT).limit(_page).with_for_update()
_MENDED = _page_to_change.where(IS_QUARANTINED, intents.c.template == bindparam("template"))

_OVERDUE = _page_to_change.where(
    IS_QUARANTINED, intents.c.expires_at <= bindparam("now", type_=intents.c.due_at.type)
)

_REQUEUE = (
    update(intents)
    .where(among(intents.c.id, "ids"))
    .values(
        state=IntentState.PENDING,
        why=Why.DUE,
        due_at=bindparam("now", type_=intents.c.due_at.type),
        ended_at=null(),
    )
)

_HELD_UNTIL_LATER = (
    select(intents.c.id)
    .where(
        IS_RECONSIDERED,
        intents.c.why == bindparam("why", type_=intents.c.why.type),
        intents.c.due_at > bindparam("now", type_=intents.c.due_at.type),
    )
    .limit(_page)
    .with_for_update()
)

_RECONSIDER = (
    update(intents)
    .where(among(intents.c.id, "ids"), IS_RECONSIDERED)
    .values(due_at=bindparam("now", type_=intents.c.due_at.type))
)

_IS_WITHDRAWABLE = may_become(IntentState.WITHDRAWN, WITHOUT_ATTEMPT)
_withdrawable = _page_to_change.where(_IS_WITHDRAWABLE)
_WITHDRAWABLE_OF_PASSAGES = _withdrawable.where(among(intents.c.passage, "passages"))

_WITHDRAWABLE_PAGE = (
    select(*INTENT)
    .where(_IS_WITHDRAWABLE, intents.c.journey == bindparam("journey"), intents.c.id > bindparam("after"))
    .order_by(intents.c.id)
    .limit(_page)
)

_WITHDRAWABLE_AMONG = _withdrawable.where(among(intents.c.id, "ids"))

_WITHDRAWABLE_OF_JOURNEY = (
    select(intents.c.id).where(_IS_WITHDRAWABLE, intents.c.journey == bindparam("journey")).limit(_page)
)

_WITHDRAW = (
    update(intents)
    .where(among(intents.c.id, "ids"))
    .values(
        state=IntentState.WITHDRAWN, why=null(), detail=bindparam("detail"), ended_at=bindparam("ended_at")
    )
)


class Endings(LedgerPart):
    __slots__ = ()

    def keep(self, holds: Sequence[tuple[int, Keep]]) -> None:
        rows = [
            {"b_id": id_, "why": keep.why, "due_at": keep.until, "detail": keep.detail} for id_, keep in holds
        ]
        self._turns.make(_KEEP, IntentState.PENDING, rows)

    def end(self, ends: Sequence[tuple[int, End]], at: datetime) -> None:
        by_state: defaultdict[IntentState, list[dict[str, Any]]] = defaultdict(list)
        known = self._known.settle([id_ for id_, end in ends if end.state not in UNDER_WAY], {})
        for id_, end in self._evidence.close([end for end in ends if end[0] not in known], at):
            ended_at = None if end.state in UNDER_WAY else at
            by_state[end.state].append({"b_id": id_, "detail": end.detail, "ended_at": ended_at})
        for state, rows in by_state.items():
            if state not in _END:
                raise ChangeRefusedError(f"No intent becomes {state} without an attempt.")
            self._turns.make(_END[state], state, rows)

    def requeue(self, template: str, now: datetime, limit: int) -> int:
        return self._requeue(_MENDED, {"template": template}, now, limit)

    def requeue_overdue(self, now: datetime, limit: int) -> int:
        return self._requeue(_OVERDUE, {"now": now}, now, limit)

    def _requeue(self, find: Select[Any], asked: Mapping[str, Any], now: datetime, limit: int) -> int:
        due = IntentState.PENDING, Why.DUE, ""
        return self._turns.make_page(find, asked, _REQUEUE, {"now": now}, due, limit)

    def reclass(self, ids: Collection[int], class_: MailClass, topic: str | None) -> int:
        values = {"ids": list(ids), "b_class": class_, "b_topic": topic}
        return self._tell(_RECLASS, values)

    def reconsider(self, why: Why, at: datetime, limit: int) -> int:
        asked = {"why": why, "now": at, "limit": limit}
        ids = [id_ for (id_,) in self._ask(_HELD_UNTIL_LATER, asked)]
        if ids:
            self._tell(_RECONSIDER, {"ids": ids, "now": at})
        return len(ids)

    def withdraw(self, passages: Collection[int], reason: str, at: datetime) -> int:
        return self._withdraw(_WITHDRAWABLE_OF_PASSAGES, {"passages": list(passages)}, reason, at)

    def withdraw_journey(self, journey: str, reason: str, at: datetime, limit: int) -> int:
        asked = {"journey": journey, "limit": limit}
        ids = [id_ for (id_,) in self._ask(_WITHDRAWABLE_OF_JOURNEY, asked)]
        return self._withdraw(_WITHDRAWABLE_AMONG, {"ids": ids}, reason, at) if ids else 0

    def withdrawable(
        self, journey: str, limit: int, *, step: str | None = None, after: int = 0
    ) -> Sequence[Intent]:
        statement = _WITHDRAWABLE_PAGE if step is None else _WITHDRAWABLE_PAGE.where(intents.c.step == step)
        values = {"journey": journey, "limit": limit, "after": after}
        return self._turns.know([to_intent(row) for row in self._connection.execute(statement, values)])

    def _withdraw(self, find: Select[Any], asked: Mapping[str, Any], reason: str, at: datetime) -> int:
        to = IntentState.WITHDRAWN, None, reason
        values = {"detail": reason, "ended_at": at}
        count = self._known.settle_all(find, asked) + self._evidence.close_all(find, asked, values)
        return count + self._turns.make_all(find, asked, _WITHDRAW, values, to)
