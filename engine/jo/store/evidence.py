"""Evidence in the database: what came in about attempts whose end nobody knew, and what it changes.

What is decided is `jo.flow.evidence`. Whoever weighs evidence and whoever opens the next attempt may be two
workers; so an intent is changed only as long as it is as it was read, state and number of attempts alike.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Update,
    bindparam,
    exists,
    func,
    null,
    select,
    update,
)

from jo.flow.evidence import OF_REPLY, Ruling, Tried, weigh
from jo.flow.intent import AttemptEnd, End, Intent, Settled
from jo.flow.state import IN_DOUBT, INTENT_CHANGES, UNDER_WAY, AttemptState, IntentState
from jo.ports.store.ledger import OPERATOR, REPLY, Said
from jo.store.codec import INTENT, to_intent
from jo.store.section import Section
from jo.store.tables import IS_UNCERTAIN, attempts, evidence, intents, is_either, is_one_of
from jo.store.turns import AS_COUNTED, Turns
from jo.store.twins import among, insert

_TRIED = (
    select(attempts.c.intent, attempts.c.id, attempts.c.number, attempts.c.state, attempts.c.ended_at)
    .where(among(attempts.c.intent, "ids"), attempts.c.ended_at.is_not(None))
    .order_by(attempts.c.intent, attempts.c.number)
)
_INTENTS = select(*INTENT).where(among(intents.c.id, "ids")).order_by(intents.c.id)
_INTENT_OF = select(attempts.c.intent, attempts.c.owner).where(attempts.c.id == bindparam("id"))

IS_DOUBTFUL = exists().where(attempts.c.intent == intents.c.id, IS_UNCERTAIN)
"""An attempt of the intent is uncertain."""

_IN_DOUBT = (
    select(*INTENT)
    .where(
        intents.c.id.in_(
            select(attempts.c.intent).where(IS_UNCERTAIN, attempts.c.intent > bindparam("after"))
        ),
        is_one_of(intents.c.state, sorted(IN_DOUBT)),
    )
    .order_by(intents.c.id)
    .limit(bindparam("limit"))
)

_KEEP_EVIDENCE = insert(evidence)
_REVISE_ATTEMPT = update(attempts).where(
    attempts.c.id == bindparam("b_id"), attempts.c.state == bindparam("b_was")
)
"""Sets `state`."""


def _may_become(state: IntentState) -> ColumnElement[bool]:
    return is_either(
        intents.c.state, [old for old in sorted(IN_DOUBT) if state is old or state in INTENT_CHANGES[old]]
    )


_REVISE: dict[IntentState, Update] = {
    state: update(intents)
    .where(AS_COUNTED, intents.c.attempts == bindparam("b_attempts"), _may_become(state))
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
"""State → update of one intent that evidence brings there."""

IN_DOUBT_SINCE = (
    select(func.max(attempts.c.ended_at))
    .where(attempts.c.intent == intents.c.id, IS_UNCERTAIN)
    .scalar_subquery()
)
"""When the last attempt of the intent that is uncertain ended."""

_closed = {
    "state": IntentState.UNCERTAIN,
    "why": null(),
    "detail": bindparam("detail"),
    "outcome_at": IN_DOUBT_SINCE,
    "ended_at": bindparam("ended_at"),
}
_may_close = is_either(intents.c.state, [IntentState.PENDING, IntentState.QUARANTINED])
_CLOSE = update(intents).where(AS_COUNTED, _may_close).values(_closed)
_CLOSE_ALL = update(intents).where(among(intents.c.id, "ids")).values(_closed)
_DOUBTFUL = select(attempts.c.intent).where(among(attempts.c.intent, "ids"), IS_UNCERTAIN)


class SqlEvidence(Section):
    __slots__ = ("_turns",)

    def __init__(self, connection: Connection, turns: Turns) -> None:
        super().__init__(connection)
        self._turns = turns

    def tried(self, ids: Collection[int]) -> Mapping[int, Sequence[Tried]]:
        """Return intent → its attempts that have ended, in order."""
        found: defaultdict[int, list[Tried]] = defaultdict(list)
        if ids:
            for intent, id_, number, state, ended_at in self._ask(_TRIED, {"ids": list(ids)}):
                found[intent].append(Tried(id=id_, number=number, state=state, ended_at=ended_at))
        return found

    def reply(self, late: Sequence[tuple[int, AttemptEnd]]) -> None:
        """Take replies for attempts, by their ids, that are not open any more."""
        for id_, end in late:
            ((intent, owner),) = self._ask(_INTENT_OF, {"id": id_})
            tried = self.tried([intent])[intent]
            about = next(item for item in tried if item.id == id_)
            ruling = OF_REPLY.get(end.state)
            if ruling is None or end.state is about.state:
                continue
            text = f"{end.code} {end.text}" if end.code is not None else end.text
            said = Said(at=end.at, source=REPLY, who=owner, text=text)
            self._take(self._load([intent])[intent], tried, [about], ruling, said)

    def resolve(self, ids: Collection[int], ruling: Ruling, said: Said) -> Sequence[int]:
        intents = self._load(ids)
        tried = self.tried(intents.keys())
        taken = []
        for id_, intent in intents.items():
            doubts = [item for item in tried.get(id_, ()) if item.state is AttemptState.UNCERTAIN]
            if intent.state in IN_DOUBT and doubts:
                concerns_all = ruling in (Ruling.NOT_SENT, Ruling.REJECTED)
                self._take(intent, tried[id_], doubts if concerns_all else doubts[-1:], ruling, said)
                taken.append(id_)
        return taken

    def in_doubt(self, limit: int, journey: str | None, after: int) -> Sequence[Intent]:
        statement = _IN_DOUBT if journey is None else _IN_DOUBT.where(intents.c.journey == journey)
        rows = self._connection.execute(statement, {"limit": limit, "after": after})
        return self._turns.know([to_intent(row) for row in rows])

    def close(self, ends: Sequence[tuple[int, End]], at: datetime) -> Sequence[tuple[int, End]]:
        """Make uncertain those that would end as unsent and are in doubt. Returns the others."""
        final = {id_: end.detail for id_, end in ends if end.state not in UNDER_WAY}
        if not final:
            return ends
        doubtful = {id_ for (id_,) in self._ask(_DOUBTFUL, {"ids": list(final)})}
        rows = [{"b_id": id_, "detail": final[id_], "ended_at": at} for id_ in sorted(doubtful)]
        self._turns.make(_CLOSE, IntentState.UNCERTAIN, rows)
        return [(id_, end) for id_, end in ends if id_ not in doubtful]

    def close_all(self, find: Select[Any], asked: Mapping[str, Any], values: Mapping[str, Any]) -> int:
        """Make uncertain those that a query finds and that are in doubt. `values`: `detail`, `ended_at`."""
        to = IntentState.UNCERTAIN, None, values["detail"]
        return self._turns.make_all(find.where(IS_DOUBTFUL), asked, _CLOSE_ALL, values, to)

    def _load(self, ids: Iterable[int]) -> Mapping[int, Intent]:
        rows = self._ask(_INTENTS, {"ids": list(ids)})
        return {intent.id: intent for intent in self._turns.know([to_intent(row) for row in rows])}

    def _take(
        self,
        intent: Intent,
        tried: Sequence[Tried],
        about: Sequence[Tried],
        ruling: Ruling,
        said: Said,
    ) -> None:
        """Keep what is said about attempts of an intent, one after the other, and change what it changes."""
        doubts = {item.id for item in tried if item.state is AttemptState.UNCERTAIN}
        detail = f"{said.text} ({said.who})" if said.source == OPERATOR else said.text
        settled: Settled | None = None
        for item in about:
            doubts.discard(item.id)
            weighed = weigh(intent, item, ruling, said.at, detail, is_in_doubt_besides=bool(doubts))
            settled = weighed.intent or settled
            if weighed.attempt is not None:
                row = {"b_id": item.id, "b_was": item.state, "state": weighed.attempt}
                self._change_each(_REVISE_ATTEMPT, [row], "attempts")
            self._tell(_KEEP_EVIDENCE, _row(item, ruling, said))
        if settled is not None:
            row = _settling(intent, settled, said.at)
            self._turns.make(_REVISE[settled.state], settled.state, [row])


def _settling(intent: Intent, settled: Settled, at: datetime) -> dict[str, Any]:
    is_under_way = settled.state in UNDER_WAY
    return {
        "b_id": intent.id,
        "b_attempts": intent.attempts,
        "why": settled.why,
        "detail": settled.detail,
        "due_at": settled.due_at,
        "outcome_at": settled.outcome_at,
        "ended_at": None if is_under_way else intent.ended_at or at,
    }


def _row(about: Tried, ruling: Ruling, said: Said) -> dict[str, Any]:
    return {
        "attempt": about.id,
        "at": said.at,
        "source": said.source,
        "who": said.who,
        "says": ruling,
        "text": said.text,
    }
