"""Holds, and the mails that they hold back.

Held mails are due when they expire, so that no query for what is due meets them, and have a small index of
their own. They are changed page by page and counted as every transition is.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Update,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal,
    select,
    update,
)

from jo.flow.hold import Cause, Hold
from jo.flow.state import IntentState, Why
from jo.model.address import Kind
from jo.reports.standstill import Waiting
from jo.store.counts import SqlCounts, of_mail
from jo.store.section import Section
from jo.store.tables import IS_HELD, IS_INSIDE, IS_PENDING, IS_TIMED, holds, intents, known_sends, passages
from jo.store.twins import among, insert

_IS_ACTIVE = holds.c.released_at.is_(None)
_PUT = insert(holds).on_conflict_do_nothing()
_ACTIVE = select(holds).where(_IS_ACTIVE).order_by(holds.c.cause, holds.c.subject)
_SETTLE = delete(holds).where(
    _IS_ACTIVE, holds.c.cause == bindparam("b_cause"), holds.c.subject == bindparam("b_subject")
)
_RELEASE = update(holds).where(_IS_ACTIVE)
_RELEASED_AT = select(func.max(holds.c.released_at))


def _at(name: str) -> Any:
    return bindparam(name, type_=holds.c.at.type)


_HIGHEST = select(func.max(intents.c.priority)).where(IS_PENDING)
_NEXT_LOWER = _HIGHEST.where(intents.c.priority < bindparam("above"))
_sorts = select(intents.c.id, intents.c.journey, intents.c.state, intents.c.why, intents.c.detail)
_due = _sorts.where(
    IS_PENDING,
    intents.c.priority == bindparam("priority"),
    intents.c.due_at <= _at("by"),
    intents.c.expires_at > _at("now"),
    intents.c.why != Why.HOLD,
).limit(bindparam("limit"))
_DUE = _due.with_for_update(skip_locked=True)
_DUE_AFTER = _due.where(intents.c.due_at > _at("after"))
_is_person_due = (IS_INSIDE, IS_TIMED, passages.c.due_at <= _at("by"))
_ANYBODY_DUE_AFTER = select(passages.c.id).where(*_is_person_due, passages.c.due_at > _at("after")).limit(1)

_HOLD = (
    update(intents)
    .where(among(intents.c.id, "ids"))
    .values(why=Why.HOLD, detail="", due_at=intents.c.expires_at)
)
_HELD = (
    _sorts.where(IS_HELD)
    .order_by(intents.c.expires_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_LET_GO = update(intents).where(among(intents.c.id, "ids")).values(why=Why.DUE, due_at=_at("now"))
_ANY_HELD = select(intents.c.id).where(IS_HELD).limit(1)

_is_known = exists().where(known_sends.c.public == intents.c.public)
_MAILS = (
    select(
        intents.c.journey, func.count().label("mails"), func.sum(case((_is_known, 1), else_=0)).label("known")
    )
    .where(IS_HELD)
    .group_by(intents.c.journey)
)
_PEOPLE = (
    select(
        literal(f"{Kind.PROGRAM}/").concat(passages.c.program).label("journey"), func.count().label("people")
    )
    .where(*_is_person_due)
    .group_by(passages.c.program)
)


class SqlHolds(Section):
    __slots__ = ("_counts",)

    def __init__(self, connection: Connection, counts: SqlCounts) -> None:
        super().__init__(connection)
        self._counts = counts

    def put(self, cause: Cause, detail: str, at: datetime, subject: str = "") -> None:
        self._connection.execute(_PUT, {"cause": cause, "subject": subject, "detail": detail, "at": at})

    def settle(self, cause: Cause, subject: str) -> bool:
        return bool(self._connection.execute(_SETTLE, {"b_cause": cause, "b_subject": subject}).rowcount)

    def active(self) -> Sequence[Hold]:
        return [
            Hold(cause=row.cause, detail=row.detail, at=row.at) for row in self._connection.execute(_ACTIVE)
        ]

    def release(self, by: str, at: datetime) -> Sequence[Hold]:
        lifted = self.active()
        self._connection.execute(_RELEASE, {"released_by": by, "released_at": at})
        return lifted

    def released_at(self) -> datetime | None:
        return self._connection.execute(_RELEASED_AT).scalar()

    def is_overdue(self, by: datetime, now: datetime) -> bool:
        asked = {"by": by, "after": self.released_at() or _EVER}
        if self._connection.execute(_ANYBODY_DUE_AFTER, asked).first() is not None:
            return True
        return bool(self._of_all_priorities(_DUE_AFTER, {**asked, "now": now}, limit=1))

    def hold_mails(self, by: datetime, now: datetime, limit: int) -> int:
        found = self._of_all_priorities(_DUE, {"by": by, "now": now}, limit)
        return self._change(_HOLD, {}, found, Why.HOLD)

    def let_go(self, now: datetime, limit: int) -> int:
        found = self._connection.execute(_HELD, {"limit": limit}).all()
        return self._change(_LET_GO, {"now": now}, found, Why.DUE)

    def are_mails_held(self) -> bool:
        return self._connection.execute(_ANY_HELD).first() is not None

    def waiting(self, now: datetime) -> Sequence[Waiting]:
        mails = {row.journey: row for row in self._connection.execute(_MAILS)}
        people = {row.journey: row.people for row in self._connection.execute(_PEOPLE, {"by": now})}
        return [
            Waiting(
                journey=journey,
                mails=mails[journey].mails if journey in mails else 0,
                known=int(mails[journey].known) if journey in mails else 0,
                people=people.get(journey, 0),
            )
            for journey in sorted(mails.keys() | people.keys())
        ]

    def _of_all_priorities(self, find: Select[Any], asked: Mapping[str, Any], limit: int) -> Sequence[Any]:
        """Ask for each priority by itself: one index in their order cannot be read across them."""
        found: list[Any] = []
        priority = self._connection.execute(_HIGHEST).scalar()
        while priority is not None and len(found) < limit:
            values = {**asked, "priority": priority, "limit": limit - len(found)}
            found += self._connection.execute(find, values)
            priority = self._connection.execute(_NEXT_LOWER, {"above": priority}).scalar()
        return found

    def _change(self, statement: Update, values: Mapping[str, Any], rows: Sequence[Any], why: Why) -> int:
        if rows:
            self._connection.execute(statement, {**values, "ids": [row.id for row in rows]})
            self._counts.left(of_mail(row.journey, row.state, row.why, row.detail) for row in rows)
            self._counts.came(of_mail(row.journey, IntentState.PENDING, why, "") for row in rows)
        return len(rows)


_EVER = datetime(1970, 1, 1, tzinfo=UTC)
