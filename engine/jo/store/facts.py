"""The copy of the outside world's rows, taken over by difference.

The new rows go into a temporary table first, which costs no durable write; then two statements over sets
find what differs. So a hundred thousand rows of which none changed cost reading, and write nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import (
    Column,
    MetaData,
    Table,
    Text,
    bindparam,
    false,
    or_,
    select,
    true,
    update,
)

from jo.ports.store.facts import FactRow, FactsDelta
from jo.ports.warehouse import Fact
from jo.store.bulk import stage
from jo.store.columns import TEXT, Json
from jo.store.section import Section
from jo.store.tables import facts, sources
from jo.store.twins import insert, texts

CHUNK = 5_000
"""Rows staged at once, so that a long stream never lies in memory as a whole."""

_staged = Table(
    "staged_facts",
    MetaData(),
    Column("key", TEXT, primary_key=True),
    Column("data", Json, nullable=False),
    prefixes=["TEMPORARY"],
)

_source = bindparam("b_source", type_=Text())

_take = insert(facts).from_select(
    ["source", "key", "data", "is_gone"],
    select(_source, _staged.c.key, _staged.c.data, false())
    .join_from(_staged, facts, (facts.c.source == _source) & (facts.c.key == _staged.c.key), isouter=True)
    .where(or_(facts.c.key.is_(None), facts.c.data != _staged.c.data, facts.c.is_gone)),
)
_TAKE = _take.on_conflict_do_update(
    index_elements=[facts.c.source, facts.c.key],
    set_={"data": _take.excluded.data, "is_gone": _take.excluded.is_gone},
).returning(facts.c.key)

_MARK_GONE = (
    update(facts)
    .where(
        facts.c.source == _source,
        facts.c.key.in_(texts("asked")),
        facts.c.is_gone == false(),
        facts.c.key.not_in(select(_staged.c.key)),
    )
    .values(is_gone=true())
    .returning(facts.c.key)
)

_put_source = insert(sources)
_PUT_SOURCE = _put_source.on_conflict_do_update(
    index_elements=[sources.c.name],
    set_={"as_of": _put_source.excluded.as_of},
    where=sources.c.as_of < _put_source.excluded.as_of,
)

_ROWS = select(facts.c.key, facts.c.data, facts.c.is_gone).where(
    facts.c.source == _source, facts.c.key.in_(texts("keys"))
)

_KEYS = select(facts.c.key).where(facts.c.source == _source).order_by(facts.c.key)


class SqlFacts(Section):
    __slots__ = ()

    def sync(
        self, source: str, rows: Iterable[Fact], as_of: datetime, *, asked: Collection[str]
    ) -> FactsDelta:
        _staged.create(self._connection)
        stream = ((row.key, row.data) for row in rows)
        while chunk := list(islice(stream, CHUNK)):
            stage(self._connection, _staged, chunk)
        changed = self._connection.execute(_TAKE, {"b_source": source}).scalars().all()
        gone = (
            self._connection.execute(_MARK_GONE, {"b_source": source, "asked": list(asked)}).scalars().all()
        )
        self._connection.execute(_PUT_SOURCE, {"name": source, "as_of": as_of})
        _staged.drop(self._connection)
        return FactsDelta(changed=sorted(changed), gone=sorted(gone))

    def rows(self, source: str, keys: Collection[str]) -> Mapping[str, FactRow]:
        found = self._connection.execute(_ROWS, {"b_source": source, "keys": list(keys)})
        return {key: FactRow(data=data, is_gone=is_gone) for key, data, is_gone in found}

    def keys(self, source: str) -> Sequence[str]:
        return self._connection.execute(_KEYS, {"b_source": source}).scalars().all()

    def as_of(self) -> Mapping[str, datetime]:
        return {row.name: row.as_of for row in self._connection.execute(select(sources))}
