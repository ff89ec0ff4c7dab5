"""Computes how the store's copy of the outside world differs from it, and whom that concerns.

The copy holds the rows of everybody in a used list or inside a program, and the rows that these refer to,
level by level. It is taken over from the deepest level up, so that no row is there before what it refers to.

A row that cannot be read stays as it was known. One that refers to a row which is not known, because its
source is away, is withheld likewise: everything about that other row would read as NULL, and nobody should
be decided about by that.

A list that broke a bound keeps its members. While some of them are missing in its source, the source is not
believed about anybody who is: half an export must not end journeys.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from jo.conditions.tree import Call
from jo.daemon.live import Live
from jo.daemon.spool import Spool, parts
from jo.flow.rows import references
from jo.model.source import Source
from jo.model.usage import counted_sources
from jo.ports.refresher import ROWS, Failure, MarkGone, PutFacts, Wake, decode, encode
from jo.ports.store import Store
from jo.ports.warehouse import Counts, Fact, SourceError, Warehouse
from jo.timing.zones import local_date

DEPTH = 3
"""How far references of references are followed."""

T = TypeVar("T")
Keys = dict[str, set[str]]
"""Source → keys of its rows; there are millions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What journeys read of each source, live ones and those that still have people inside, and when."""

    fields: Mapping[str, frozenset[str]]
    counts: Mapping[str, Sequence[Call]]
    now: datetime


class Copying:
    def __init__(
        self, *, store: Store, warehouse: Warehouse, live: Live, reading: Reading, stack: ExitStack
    ) -> None:
        self._store = store
        self._warehouse = warehouse
        self._live = live
        self._reading = reading
        self._stack = stack
        self._levels: list[Spool] = []
        self._references = stack.enter_context(Spool())
        """Each line the references of some rows: source, and pairs of a key and what its row refers to."""
        self._asked: Keys = {}
        self._touched: Keys = {}
        """Rows that are different or gone, and in the end those that refer to them."""
        self._new: Keys = {}
        """Rows that were never copied."""
        self._unknown: Keys = {}
        """Those of them of which nothing is known now either, and in the end those that refer to them."""
        self.as_of: dict[str, datetime] = {}
        self.failures: list[Failure] = []

    def compute(self, wanted: Mapping[str, Sequence[str]], kept: Mapping[str, set[str]]) -> None:
        """Compare the rows of the wanted keys, sorted by source, and what they refer to.

        `kept` are, by source, the members of lists whose bounds kept them.
        """
        level: Mapping[str, Sequence[str]] = wanted
        for _ in range(DEPTH + 1):
            if not level:
                break
            spool = self._stack.enter_context(Spool())
            self._levels.append(spool)
            referred: Keys = {}
            for name, keys in level.items():
                _add(self._asked, name, keys)
                self._compare(name, keys, spool, referred, kept.get(name, set()))
            level = self._next_level(referred)
        self._spread(self._touched)
        self._spread(self._unknown)

    def steps(self) -> Iterator[bytes]:
        """Yield the steps that bring the copy up to date."""
        for spool in reversed(self._levels):
            for line in spool.lines():
                yield self._known_only(line) if any(self._unknown.values()) else line

    def wakes(self) -> Iterator[bytes]:
        """Yield the steps that have everybody looked at again whose own row changed, or one behind theirs.

        Nobody is inside whose own row is new.
        """
        programs = self._live.project.programs.values()
        behind = (self._live.project.row_source(program) for program in programs)
        for name in sorted({self._live.contacts_of(program).name for program in programs}):
            for some in parts(self._touched_before(name)):
                yield encode(Wake(contacts=some))
        for name in sorted({source.name for source in behind if source is not None}):
            for some in parts(self._touched_before(name)):
                yield encode(Wake(rows=some))

    def _touched_before(self, name: str) -> list[str]:
        return sorted(self._touched.get(name, set()) - self._new.get(name, set()))

    def _next_level(self, referred: Keys) -> dict[str, list[str]]:
        level = {
            name: sorted(keys - self._asked.get(name, set()))
            for name, keys in sorted(referred.items())
            if name in self._live.project.sources
        }
        return {name: keys for name, keys in level.items() if keys}

    def _compare(self, name: str, keys: Sequence[str], spool: Spool, referred: Keys, kept: Set[str]) -> None:
        """Compare rows of one source and add what they refer to. Nobody is gone while one of `kept` is."""
        source = self._live.project.sources[name]
        fields = self._reading.fields.get(name, frozenset({source.key}))
        now = self._reading.now
        counts = Counts(
            calls=self._reading.counts.get(name, ()), today=local_date(now, self._live.zone), now=now
        )
        try:
            # First, for a newer file must not make older rows look new.
            as_of = {name: self._warehouse.as_of(source), **self._as_of_counted(counts)}
            rows = self._warehouse.facts(self._live.project, source, keys, fields, counts)
        except SourceError as error:
            self.failures.append(Failure(list=None, source=name, error=str(error)))
            self._note_unknown(name, keys)
            return
        self.as_of.update(as_of)
        missing = set(keys)
        for some in _batches(rows, ROWS):
            missing.difference_update(row.key for row in some)
            self._take(source, [row for row in some if row.is_readable], spool, referred)
            self._note_unknown(name, [row.key for row in some if not row.is_readable])
        if kept.isdisjoint(missing):
            for part in parts(sorted(missing)):
                self._miss(name, part, spool)

    def _as_of_counted(self, counts: Counts) -> dict[str, datetime]:
        sources = self._live.project.sources
        return {name: self._warehouse.as_of(sources[name]) for name in counted_sources(counts.calls)}

    def _take(self, source: Source, rows: Sequence[Fact], spool: Spool, referred: Keys) -> None:
        name = source.name
        with self._store.read() as work:
            difference = work.facts.differing(name, rows)
        if difference.rows:
            spool.add(PutFacts(source=name, rows=difference.rows))
            _add(self._touched, name, difference.rows)
            _add(self._new, name, difference.new)
        found = [(row.key, references(source, row.data)) for row in rows]
        if any(pairs for _, pairs in found):
            self._references.write(json.dumps([name, found]).encode() + b"\n")
        for _, pairs in found:
            for target, key in pairs:
                referred.setdefault(target, set()).add(key)

    def _miss(self, name: str, keys: Sequence[str], spool: Spool) -> None:
        """Note that the source does not have these rows."""
        with self._store.read() as work:
            known = work.facts.rows(name, keys)
        gone = [key for key in keys if key in known and not known[key].is_gone]
        if gone:
            spool.add(MarkGone(source=name, keys=gone))
            _add(self._touched, name, gone)

    def _note_unknown(self, name: str, keys: Sequence[str]) -> None:
        """Note that these rows cannot be read; those that were copied before stay as they were known."""
        for part in parts(list(keys)):
            with self._store.read() as work:
                known = work.facts.rows(name, part)
            _add(self._unknown, name, [key for key in part if key not in known])

    def _spread(self, found: Keys) -> None:
        """Add the rows that refer to one of these, over some references."""
        for _ in range(DEPTH if any(found.values()) else 0):
            size = sum(map(len, found.values()))
            for line in self._references.lines():
                name, rows = json.loads(line)
                more = [key for key, pairs in rows if any(to in found.get(of, ()) for of, to in pairs)]
                _add(found, name, more)
            if sum(map(len, found.values())) == size:
                break

    def _known_only(self, line: bytes) -> bytes:
        step = decode(line)
        if not isinstance(step, PutFacts):
            return line
        unknown = self._unknown.get(step.source, set())
        return encode(PutFacts(source=step.source, rows=_without(step.rows, unknown)))


def _add(to: Keys, name: str, keys: Iterable[str]) -> None:
    to.setdefault(name, set()).update(keys)


def _without(rows: Mapping[str, str], keys: Collection[str]) -> Mapping[str, str]:
    return {key: data for key, data in rows.items() if key not in keys}


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    stream = iter(items)
    while batch := list(islice(stream, size)):
        yield batch
