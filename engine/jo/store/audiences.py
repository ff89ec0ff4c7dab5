"""Membership of lists as intervals, and the decisions about candidates.

An interval begins and ends with a number. What lies behind the present number of its list is being written
by a refresh that is under way, or was when its process died, and is not there yet for whoever reads.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Text,
    and_,
    bindparam,
    delete,
    false,
    func,
    null,
    or_,
    select,
    update,
)

from jo.ports.store.audiences import CandidateDecision, Snapshot, Undecided, UndecidedPage
from jo.ports.warehouse import Member
from jo.store.bulk import ask_each
from jo.store.counts import SqlCounts, of_decision
from jo.store.section import Section
from jo.store.tables import IS_PRESENT, decisions, lists, memberships
from jo.store.twins import among, insert, pairs

PAGE = 20_000
"""Members that one query for the undecided looks through, whether it finds any or not."""

_ENDLESS = 2**63 - 1
"""Greater than the id of any row."""

_list = bindparam("b_list", type_=Text())
_number = bindparam("b_number", type_=BigInteger())
_at = bindparam("b_at", type_=memberships.c.began_at.type)

_LEAVE = (
    update(memberships)
    .where(memberships.c.list == _list, IS_PRESENT, among(memberships.c.key, "keys"))
    .values(ended_in=_number, ended_at=_at)
)

_new = pairs("members")
_ENTER = insert(memberships).from_select(
    ["list", "key", "contact", "began_in", "began_at"], select(_list, _new.c.key, _new.c.value, _number, _at)
)

_marked = select(lists.c.number).where(lists.c.name == memberships.c.list).scalar_subquery()
_newest_number = func.coalesce(_marked, 0)
_OLDER = (
    select(memberships.c.id)
    .where(memberships.c.id < bindparam("before"))
    .order_by(memberships.c.id.desc())
    .limit(bindparam("limit"))
)
_these = among(memberships.c.id, "ids")
_NEVER_BEGUN = delete(memberships).where(_these, memberships.c.began_in > _newest_number)
_NEVER_ENDED = (
    update(memberships)
    .where(_these, memberships.c.ended_in > _newest_number)
    .values(ended_in=null(), ended_at=null())
)

_put_list = insert(lists)
_PUT_LIST = _put_list.on_conflict_do_update(
    index_elements=[lists.c.name],
    set_={column.name: _put_list.excluded[column.name] for column in lists.c if not column.primary_key},
)

_SNAPSHOT_COLUMNS = tuple(column.name for column in lists.c if not column.primary_key)
_SNAPSHOT = select(lists).where(lists.c.name == bindparam("name"))
_of_list = select(lists.c.number).where(lists.c.name == _list).scalar_subquery()
_has_begun = memberships.c.began_in <= _of_list

_MEMBERS = (
    select(memberships.c.key, memberships.c.contact)
    .where(memberships.c.list == _list, IS_PRESENT, memberships.c.key > bindparam("after"))
    .order_by(memberships.c.key)
    .limit(bindparam("limit"))
)
_HERE = (
    select(memberships.c.contact)
    .distinct()
    .where(
        memberships.c.list == _list,
        among(memberships.c.contact, "contacts"),
        _has_begun,
        or_(IS_PRESENT, memberships.c.ended_in > _of_list),
    )
)

_UNDECIDED = (
    select(memberships.c.key, memberships.c.contact, memberships.c.began_at, decisions.c.reason)
    .join_from(
        memberships,
        decisions,
        and_(
            decisions.c.journey == bindparam("journey"),
            decisions.c.occurrence == bindparam("occurrence"),
            decisions.c.key == memberships.c.key,
        ),
        isouter=True,
    )
    .where(
        memberships.c.list == _list,
        IS_PRESENT,
        _has_begun,
        memberships.c.key > bindparam("after"),
        or_(
            decisions.c.key.is_(None),
            and_(decisions.c.final == false(), decisions.c.at < bindparam("since")),
        ),
    )
    .order_by(memberships.c.key)
    .limit(bindparam("limit"))
)
_UNDECIDED_TO = _UNDECIDED.where(memberships.c.key <= bindparam("to"))
_END_OF_PAGE = (
    select(memberships.c.key)
    .where(memberships.c.list == _list, IS_PRESENT, memberships.c.key > bindparam("after"))
    .order_by(memberships.c.key)
    .limit(1)
    .offset(bindparam("members"))
)

_DECIDE = insert(decisions).on_conflict_do_nothing().returning(*decisions.primary_key)
_LAST_REASONS = (
    select(decisions.c.reason)
    .where(
        decisions.c.journey == bindparam("journey"),
        decisions.c.occurrence == bindparam("occurrence"),
        among(decisions.c.key, "keys"),
    )
    .with_for_update()
)
_DECIDE_AGAIN = update(decisions).where(
    decisions.c.journey == bindparam("b_journey"),
    decisions.c.occurrence == bindparam("b_occurrence"),
    decisions.c.key == bindparam("b_key"),
)


class SqlAudiences(Section):
    __slots__ = ("_counts",)

    def __init__(self, connection: Connection, counts: SqlCounts) -> None:
        super().__init__(connection)
        self._counts = counts

    def snapshot(self, name: str) -> Snapshot | None:
        row = self._connection.execute(_SNAPSHOT, {"name": name}).one_or_none()
        if row is None:
            return None
        return Snapshot(
            refreshed_at=row.refreshed_at,
            as_of=row.as_of,
            size=row.size,
            generation=row.generation,
            kept_because=row.kept_because,
            left_out=row.left_out,
            number=row.number,
        )

    def members(self, name: str, after: str, limit: int) -> Sequence[Member]:
        values = {"b_list": name, "after": after, "limit": limit}
        return [Member(key, contact) for key, contact in self._connection.execute(_MEMBERS, values)]

    def leave(self, name: str, number: int, keys: Collection[str], at: datetime) -> None:
        values = {"b_list": name, "b_number": number, "keys": list(keys), "b_at": at}
        self._connection.execute(_LEAVE, values)

    def enter(self, name: str, number: int, members: Sequence[Member], at: datetime) -> None:
        values = {"b_list": name, "b_number": number, "members": dict(members), "b_at": at}
        self._connection.execute(_ENTER, values)

    def mark(self, name: str, snapshot: Snapshot) -> None:
        values = {"name": name, **{column: getattr(snapshot, column) for column in _SNAPSHOT_COLUMNS}}
        self._connection.execute(_PUT_LIST, values)

    def take_back(self, before: int | None, limit: int) -> int | None:
        asked = {"before": _ENDLESS if before is None else before, "limit": limit}
        ids = self._connection.execute(_OLDER, asked).scalars().all()
        if ids:
            # First those that never began: one that never ended may have the same key.
            self._connection.execute(_NEVER_BEGUN, {"ids": ids})
            self._connection.execute(_NEVER_ENDED, {"ids": ids})
        return ids[-1] if len(ids) == limit else None

    def present(self, name: str, contacts: Collection[str]) -> frozenset[str]:
        found = self._connection.execute(_HERE, {"b_list": name, "contacts": list(contacts)})
        return frozenset(found.scalars())

    def undecided(
        self, journey: str, occurrence: str, name: str, since: datetime, limit: int, after: str = ""
    ) -> UndecidedPage:
        values: dict[str, Any] = {
            "journey": journey,
            "occurrence": occurrence,
            "b_list": name,
            "since": since,
            "after": after,
            "limit": limit,
        }
        page = {"b_list": name, "after": after, "members": PAGE - 1}
        end = self._connection.execute(_END_OF_PAGE, page).scalar()
        rows = self._connection.execute(
            _UNDECIDED if end is None else _UNDECIDED_TO, values if end is None else {**values, "to": end}
        )
        found = [
            Undecided(key=key, contact=contact, member_since=member_since, last_reason=reason)
            for key, contact, member_since, reason in rows
        ]
        return UndecidedPage(found=found, end=found[-1].key if len(found) == limit else end)

    def decide(self, decisions: Sequence[CandidateDecision]) -> None:
        if not decisions:
            return
        last = {tuple(_name_of(decision).values()): decision for decision in decisions}
        rows = [{**_name_of(decision), **_said(decision)} for decision in last.values()]
        new = set(ask_each(self._connection, _DECIDE, rows))
        again = [decision for name, decision in last.items() if name not in new]
        if again:
            self._decide_again(again)
        self._counts.came(of_decision(decision.journey, decision.reason) for decision in last.values())

    def _decide_again(self, decisions: Sequence[CandidateDecision]) -> None:
        """Replace decisions that stand; what these were is counted no more."""
        keys: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for decision in decisions:
            keys[decision.journey, decision.occurrence].append(decision.key)
        for (journey, occurrence), asked in keys.items():
            values = {"journey": journey, "occurrence": occurrence, "keys": asked}
            reasons = self._connection.execute(_LAST_REASONS, values).scalars()
            self._counts.left(of_decision(journey, reason) for reason in reasons)
        rows = [
            {**{f"b_{word}": value for word, value in _name_of(decision).items()}, **_said(decision)}
            for decision in decisions
        ]
        self._change_each(_DECIDE_AGAIN, rows, "decisions")


def _name_of(decision: CandidateDecision) -> dict[str, Any]:
    return {"journey": decision.journey, "occurrence": decision.occurrence, "key": decision.key}


def _said(decision: CandidateDecision) -> dict[str, Any]:
    return {
        "contact": decision.contact,
        "reason": decision.reason,
        "final": decision.final,
        "at": decision.at,
    }
