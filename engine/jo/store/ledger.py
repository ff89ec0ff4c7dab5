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
    Text,
    Update,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)

from jo.flow.intent import AttemptEnd, End, Fixed, Intent, Keep, Settled
from jo.flow.shards import ALL_SHARDS
from jo.flow.state import ATTEMPT_CHANGES, INTENT_CHANGES, UNDER_WAY, AttemptState, IntentState, Why
from jo.model.content import MailClass
from jo.ports.store.errors import ChangeRefusedError
from jo.ports.store.leases import Lease
from jo.ports.store.ledger import OpenedAttempt
from jo.store.bulk import execute_each
from jo.store.codec import INTENT, fixed_values, intent_values, to_intent
from jo.store.columns import Json
from jo.store.counts import Sort, SqlCounts, What, of_mail
from jo.store.section import Section, in_shards
from jo.store.tables import IS_OPEN, IS_PENDING, IS_QUARANTINED, attempts, intents, is_one_of, leases
from jo.store.twins import insert, numbers, texts

WITHOUT_ATTEMPT = (IntentState.PENDING, IntentState.QUARANTINED)
"""States that an intent may leave without the word of an attempt."""

PAGE = 5_000
"""Intents that are changed at once where nobody knows how many there are."""

_CREATE = insert(intents).on_conflict_do_nothing().returning(intents.c.key)

_HIGHEST = select(func.max(intents.c.priority)).where(IS_PENDING)
_NEXT_LOWER = _HIGHEST.where(intents.c.priority < bindparam("above"))
_EARLIEST_OF = (
    select(intents.c.due_at)
    .where(IS_PENDING, intents.c.priority == bindparam("priority"))
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

_LOAD = select(*INTENT).where(intents.c.id.in_(numbers("ids")))
_BY_PUBLIC_ID = select(*INTENT).where(intents.c.public == bindparam("public"))

_sorts = select(intents.c.id, intents.c.journey, intents.c.state, intents.c.why, intents.c.detail)
"""What an intent is counted by."""
_SORTS_OF = _sorts.where(intents.c.id.in_(numbers("ids")))
_SORTS_OF_ATTEMPTS = (
    _sorts.add_columns(attempts.c.id.label("attempt"), attempts.c.number)
    .join_from(attempts, intents, intents.c.id == attempts.c.intent)
    .where(attempts.c.id.in_(numbers("ids")))
)

_as_counted = and_(
    intents.c.id == bindparam("b_id"),
    intents.c.state == bindparam("b_state", type_=Text()),
    func.coalesce(intents.c.why, literal_column("''")) == bindparam("b_why", type_=Text()),
)
"""One intent, as long as it is where its count is."""


def _may_become(state: IntentState, among: Iterable[IntentState] = tuple(IntentState)) -> ColumnElement[bool]:
    """Return the condition that an intent is in one of these states and may become `state`."""
    return is_one_of(intents.c.state, [old for old in among if state in INTENT_CHANGES[old]])


_OPEN = (
    update(intents)
    .where(_as_counted, _may_become(IntentState.OPEN))
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
        ).where(intents.c.id.in_(numbers("ids"))),
    )
    .returning(attempts.c.intent, attempts.c.id)
)

