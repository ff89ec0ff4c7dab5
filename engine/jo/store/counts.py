"""How many people and mails there are of each sort, kept with each transition: a status reads few rows.

The sections of a transaction say what they move from one sort to another. The sums go into the table by one
statement right before the commit, so counts and what they count are never seen apart. That is the last thing
that a transaction does, and rows are taken in one order; so two transactions cannot wait for each other in a
circle. Whoever moves something has to know where it was: by having loaded it in the same transaction, or by
reading it first; the change then holds only for a row that is still there.

A count is the sum over its slots. Each worker counts in a slot of its own, so that workers seldom wait for
each other at a row.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any
from zlib import crc32

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Text,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
)

from jo.flow.passage import Stand
from jo.flow.state import UNSENT, IntentState, Why
from jo.model.address import Kind
from jo.ports.store.counts import Miscount
from jo.ports.store.leases import Lease
from jo.store.bulk import tell_each
from jo.store.section import Section
from jo.store.tables import IS_INSIDE, counts, decisions, intents, is_either, passages
from jo.store.twins import alone, among, insert

SLOTS = 16
LONGEST = 200
"""Characters of a word or a reason that are told apart: no index takes a text of any length."""

Sort = tuple[str, str, str, str]
"""Journey, what is counted, word, why; plain texts, because Python hashes members of enums slowly."""


class What(StrEnum):
    INSIDE = "inside"
    """People inside, by step and what they wait for."""
    PINNED = "pinned"
    """The same people, by the revision that they are pinned to."""
    ENDED = "ended"
    """Passages that are over, by exit."""
    DECIDED = "decided"
    """Candidates, by the reason of the last decision about each; it is empty for those who were admitted."""
    MAIL = "mail"
    """Intents by state; pending ones also by what holds them, unsent ones by reason."""


_WITH_REASON = frozenset(state.value for state in UNSENT - {IntentState.FAILED})
_PROGRAM = f"{Kind.PROGRAM}/"


def slot_of(lease: Lease | None) -> int:
    return 0 if lease is None else 1 + crc32(lease.name.encode()) % SLOTS


def of_stand(name: str, stand: Stand, number: int) -> dict[Sort, int]:
    """Return how many there are of each sort when so many passages of the program stand there."""
    program = _PROGRAM + name
    if stand.exit_reason is not None:
        return {(program, What.ENDED.value, stand.exit_reason[:LONGEST], ""): number}
    return {
        (program, What.INSIDE.value, stand.step[:LONGEST], stand.why[:LONGEST]): number,
        (program, What.PINNED.value, str(stand.revision), ""): number,
    }


def of_decision(journey: str, reason: str) -> Sort:
    return journey, What.DECIDED.value, reason[:LONGEST], ""


def of_mail(journey: str, state: IntentState, why: Why | None, detail: str) -> Sort:
    """Return the sort of an intent. Those that a relay refused count together, whatever its words were."""
    word = state.value
    if why is not None:
        return journey, What.MAIL.value, word, why.value
    return journey, What.MAIL.value, word, detail[:LONGEST] if word in _WITH_REASON else ""


_add = insert(counts)
_ADD = _add.on_conflict_do_update(
    index_elements=list(counts.primary_key), set_={"number": counts.c.number + _add.excluded.number}
)

_sort = (counts.c.journey, counts.c.what, counts.c.word, counts.c.why)
_number = func.sum(counts.c.number)
_journey = bindparam("journey", type_=Text())
_KEPT = (
    select(*_sort, cast(_number, BigInteger).label("number"))
    .where(among(counts.c.what, "whats"), or_(_journey.is_(None), counts.c.journey == _journey))
    .group_by(*_sort)
    .having(_number != 0)
    .order_by(*_sort)
)
_FORGET = delete(counts)


def _counted(
    journey: ColumnElement[Any],
    what: What,
    word: ColumnElement[Any],
    why: ColumnElement[Any] | None = None,
    *,
    where: ColumnElement[bool] | None = None,
) -> Select[Any]:
    """Return the query that counts one by one what is kept as `what`."""
    rows = select(
        journey.label("journey"),
        literal(what.value).label("what"),
        _cut(word).label("word"),
        (literal("") if why is None else _cut(why)).label("why"),
    )
    sorts = (rows if where is None else rows.where(where)).subquery()
    return select(*sorts.c, func.count().label("number")).group_by(*sorts.c)


def _cut(column: ColumnElement[Any]) -> ColumnElement[str]:
    return func.substr(type_coerce(column, Text()), 1, LONGEST)


_why_of_mail = case(
    (intents.c.why.is_not(None), type_coerce(intents.c.why, Text())),
    (is_either(intents.c.state, sorted(UNSENT - {IntentState.FAILED})), intents.c.detail),
    else_=literal_column("''"),
)
SORT_OF_MAIL: tuple[ColumnElement[Any], ...] = (
    intents.c.journey,
    literal_column(f"'{What.MAIL}'"),
    type_coerce(intents.c.state, Text()),
    _cut(_why_of_mail),
)
"""What `of_mail` says, asked of the database."""

_program = literal(_PROGRAM).concat(passages.c.program)
_ONE_BY_ONE = {
    What.INSIDE: _counted(_program, What.INSIDE, passages.c.step, passages.c.why, where=IS_INSIDE),
    What.PINNED: _counted(_program, What.PINNED, cast(passages.c.revision, Text()), where=IS_INSIDE),
    What.ENDED: _counted(_program, What.ENDED, passages.c.exit_reason, where=~IS_INSIDE),
    What.DECIDED: _counted(decisions.c.journey, What.DECIDED, decisions.c.reason),
    What.MAIL: _counted(intents.c.journey, What.MAIL, intents.c.state, _why_of_mail),
}


class SqlCounts(Section):
    __slots__ = ("_moved", "_slot")

    def __init__(self, connection: Connection, lease: Lease | None) -> None:
        super().__init__(connection)
        self._slot = slot_of(lease)
        self._moved: Counter[Sort] = Counter()

    def came(self, sorts: Iterable[Sort] | Mapping[Sort, int]) -> None:
        """Take in what has come, each sort as often as it has, or counted already."""
        self._moved.update(sorts)

    def left(self, sorts: Iterable[Sort] | Mapping[Sort, int]) -> None:
        self._moved.subtract(Counter(sorts))  # counted in C

    def write(self) -> None:
        """Write what was moved since; called right before the commit, and before counts are read."""
        rows = [self._row(sort, number) for sort, number in sorted(self._moved.items()) if number]
        self._moved.clear()
        if rows:
            tell_each(self._connection, _ADD, rows)

    def kept(self, *whats: What, journey: str | None = None) -> Sequence[tuple[Sort, int]]:
        """Return how many there are of each sort, those with none left out; sorted."""
        self.write()
        rows = self._connection.execute(_KEPT, {"whats": whats, "journey": journey})
        return [((of, what, word, why), number) for of, what, word, why, number in rows]

    def miscounts(self) -> Sequence[Miscount]:
        kept, found = dict(self.kept(*What)), self._one_by_one()
        return [
            Miscount(
                journey=sort[0],
                what=sort[1],
                word=sort[2],
                why=sort[3],
                kept=kept.get(sort, 0),
                found=found.get(sort, 0),
            )
            for sort in sorted(kept.keys() | found.keys())
            if kept.get(sort, 0) != found.get(sort, 0)
        ]

    def recount(self) -> None:
        self._connection.execute(alone(counts))
        self._moved.clear()
        self._connection.execute(_FORGET)
        self._moved.update(self._one_by_one())
        self.write()

    def _one_by_one(self) -> dict[Sort, int]:
        return {
            (journey, what, word, why): number
            for statement in _ONE_BY_ONE.values()
            for journey, what, word, why, number in self._connection.execute(statement)
        }

    def _row(self, sort: Sort, number: int) -> dict[str, Any]:
        journey, what, word, why = sort
        return {
            "journey": journey,
            "what": what,
            "word": word,
            "why": why,
            "slot": self._slot,
            "number": number,
        }
