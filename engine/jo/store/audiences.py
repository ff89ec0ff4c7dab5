"""Membership of lists as intervals, kept by difference, and the decisions about candidates."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    false,
    func,
    or_,
    select,
    update,
)

from jo.ports.store.audiences import CandidateDecision, MembersDelta, Snapshot, Undecided, UndecidedPage
from jo.ports.warehouse import Member
from jo.store.bulk import execute_each, stage
from jo.store.columns import TEXT
from jo.store.counts import SqlCounts, of_decision
from jo.store.section import Section
from jo.store.tables import IS_PRESENT, decisions, lists, memberships
from jo.store.twins import insert, pairs, texts

CHUNK = 5_000
"""Members staged or compared at once."""

PAGE = 20_000
"""Members that one query for the undecided looks through, whether it finds any or not."""

_staged = Table(
    "staged_members",
    MetaData(),
    Column("key", TEXT, primary_key=True),
    Column("contact", TEXT),
    prefixes=["TEMPORARY"],
)

_list = bindparam("b_list", type_=Text())
_at = bindparam("b_at", type_=memberships.c.from_at.type)

_LEAVING = and_(
    memberships.c.list == _list,
    IS_PRESENT,
    ~exists().where(
        _staged.c.key == memberships.c.key,
        _staged.c.contact.is_not_distinct_from(memberships.c.contact),
    ),
)

_FORGET_MOMENTARY = delete(memberships).where(_LEAVING, memberships.c.from_at >= _at)
"""Members who entered at this very instant and are not in the list after all were never in it."""

_CLOSE = update(memberships).where(_LEAVING).values(to_at=_at)

_OPEN = (
    insert(memberships)
    .from_select(
        ["list", "key", "contact", "from_at"],
        select(_list, _staged.c.key, _staged.c.contact, _at).where(
            ~exists().where(memberships.c.list == _list, IS_PRESENT, memberships.c.key == _staged.c.key)
        ),
    )
    .execution_options(preserve_rowcount=True)
)

_new = pairs("members")
_COUNT_SAME = (
    select(func.count())
    .select_from(_new)
    .where(
        exists().where(
            memberships.c.list == _list,
            IS_PRESENT,
            memberships.c.key == _new.c.key,
            memberships.c.contact.is_not_distinct_from(_new.c.value),
        )
    )
)
"""Not a join: that SQLite may begin at the memberships, and walk all of the map for each of them."""

_put_list = insert(lists)
_PUT_LIST = _put_list.on_conflict_do_update(
    index_elements=[lists.c.name],
    set_={column.name: _put_list.excluded[column.name] for column in lists.c if not column.primary_key},
)

_SNAPSHOT = select(lists).where(lists.c.name == bindparam("name"))
_SIZE = select(lists.c.members).where(lists.c.name == bindparam("name"))

_PRESENT = select(memberships.c.contact).where(
    memberships.c.list == _list, IS_PRESENT, memberships.c.contact.in_(texts("contacts"))
)
_KEYS = select(memberships.c.key).distinct().where(memberships.c.list.in_(texts("names")), IS_PRESENT)
_CONTACTS = (
    select(memberships.c.contact)
    .distinct()
    .where(memberships.c.list.in_(texts("names")), IS_PRESENT, memberships.c.contact.is_not(None))
)

_UNDECIDED = (
    select(memberships.c.key, memberships.c.contact, memberships.c.from_at, decisions.c.reason)
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
    select(decisions.c.key, decisions.c.reason)
    .where(
        decisions.c.journey == bindparam("journey"),
        decisions.c.occurrence == bindparam("occurrence"),
        decisions.c.key.in_(texts("keys")),
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
        )

    def difference(self, name: str, members: Iterable[Member]) -> int:
        count = same = 0
        stream = ((member.key, member.contact) for member in members)
        while chunk := dict(islice(stream, CHUNK)):
            count += len(chunk)
            same += self._connection.execute(_COUNT_SAME, {"b_list": name, "members": chunk}).scalar_one()
        return (count - same) + (self.size(name) - same)

    def sync(self, name: str, members: Iterable[Member], snapshot: Snapshot) -> MembersDelta:
        _staged.create(self._connection)
        stream = ((member.key, member.contact) for member in members)
        while chunk := list(islice(stream, CHUNK)):
            stage(self._connection, _staged, chunk)
        at = {"b_list": name, "b_at": snapshot.refreshed_at}
        left = self._connection.execute(_FORGET_MOMENTARY, at).rowcount
        left += self._connection.execute(_CLOSE, at).rowcount
        entered = self._connection.execute(_OPEN, at).rowcount
        _staged.drop(self._connection)
        size = self.size(name) + entered - left
        self._put(name, snapshot, size)
        return MembersDelta(entered=entered, left=left, size=size)

    def keep(self, name: str, snapshot: Snapshot) -> None:
        self._put(name, snapshot, self.size(name))

    def size(self, name: str) -> int:
        return self._connection.execute(_SIZE, {"name": name}).scalar() or 0

    def present(self, name: str, contacts: Collection[str]) -> frozenset[str]:
        found = self._connection.execute(_PRESENT, {"b_list": name, "contacts": list(contacts)})
        return frozenset(found.scalars())

    def keys(self, names: Collection[str]) -> frozenset[str]:
        return frozenset(self._connection.execute(_KEYS, {"names": list(names)}).scalars())

    def contacts(self, names: Collection[str]) -> frozenset[str]:
        return frozenset(self._connection.execute(_CONTACTS, {"names": list(names)}).scalars())

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
        decisions = list(last.values())
        rows = [{**_name_of(decision), **_said(decision)} for decision in decisions]
        new = {tuple(row) for row in execute_each(self._connection, _DECIDE, rows)}
        again = []
        for decision in decisions:
            name = (decision.journey, decision.occurrence, decision.key)
            if name in new:
                new.remove(name)
                self._counts.came([of_decision(decision.journey, decision.reason)])
            else:
                again.append(decision)
        self._decide_again(again)

    def _decide_again(self, decisions: Sequence[CandidateDecision]) -> None:
        keys: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for decision in decisions:
            keys[decision.journey, decision.occurrence].append(decision.key)
        last: dict[tuple[str, str, str], str] = {}
        for (journey, occurrence), asked in keys.items():
            values = {"journey": journey, "occurrence": occurrence, "keys": asked}
            for key, reason in self._connection.execute(_LAST_REASONS, values):
                last[journey, occurrence, key] = reason
        for decision in decisions:
            name = (decision.journey, decision.occurrence, decision.key)
            self._counts.left([of_decision(decision.journey, last[name])])
            self._counts.came([of_decision(decision.journey, decision.reason)])
            last[name] = decision.reason
        rows = [
            {**{f"b_{word}": value for word, value in _name_of(decision).items()}, **_said(decision)}
            for decision in decisions
        ]
        self._change_each(_DECIDE_AGAIN, rows, "decisions")

    def _put(self, name: str, snapshot: Snapshot, members: int) -> None:
        values = {
            "name": name,
            "members": members,
            "refreshed_at": snapshot.refreshed_at,
            "as_of": snapshot.as_of,
            "size": snapshot.size,
            "generation": snapshot.generation,
            "kept_because": snapshot.kept_because,
            "left_out": snapshot.left_out,
        }
        self._connection.execute(_PUT_LIST, values)


def _name_of(decision: CandidateDecision) -> dict[str, Any]:
    return {"journey": decision.journey, "occurrence": decision.occurrence, "key": decision.key}


def _said(decision: CandidateDecision) -> dict[str, Any]:
    return {
        "contact": decision.contact,
        "reason": decision.reason,
        "final": decision.final,
        "at": decision.at,
    }
