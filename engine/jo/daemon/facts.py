"""Keeps the store's copy of the outside world: the rows of everybody in a used list or inside a program.

Rows are taken over by difference, with the rows that they refer to. Whoever's facts changed is looked at
again; who is gone from the source is marked, and leaves.

A list that broke a bound keeps its members. While some of them are missing in its source, the source is not
believed about anybody who is: half an export must not end journeys.
"""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jo.conditions.tree import Call
from jo.daemon.live import Live
from jo.daemon.service import Event, Tell, Worker
from jo.flow.person import missing_rows
from jo.flow.state import Why
from jo.model.source import Source
from jo.model.usage import used_counts, used_fields
from jo.ports.store import Store, Transaction
from jo.ports.warehouse import Counts, SourceError, Warehouse
from jo.timing.zones import local_date

Rows = dict[tuple[str, str], Mapping[str, Any]]
"""(source, key) → plain row."""

REFERENCE_DEPTH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What journeys read of each source: nothing else is copied."""

    fields: Mapping[str, frozenset[str]]
    counts: Mapping[str, Sequence[Call]]


def _use(work: Transaction, live: Live) -> Use:
    """Return what live journeys read, and revisions that still have people inside."""
    pinned = [live.pinned(work, revision).program for revision in sorted(work.passages.pinned())]
    return Use(fields=used_fields(live.project, pinned), counts=used_counts(live.project, pinned))


class FactCopy:
    def __init__(self, store: Store, warehouse: Warehouse, worker: Worker, tell: Tell) -> None:
        self._store = store
        self._warehouse = warehouse
        self._worker = worker
        self._tell = tell
        self._is_whole = True

    def take_over(self, live: Live, now: datetime, *, wake_all: bool) -> bool:
        """Take over the rows of everybody in a used list or inside a program, and what they refer to.

        Has those looked at again whose rows changed, everybody with `wake_all`. Returns whether every source
        could be read.
        """
        self._is_whole = True
        with self._store.read() as work:
            wanted = self._wanted(work, live)
            kept = _kept(work, live)
            use = _use(work, live)
        changed: dict[str, Sequence[str]] = {}
        rows: Rows = {}
        for source_name, keys in wanted.items():
            source = live.project.sources[source_name]
            changed[source_name] = self._sync(
                live, use, source, keys, now, rows, kept.get(source_name, frozenset())
            )
        newest = set(rows)
        for _ in range(REFERENCE_DEPTH):
            missing = missing_rows(live.project.sources, rows, newest)
            if not missing:
                break
            newest = missing
            for source_name in sorted({name for name, _ in missing}):
                keys = sorted(key for name, key in missing if name == source_name)
                source = live.project.sources[source_name]
                changed[source_name] = [
                    *changed.get(source_name, ()),
                    *self._sync(live, use, source, keys, now, rows),
                ]
        self._wake(live, None if wake_all else changed, rows, now)
        return self._is_whole

    def _wanted(self, work: Transaction, live: Live) -> dict[str, list[str]]:
        """Return source → keys, sorted: contacts, and the rows of lists that are over other rows."""
        wanted: dict[str, set[str]] = {}
        for name in live.used_lists():
            source = live.project.contact_source(name)
            power_list = live.project.lists[name]
            if source is not None:
                wanted.setdefault(source.name, set()).update(work.audiences.contacts([name]))
            if power_list.recipient is not None:
                wanted.setdefault(power_list.from_, set()).update(work.audiences.keys([name]))
        for program in live.project.programs.values():
            source, rows = live.contacts_of(program), live.project.row_source(program)
            wanted.setdefault(source.name, set()).update(work.passages.contacts(program.name))
            if rows is not None:
                wanted.setdefault(rows.name, set()).update(work.passages.rows(program.name))
        return {name: sorted(keys) for name, keys in wanted.items()}

    def _sync(
        self,
        live: Live,
        use: "Use",
        source: Source,
        keys: Collection[str],
        now: datetime,
        rows: Rows,
        kept: Set[str] = frozenset(),
    ) -> Sequence[str]:
        """Take over rows of one source; adds them to `rows` and returns the keys that changed or are gone.

        A row that cannot be read stays as it was known. Nobody is gone while one of `kept` is missing.
        """
        counts = Counts(calls=use.counts.get(source.name, ()), today=local_date(now, live.zone), now=now)
        fields = use.fields.get(source.name, frozenset({source.key}))
        try:
            answered = list(self._warehouse.facts(live.project, source, keys, fields, counts))
            as_of = self._warehouse.as_of(source)
        except SourceError as error:
            self._is_whole = False
            self._tell(
                Event(name="refresh.failed", at=now, fields={"source": source.name, "error": str(error)})
            )
            return ()
        found = [fact for fact in answered if fact.is_readable]
        asked = set(keys) - {fact.key for fact in answered if not fact.is_readable}
        present = {fact.key for fact in found}
        if not kept.isdisjoint(asked - present):
            asked = present
        rows.update({(source.name, fact.key): fact.data for fact in found})
        with self._store.write(self._worker.lease) as work:
            delta = work.facts.sync(source.name, found, as_of, asked=asked)
            work.ledger.reconsider([Why.STALE_FACTS], now)
        return [*delta.changed, *delta.gone]

    def _wake(
        self,
        live: Live,
        changed: Mapping[str, Sequence[str]] | None,
        rows: Rows,
        now: datetime,
    ) -> None:
        """Have everybody looked at again whose own row changed, or a row that theirs refers to.

        Without `changed`, everybody.
        """
        if changed is None:
            with self._store.write(self._worker.lease) as work:
                work.passages.wake(now)
            return
        touched = reaching(live, rows, {(name, key) for name, keys in changed.items() for key in keys})
        by_source: dict[str, list[str]] = {}
        for name, key in sorted(touched):
            by_source.setdefault(name, []).append(key)
        with self._store.write(self._worker.lease) as work:
            for program in live.project.programs.values():
                contacts = by_source.get(live.contacts_of(program).name)
                if contacts:
                    work.passages.wake(now, program=program.name, contacts=contacts)
                behind = live.project.row_source(program)
                if behind is not None and behind.name in by_source:
                    work.passages.wake(now, program=program.name, rows=by_source[behind.name])


def _kept(work: Transaction, live: Live) -> Mapping[str, Set[str]]:
    """Return source → keys of the members of lists that are kept as before because of a broken bound."""
    kept: dict[str, set[str]] = {}
    for name in live.used_lists():
        snapshot = work.audiences.snapshot(name)
        if snapshot is None or snapshot.kept_because is None:
            continue
        contacts, power_list = live.project.contact_source(name), live.project.lists[name]
        if contacts is not None:
            kept.setdefault(contacts.name, set()).update(work.audiences.contacts([name]))
        kept.setdefault(power_list.from_, set()).update(work.audiences.keys([name]))
    return kept


def reaching(live: Live, rows: Rows, changed: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the changed rows and those that refer to one of them, over some references."""
    touched = set(changed)
    for _ in range(REFERENCE_DEPTH):
        more = {
            pair
            for pair, row in rows.items()
            if pair not in touched
            and any(
                (declared.ref, str(row.get(field))) in touched
                for field, declared in live.project.sources[pair[0]].fields.items()
                if declared.ref is not None and row.get(field) is not None
            )
        }
        if not more:
            break
        touched |= more
    return touched
