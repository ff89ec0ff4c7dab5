"""The copy of the outside world's rows, taken over by difference."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Text, bindparam, false, select, true, type_coerce, update

from jo.ports.store.facts import FactRow, FactsDifference
from jo.ports.warehouse import Fact
from jo.store.bulk import tell_each
from jo.store.columns import to_json
from jo.store.section import Section
from jo.store.tables import facts, sources
from jo.store.twins import among, insert, pairs

_source = bindparam("b_source", type_=Text())

_WRITTEN = select(facts.c.key, type_coerce(facts.c.data, Text()), facts.c.is_gone).where(
    facts.c.source == _source, among(facts.c.key, "keys")
)

_new = pairs("rows")
_put = insert(facts).from_select(
    ["source", "key", "data", "is_gone"],
    # SQLite takes ON CONFLICT for a part of a query that has no WHERE.
    select(_source, _new.c.key, _new.c.value, false()).where(_new.c.key.is_not(None)),
)
_PUT = _put.on_conflict_do_update(
    index_elements=[facts.c.source, facts.c.key],
    set_={"data": _put.excluded.data, "is_gone": _put.excluded.is_gone},
)

_MARK_GONE = update(facts).where(facts.c.source == _source, among(facts.c.key, "keys")).values(is_gone=true())

_put_source = insert(sources)
_PUT_SOURCE = _put_source.on_conflict_do_update(
    index_elements=[sources.c.name],
    set_={"as_of": _put_source.excluded.as_of},
    where=sources.c.as_of < _put_source.excluded.as_of,
)

_ROWS = select(facts.c.key, facts.c.data, facts.c.is_gone).where(
    facts.c.source == _source, among(facts.c.key, "keys")
)

_AS_OF = select(sources.c.name, sources.c.as_of)

_KEYS = select(facts.c.key).where(facts.c.source == _source).order_by(facts.c.key)


class SqlFacts(Section):
    __slots__ = ()

    def differing(self, source: str, rows: Collection[Fact]) -> FactsDifference:
        asked = {"b_source": source, "keys": [row.key for row in rows]}
        found = {key: (data, is_gone) for key, data, is_gone in self._connection.execute(_WRITTEN, asked)}
        written = {row.key: to_json(row.data) for row in rows}
        return FactsDifference(
            rows={key: data for key, data in written.items() if found.get(key) != (data, False)},
            new=frozenset(written.keys() - found.keys()),
        )

    def put(self, source: str, rows: Mapping[str, str]) -> None:
        self._connection.execute(_PUT, {"b_source": source, "rows": rows})

    def mark_gone(self, source: str, keys: Collection[str]) -> None:
        self._connection.execute(_MARK_GONE, {"b_source": source, "keys": list(keys)})

    def mark(self, as_of: Mapping[str, datetime]) -> None:
        if as_of:
            rows = [{"name": name, "as_of": moment} for name, moment in sorted(as_of.items())]
            tell_each(self._connection, _PUT_SOURCE, rows)

    def rows(self, source: str, keys: Collection[str]) -> Mapping[str, FactRow]:
        found = self._ask(_ROWS, {"b_source": source, "keys": list(keys)})
        return {key: FactRow(data, is_gone) for key, data, is_gone in found}

    def keys(self, source: str) -> Sequence[str]:
        return self._connection.execute(_KEYS, {"b_source": source}).scalars().all()

    def as_of(self) -> Mapping[str, datetime]:
        return dict(self._ask(_AS_OF))