_END_ATTEMPT: dict[AttemptState, Update] = {
    state: update(attempts)
    .where(
        attempts.c.id == bindparam("b_id"),
        is_one_of(attempts.c.state, [old for old, new in ATTEMPT_CHANGES.items() if state in new]),
    )
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
"""State → update of one attempt that ends so."""

_SETTLE: dict[IntentState, Update] = {
    state: update(intents)
    .where(_as_counted, intents.c.attempts == bindparam("b_attempt"), _may_become(state))
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
    .where(_as_counted, _may_become(state, WITHOUT_ATTEMPT))
    .values(state=state, why=null(), detail=bindparam("detail"), ended_at=bindparam("ended_at"))
    for state in IntentState
    if state not in (IntentState.OPEN, IntentState.PENDING)
    and any(state in INTENT_CHANGES[old] for old in WITHOUT_ATTEMPT)
}
"""State → update of one intent that ends so without an attempt."""

_KEEP = (
    update(intents)
    .where(_as_counted, IS_PENDING)
    .values(why=bindparam("why"), due_at=bindparam("due_at"), detail=bindparam("detail"))
)

_RECLASS = (
    update(intents)
    .where(IS_PENDING, intents.c.template == bindparam("b_template"), intents.c.fixed.is_(null()))
    .values({intents.c["class"]: bindparam("b_class"), intents.c.topic: bindparam("b_topic")})
)

_page: BindParameter[int] = bindparam("limit")
_MENDED = (
    _sorts.where(IS_QUARANTINED, intents.c.template.in_(texts("templates"))).limit(_page).with_for_update()
)
_OVERDUE = (
    _sorts.where(IS_QUARANTINED, intents.c.expires_at <= bindparam("now", type_=intents.c.due_at.type))
    .limit(_page)
    .with_for_update()
)
_REQUEUE = (
    update(intents)
    .where(intents.c.id.in_(numbers("ids")))
    .values(
        state=IntentState.PENDING,
        why=Why.DUE,
        due_at=bindparam("now", type_=intents.c.due_at.type),
        ended_at=null(),
    )
)

_RECONSIDER = (
    update(intents)
    .where(
        IS_PENDING,
        intents.c.why.in_(texts("whys")),
        intents.c.due_at > bindparam("now", type_=intents.c.due_at.type),
    )
    .values(due_at=bindparam("now", type_=intents.c.due_at.type))
)

_withdrawable = (
    _sorts.where(_may_become(IntentState.WITHDRAWN, WITHOUT_ATTEMPT)).limit(_page).with_for_update()
)
_WITHDRAWABLE_OF_PASSAGES = _withdrawable.where(intents.c.passage.in_(numbers("passages")))
_WITHDRAWABLE_OF_JOURNEY = _withdrawable.where(intents.c.journey == bindparam("journey"))
_WITHDRAW = (
    update(intents)
    .where(intents.c.id.in_(numbers("ids")))
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

_of_addresses = and_(
    intents.c.address_key.in_(texts("address_keys")), intents.c["class"] == bindparam("class")
)
_SENT_SINCE = select(intents.c.address_key, intents.c.outcome_at).where(
    _of_addresses,
    intents.c.outcome_at >= bindparam("since"),
    is_one_of(intents.c.state, [IntentState.ACCEPTED, IntentState.UNCERTAIN]),
)
_UNDER_WAY_SINCE = (
    select(intents.c.address_key, attempts.c.opened_at)
    .join_from(attempts, intents, intents.c.id == attempts.c.intent)
    .where(IS_OPEN, _of_addresses, attempts.c.opened_at >= bindparam("since"))
)

_RECEIVED = (
    select(intents.c.contact, intents.c.template, func.max(intents.c.outcome_at))
    .where(
        intents.c.contact.in_(texts("contacts")),
        intents.c.template.in_(texts("templates")),
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
        intents.c.address_key.in_(texts("address_keys")),
        intents.c.template == bindparam("template"),
        is_one_of(
            intents.c.state,
            [IntentState.PENDING, IntentState.OPEN, IntentState.ACCEPTED, IntentState.UNCERTAIN],
        ),
        or_(intents.c.journey != bindparam("journey"), intents.c.occurrence != bindparam("occurrence")),
    )
    .group_by(intents.c.address_key)
)


_NOWHERE: Sort = ("", What.MAIL, "", "")
"""What an intent is counted as that does not exist."""


class _Turn(NamedTuple):
    """What becomes of one intent."""

    id: int
    state: IntentState
    why: Why | None
    detail: str
    values: Mapping[str, Any]
    """What else its update sets."""


class SqlLedger(Section):
    __slots__ = ("_counts", "_known", "_lease")

    def __init__(self, connection: Connection, counts: SqlCounts, lease: Lease | None) -> None:
        super().__init__(connection)
        self._counts = counts
        self._lease = lease
        self._known: dict[int, Sort] = {}
        """What the intents that this transaction has seen are counted as."""

    def create(self, intents: Sequence[Intent]) -> Sequence[str]:
        if not intents:
            return ()
        rows = [intent_values(intent) for intent in intents]
        new = set(execute_each(self._connection, _CREATE, rows).scalars())
        created = []
        for intent in intents:
            if intent.key in new:
                new.remove(intent.key)
                created.append(intent.key)
                self._counts.came([of_mail(intent.journey, intent.state, intent.why, intent.detail)])
        return created

    def claimable(self, now: datetime, limit: int, shards: Set[int] = ALL_SHARDS) -> Sequence[Intent]:
        found: list[Intent] = []
        for priority, earliest in self._priorities(shards):
            if earliest <= now and len(found) < limit:
                values = {"priority": priority, "now": now, "limit": limit - len(found)}
                asked = in_shards(_CLAIMABLE, _CLAIMABLE_IN, shards, values)
                found += map(to_intent, self._connection.execute(*asked))
        return self._knows(found)

    def next_due(self, shards: Set[int] = ALL_SHARDS) -> datetime | None:
        moments = [earliest for _, earliest in self._priorities(shards)]
        expiry = self._connection.execute(_EARLIEST_EXPIRY).scalar()
        return min(moments if expiry is None else [*moments, expiry], default=None)

    def load(self, ids: Collection[int]) -> Mapping[int, Intent]:
        rows = self._connection.execute(_LOAD, {"ids": list(ids)})
        return {intent.id: intent for intent in self._knows([to_intent(row) for row in rows])}

    def open(self, intents: Sequence[tuple[int, Fixed]], at: datetime) -> Sequence[OpenedAttempt]:
        if self._lease is None:
            raise RuntimeError("an attempt is opened in a transaction without a lease")
        lease = self._lease
        turns = [
            _Turn(id_, IntentState.OPEN, None, "", {"b_fixed": fixed_values(fixed)}) for id_, fixed in intents
        ]
        self._turn(_OPEN, turns)
        values = {
            "lease": lease.name,
            "owner": lease.owner,
            "token": lease.token,
            "at": at,
            "ids": [id_ for id_, _ in intents],
        }
        ids = {row.intent: row.id for row in self._connection.execute(_ADD_ATTEMPTS, values)}
        return [
            OpenedAttempt(id=ids[intent], intent=intent, opened_at=at, owner=lease.owner, token=lease.token)
            for intent, _ in intents
        ]

    def record(self, ends: Sequence[tuple[int, AttemptEnd, Settled]]) -> None:
        by_attempt: defaultdict[AttemptState, list[dict[str, Any]]] = defaultdict(list)
        by_intent: defaultdict[IntentState, list[_Turn]] = defaultdict(list)
        of = self._of_attempts([id_ for id_, *_ in ends])
        for id_, end, settled in ends:
            by_attempt[end.state].append(
                {"b_id": id_, "stage": end.stage, "code": end.code, "text": end.text, "ended_at": end.at}
            )
            intent, number = of.get(id_, (0, 0))
            values = {
                "b_attempt": number,
                "why": settled.why,
                "detail": settled.detail,
                "due_at": settled.due_at,
                "outcome_at": settled.outcome_at,
                "ended_at": None if settled.state in UNDER_WAY else end.at,
            }
            by_intent[settled.state].append(_Turn(intent, settled.state, settled.why, settled.detail, values))
        for state, rows in by_attempt.items():
            self._change_each(_END_ATTEMPT[state], rows, "attempts")
        for intent_state, turns in by_intent.items():
            self._turn(_SETTLE[intent_state], turns)

    def keep(self, holds: Sequence[tuple[int, Keep]]) -> None:
        turns = [
            _Turn(
                id_,
                IntentState.PENDING,
                keep.why,
                keep.detail,
                {"why": keep.why, "due_at": keep.until, "detail": keep.detail},
            )
            for id_, keep in holds
        ]
        self._turn(_KEEP, turns)

    def end(self, ends: Sequence[tuple[int, End]], at: datetime) -> None:
        by_state: defaultdict[IntentState, list[_Turn]] = defaultdict(list)
        for id_, end in ends:
            values = {"detail": end.detail, "ended_at": None if end.state in UNDER_WAY else at}
            by_state[end.state].append(_Turn(id_, end.state, None, end.detail, values))
        for state, turns in by_state.items():
            if state not in _END:
                raise ChangeRefusedError(f"No intent becomes {state} without an attempt.")
            self._turn(_END[state], turns)

    def requeue(self, now: datetime, templates: Collection[str] = ()) -> int:
        due = IntentState.PENDING, Why.DUE, ""
        count = self._turn_all(_OVERDUE, {"now": now}, _REQUEUE, {"now": now}, due)
        if templates:
            asked = {"templates": list(templates)}
            count += self._turn_all(_MENDED, asked, _REQUEUE, {"now": now}, due)
        return count

    def reclass(self, template: str, class_: MailClass, topic: str | None) -> int:
        values = {"b_template": template, "b_class": class_, "b_topic": topic}
        return self._connection.execute(_RECLASS, values).rowcount

    def reconsider(self, whys: Collection[Why], at: datetime) -> int:
        return self._connection.execute(_RECONSIDER, {"whys": list(whys), "now": at}).rowcount

    def withdraw(self, passages: Collection[int], reason: str, at: datetime) -> int:
        return self._withdraw(_WITHDRAWABLE_OF_PASSAGES, {"passages": list(passages)}, reason, at)

    def withdraw_journey(self, journey: str, reason: str, at: datetime) -> int:
        return self._withdraw(_WITHDRAWABLE_OF_JOURNEY, {"journey": journey}, reason, at)

    def _withdraw(self, find: Select[Any], asked: Mapping[str, Any], reason: str, at: datetime) -> int:
        values = {"detail": reason, "ended_at": at}
        return self._turn_all(find, asked, _WITHDRAW, values, (IntentState.WITHDRAWN, None, reason))

    def abandoned(self) -> Sequence[tuple[OpenedAttempt, Intent]]:
        found = []
        for id_, intent, opened_at, owner, token, *rest in self._connection.execute(_ABANDONED):
            attempt = OpenedAttempt(id=id_, intent=intent, opened_at=opened_at, owner=owner, token=token)
            found.append((attempt, to_intent(rest)))
        self._knows([intent for _, intent in found])
        return sorted(found, key=lambda pair: pair[0].id)

    def sent_since(
        self, address_keys: Collection[str], class_: MailClass, since: datetime
    ) -> Mapping[str, Sequence[datetime]]:
        values = {"address_keys": list(address_keys), "class": class_, "since": since}
        moments: defaultdict[str, list[datetime]] = defaultdict(list)
        for statement in (_SENT_SINCE, _UNDER_WAY_SINCE):
            for key, moment in self._connection.execute(statement, values):
                moments[key].append(moment)
        return {key: sorted(found) for key, found in moments.items()}

    def received(
        self, contacts: Collection[str], templates: Collection[str]
    ) -> Mapping[str, Mapping[str, datetime]]:
        values = {"contacts": list(contacts), "templates": list(templates)}
        last: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
        for contact, template, moment in self._connection.execute(_RECEIVED, values):
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
        return {row.address_key: row.at for row in self._connection.execute(_LAST_PLANNED, values)}

    def by_public_id(self, public: str) -> Intent | None:
        row = self._connection.execute(_BY_PUBLIC_ID, {"public": public}).one_or_none()
        return None if row is None else to_intent(row)

    def _turn(self, statement: Update, turns: Sequence[_Turn]) -> None:
        """Change intents that are known by their ids, and count them."""
        self._learn([turn.id for turn in turns if turn.id not in self._known])
        rows = []
        for turn in turns:
            _, _, state, why = self._known.get(turn.id, _NOWHERE)
            held = why if state == IntentState.PENDING else ""
            rows.append({"b_id": turn.id, "b_state": state, "b_why": held, **turn.values})
        self._change_each(statement, rows, "intents")
        for turn in turns:
            old = self._known[turn.id]
            new = of_mail(old[0], turn.state, turn.why, turn.detail)
            self._counts.left([old])
            self._counts.came([new])
            self._known[turn.id] = new

    def _turn_all(
        self,
        find: Select[Any],
        asked: Mapping[str, Any],
        statement: Update,
        values: Mapping[str, Any],
        to: tuple[IntentState, Why | None, str],
    ) -> int:
        """Change all intents that a query finds, which finds them no more afterwards, and count them.

        By their ids, page by page: another one may come to fit the query before the update does its work.
        """
        count = 0
        while rows := self._connection.execute(find, {**asked, "limit": PAGE}).all():
            self._connection.execute(statement, {**values, "ids": [row.id for row in rows]})
            self._counts.left([of_mail(*sort) for _, *sort in rows])
            self._counts.came([of_mail(journey, *to) for _, journey, *_ in rows])
            for row in rows:
                self._known.pop(row.id, None)
            count += len(rows)
            if len(rows) < PAGE:
                break
        return count

    def _of_attempts(self, ids: Sequence[int]) -> Mapping[int, tuple[int, int]]:
        """Return attempt → its intent and its number there."""
        found = {}
        for id_, journey, state, why, detail, attempt, number in self._connection.execute(
            _SORTS_OF_ATTEMPTS, {"ids": ids}
        ):
            self._known[id_] = of_mail(journey, state, why, detail)
            found[attempt] = (id_, number)
        return found

    def _knows(self, intents: list[Intent]) -> list[Intent]:
        for intent in intents:
            self._known[intent.id] = of_mail(intent.journey, intent.state, intent.why, intent.detail)
        return intents

    def _learn(self, ids: Sequence[int]) -> None:
        if ids:
            for id_, *sort in self._connection.execute(_SORTS_OF, {"ids": ids}):
                self._known[id_] = of_mail(*sort)

    def _priorities(self, shards: Set[int]) -> Iterator[tuple[int, datetime]]:
        """Yield each priority that something of the shards is pending in, high first, and the earliest due
        moment there.
        """
        priority = self._connection.execute(_HIGHEST).scalar()
        while priority is not None:
            asked = in_shards(_EARLIEST_OF, _EARLIEST_OF_IN, shards, {"priority": priority})
            earliest = self._connection.execute(*asked).scalar()
            if earliest is not None:
                yield priority, earliest
            priority = self._connection.execute(_NEXT_LOWER, {"above": priority}).scalar()
