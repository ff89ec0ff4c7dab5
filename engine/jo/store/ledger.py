"""The send ledger in the database.

Two guards hold whatever the callers do: unique keys make a second intent of one identity impossible, and
every change of state is an update of rows that are in a state which allows it, after the tables of
`jo.flow.state`, and still in the one that they are counted in. A change that meets fewer rows than it was
asked for ends the transaction.

Pending intents are claimed by priority, then due moment. One index in that order cannot be read across
priorities without touching everybody who waits in the higher ones, so the claim looks at the earliest of
each priority, one small query for each, and then reads only where something is due.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Update,
    and_,
    bindparam,
    exists,
    func,
    null,
    or_,
    select,
    update,
)

from jo.flow.evidence import Ruling, beside
from jo.flow.intent import AttemptEnd, End, Fixed, Intent, Keep, Settled
from jo.flow.shards import ALL_SHARDS
from jo.flow.state import INTENT_CHANGES, UNDER_WAY, UNSENT, AttemptState, IntentState, Why
from jo.model.content import MailClass
from jo.ports.store.errors import ChangeRefusedError
from jo.ports.store.leases import Lease
from jo.ports.store.ledger import OpenedAttempt, Said
from jo.store.bulk import ask_each
from jo.store.codec import INTENT, fixed_values, intent_values, to_intent
from jo.store.columns import EPOCH, Json
from jo.store.counts import SqlCounts
from jo.store.evidence import SqlEvidence
from jo.store.section import Section, in_shards
from jo.store.tables import (
    IS_OPEN,
    IS_PENDING,
    IS_QUARANTINED,
    IS_RECONSIDERED,
    attempts,
    intents,
    is_one_of,
    leases,
)
from jo.store.turns import AS_COUNTED, SORT, Turn, Turns
from jo.store.twins import among, insert

WITHOUT_ATTEMPT = (IntentState.PENDING, IntentState.QUARANTINED)
"""States that an intent may leave without the word of an attempt."""

_CREATE = insert(intents).on_conflict_do_nothing().returning(intents.c.key)

_HIGHEST = select(func.max(intents.c.priority)).where(IS_PENDING)
_NEXT_LOWER = _HIGHEST.where(intents.c.priority < bindparam("above"))
_EARLIEST_OF = (
    select(intents.c.due_at)
    .where(IS_PENDING, intents.c.priority == bindparam("priority"), intents.c.due_at > bindparam("after"))
    .order_by(intents.c.due_at)
    .limit(1)
)
_in_shards = intents.c.shard.in_(bindparam("shards", expanding=True))
_EARLIEST_OF_IN = _EARLIEST_OF.where(_in_shards)
_EARLIEST_EXPIRY = select(func.min(intents.c.expires_at)).where(IS_QUARANTINED)

_CLAIMABLE = (
    select(*INTENT)
    .where(IS_PENDING, intents.c.priority == bindparam("priority"), intents.c.due_at <= bindparam("now"))
    .order_by(intents.c.due_at, intents.c.key)
    .limit(bindparam("limit"))
)

_CLAIMABLE_IN = _CLAIMABLE.where(_in_shards)
_CLAIMABLE_BUT = _CLAIMABLE.where(~among(intents.c.template, "templates"))
_CLAIMABLE_IN_BUT = _CLAIMABLE_BUT.where(_in_shards)

_LOAD = select(*INTENT).where(among(intents.c.id, "ids"))
_BY_PUBLIC_ID = select(*INTENT).where(intents.c.public == bindparam("public"))
_BY_PREFIX = (
    select(*INTENT)
    .where(intents.c.public >= bindparam("low"), intents.c.public < bindparam("high"))
    .order_by(intents.c.public)
    .limit(bindparam("limit"))
)

_OF_ATTEMPTS = (
    select(*SORT, attempts.c.id, attempts.c.number, attempts.c.state)
    .join_from(attempts, intents, intents.c.id == attempts.c.intent)
    .where(among(attempts.c.id, "ids"))
)


def _may_become(state: IntentState, among: Iterable[IntentState] = tuple(IntentState)) -> ColumnElement[bool]:
    """Return the condition that an intent is in one of these states and may become `state`."""
    return is_one_of(intents.c.state, [old for old in among if state in INTENT_CHANGES[old]])


_OPEN = (
    update(intents)
    .where(AS_COUNTED, _may_become(IntentState.OPEN))
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
    .where(AS_COUNTED, intents.c.attempts == bindparam("b_attempt"), _may_become(state))
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

_END: dict[IntentState, Update] = {
    state: update(intents)
    .where(AS_COUNTED, _may_become(state, WITHOUT_ATTEMPT))
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

_IS_WITHDRAWABLE = _may_become(IntentState.WITHDRAWN, WITHOUT_ATTEMPT)
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


class _OfAttempt(NamedTuple):
    intent: int
    number: int
    state: AttemptState


_NO_ATTEMPT = _OfAttempt(0, 0, AttemptState.OPEN)


class SqlLedger(Section):
    __slots__ = ("_evidence", "_lease", "_turns")

    def __init__(self, connection: Connection, counts: SqlCounts, lease: Lease | None) -> None:
        super().__init__(connection)
        self._turns = Turns(connection, counts)
        self._evidence = SqlEvidence(connection, self._turns)
        self._lease = lease

    def create(self, intents: Sequence[Intent]) -> Sequence[str]:
        if not intents:
            return ()
        rows = [intent_values(intent) for intent in intents]
        new = {key for (key,) in ask_each(self._connection, _CREATE, rows)}
        created = []
        for intent in intents:
            if intent.key in new:
                new.remove(intent.key)
                created.append(intent.key)
                self._turns.came(intent)
        return created

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
                asked = in_shards(of_all, of_some, shards, values)
                found += map(to_intent, self._connection.execute(*asked))
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

    def open(self, intents: Sequence[tuple[int, Fixed]], at: datetime) -> Sequence[OpenedAttempt]:
        if self._lease is None:
            raise RuntimeError("an attempt is opened in a transaction without a lease")
        lease = self._lease
        turns = [
            Turn(id_, IntentState.OPEN, None, "", {"b_fixed": fixed_values(fixed)}) for id_, fixed in intents
        ]
        self._turns.make(_OPEN, turns)
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
        by_attempt: defaultdict[AttemptState, list[dict[str, Any]]] = defaultdict(list)
        by_intent: defaultdict[IntentState, list[Turn]] = defaultdict(list)
        of = self._of_attempts([id_ for id_, *_ in ends])
        late = [(id_, end) for id_, end, _ in ends if id_ in of and of[id_].state is not AttemptState.OPEN]
        are_late = {id_ for id_, _ in late}
        tried = self._evidence.tried(
            [of[id_].intent for id_, *_ in ends if id_ in of and of[id_].number > 1 and id_ not in are_late]
        )
        for id_, end, settled in ends:
            if id_ in are_late:
                continue
            by_attempt[end.state].append(
                {"b_id": id_, "stage": end.stage, "code": end.code, "text": end.text, "ended_at": end.at}
            )
            own = of.get(id_, _NO_ATTEMPT)
            known = beside(settled, tried.get(own.intent, ()))
            values = {
                "b_attempt": own.number,
                "why": known.why,
                "detail": known.detail,
                "due_at": known.due_at,
                "outcome_at": known.outcome_at,
                "ended_at": None if known.state in UNDER_WAY else end.at,
            }
            by_intent[known.state].append(Turn(own.intent, known.state, known.why, known.detail, values))
        for state, rows in by_attempt.items():
            self._change_each(_END_ATTEMPT[state], rows, "attempts")
        for intent_state, turns in by_intent.items():
            self._turns.make(_SETTLE[intent_state], turns)
        if late:
            self._evidence.reply(late)

    def resolve(self, ids: Collection[int], ruling: Ruling, said: Said) -> Sequence[int]:
        return self._evidence.resolve(ids, ruling, said)

    def in_doubt(self, limit: int, *, journey: str | None = None, after: int = 0) -> Sequence[Intent]:
        return self._evidence.in_doubt(limit, journey, after)

    def keep(self, holds: Sequence[tuple[int, Keep]]) -> None:
        turns = [
            Turn(
                id_,
                IntentState.PENDING,
                keep.why,
                keep.detail,
                {"why": keep.why, "due_at": keep.until, "detail": keep.detail},
            )
            for id_, keep in holds
        ]
        self._turns.make(_KEEP, turns)

    def end(self, ends: Sequence[tuple[int, End]], at: datetime) -> None:
        by_state: defaultdict[IntentState, list[Turn]] = defaultdict(list)
        for id_, end in self._evidence.close(ends, at):
            values = {"detail": end.detail, "ended_at": None if end.state in UNDER_WAY else at}
            by_state[end.state].append(Turn(id_, end.state, None, end.detail, values))
        for state, turns in by_state.items():
            if state not in _END:
                raise ChangeRefusedError(f"No intent becomes {state} without an attempt.")
            self._turns.make(_END[state], turns)

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
        count = self._evidence.close_all(find, asked, values)
        return count + self._turns.make_all(find, asked, _WITHDRAW, values, to)

    def abandoned(self) -> Sequence[tuple[OpenedAttempt, Intent]]:
        found = []
        for id_, intent, opened_at, owner, token, *rest in self._ask(_ABANDONED):
            attempt = OpenedAttempt(id=id_, intent=intent, opened_at=opened_at, owner=owner, token=token)
            found.append((attempt, to_intent(rest)))
        self._turns.know([intent for _, intent in found])
        return sorted(found, key=lambda pair: pair[0].id)

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

    def by_public_id(self, public: str) -> Intent | None:
        rows = self._ask(_BY_PUBLIC_ID, {"public": public})
        return to_intent(rows[0]) if rows else None

    def by_prefix(self, prefix: str, limit: int) -> Sequence[Intent]:
        values = {"low": prefix, "high": prefix + "g", "limit": limit}  # `g` stands behind all hex digits
        return [to_intent(row) for row in self._ask(_BY_PREFIX, values)]

    def _of_attempts(self, ids: Sequence[int]) -> Mapping[int, "_OfAttempt"]:
        found = {}
        for *sort, attempt, number, state in self._ask(_OF_ATTEMPTS, {"ids": ids}):
            self._turns.know_sort(*sort)
            found[attempt] = _OfAttempt(sort[0], number, state)
        return found

    def _priorities(self, shards: Set[int], after: datetime = EPOCH) -> Iterator[tuple[int, datetime]]:
        """Yield each priority that something of the shards is pending in, high first, and the earliest due
        moment there that lies behind `after`.
        """
        priority = self._ask(_HIGHEST)[0][0]
        while priority is not None:
            asked = in_shards(_EARLIEST_OF, _EARLIEST_OF_IN, shards, {"priority": priority, "after": after})
            earliest = self._connection.execute(*asked).scalar()
            if earliest is not None:
                yield priority, earliest
            priority = self._ask(_NEXT_LOWER, {"above": priority})[0][0]
