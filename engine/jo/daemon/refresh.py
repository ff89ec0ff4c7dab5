"""The refresh service: computes power lists when they are due and takes over facts, both by difference.

A list is due when it was never computed, when its schedule says so, or when an apply came since. Facts are
taken over for the contacts in used lists and inside programs, with the rows that they refer to. Whoever's
facts changed is looked at again; who is gone from the source is marked, and leaves.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from jo.daemon.live import Live, LiveCache
from jo.daemon.service import Counts, Event, Tell, Worker
from jo.flow.person import missing_rows
from jo.model.power_list import Bounds, PowerList
from jo.model.source import Source
from jo.ports.store import Snapshot, Store, Transaction
from jo.ports.warehouse import Audience, Fact, SourceError, Warehouse
from jo.timing.recurrence import BEFORE_SEND, next_after
from jo.timing.zones import local_date

RETRY = timedelta(minutes=5)
"""How long after a source could not be read its lists are tried again."""


class Refresh:
    name = "refresh"

    def __init__(
        self, store: Store, warehouse: Warehouse, cache: LiveCache, worker: Worker, tell: Tell
    ) -> None:
        self._store = store
        self._warehouse = warehouse
        self._cache = cache
        self._worker = worker
        self._tell = tell
        self._failed: dict[str, datetime] = {}

    def run_once(self, now: datetime) -> Counts:
        with self._store.read() as work:
            live = self._cache.get(work)
            due = [name for name in live.used_lists() if self._is_due(work, live, name, now)]
        done = {"lists": 0, "entered": 0, "left": 0}
        for name in due:
            delta = self.refresh_list(live, live.project.lists[name], now)
            done = {key: done[key] + delta.get(key, 0) for key in done}
        if any(name not in self._failed for name in due):
            self.refresh_facts(live, now)
        return {key: count for key, count in done.items() if count}

    def next_at(self, now: datetime) -> datetime | None:
        with self._store.read() as work:
            live = self._cache.get(work)
            moments = [self._next(work, live, name, now) for name in live.used_lists()]
        return min((moment for moment in moments if moment is not None), default=None)

    def refresh_list(self, live: Live, power_list: PowerList, now: datetime) -> Counts:
        """Compute one list and take over its members. A source that is away is told and tried again."""
        name = power_list.name
        try:
            audience = self._warehouse.audience(
                live.project, power_list, today=local_date(now, live.zone), now=now
            )
        except SourceError as error:
            self._failed[name] = now
            self._tell(Event(name="refresh.failed", at=now, fields={"list": name, "error": str(error)}))
            return {}
        self._failed.pop(name, None)
        with self._store.write(self._worker.lease) as work:
            before = work.audiences.snapshot(name)
            snapshot = Snapshot(
                refreshed_at=now,
                as_of=audience.as_of,
                size=len(audience.members),
                generation=live.generation,
                left_out=audience.left_out,
            )
            broken = self._broken_bound(work, power_list, audience, before)
            if broken is not None:
                size = before.size if before is not None else 0
                work.audiences.keep(name, replace(snapshot, size=size, kept_because=broken))
                self._tell(Event(name="refresh.kept", at=now, fields={"list": name, "because": broken}))
                return {"lists": 1}
            delta = work.audiences.sync(name, audience.members, snapshot)
            for program in live.project.programs.values():
                asks = program.recheck and program.audience == name
                if asks or any("in_list" in text.functions() for text in program.exit_when.values()):
                    work.passages.wake(now, program=program.name)
        fields = {"list": name, "size": delta.size, "entered": delta.entered, "left": delta.left}
        self._tell(Event(name="refresh.done", at=now, fields=fields))
        return {"lists": 1, "entered": delta.entered, "left": delta.left}

    def _broken_bound(
        self, work: Transaction, power_list: PowerList, audience: Audience, before: Snapshot | None
    ) -> str | None:
        if before is None:
            return None
        changed = work.audiences.difference(power_list.name, audience.members)
        return broken_bound(power_list.bounds, len(audience.members), changed, before.size)

    def _is_due(self, work: Transaction, live: Live, name: str, now: datetime) -> bool:
        moment = self._next(work, live, name, now)
        return moment is not None and moment <= now

    def _next(self, work: Transaction, live: Live, name: str, now: datetime) -> datetime | None:
        """Return when the list is due; `now` when it is due at once, None when only a send asks for it."""
        failed = self._failed.get(name)
        if failed is not None:
            return max(failed + RETRY, now)
        snapshot = work.audiences.snapshot(name)
        if snapshot is None or snapshot.generation != live.generation:
            return now
        recurrence = live.project.lists[name].refresh
        if recurrence == BEFORE_SEND:
            return None
        following = next_after(recurrence, snapshot.refreshed_at, live.zone)
        return following.instant if following is not None else None

    def refresh_facts(self, live: Live, now: datetime) -> None:
        """Take over the rows of everybody in a used list or inside a program, and what they refer to."""
        with self._store.read() as work:
            wanted = self._wanted_contacts(work, live)
        changed: dict[str, Sequence[str]] = {}
        rows: dict[tuple[str, str], dict[str, object]] = {}
        for source_name, keys in wanted.items():
            changed[source_name] = self._sync(live, live.project.sources[source_name], keys, now, rows)
        newest = set(rows)
        for _ in range(3):
            missing = missing_rows(live.project.sources, rows, newest)
            if not missing:
                break
            newest = missing
            for source_name in sorted({name for name, _ in missing}):
                keys = sorted(key for name, key in missing if name == source_name)
                source = live.project.sources[source_name]
                changed[source_name] = [
                    *changed.get(source_name, ()),
                    *self._sync(live, source, keys, now, rows),
                ]
        self._wake(live, changed, rows, now)

    def _wanted_contacts(self, work: Transaction, live: Live) -> dict[str, list[str]]:
        """Return source of contacts → keys, sorted."""
        wanted: dict[str, set[str]] = {}
        for name in live.used_lists():
            source = live.project.contact_source(name)
            if source is not None:
                wanted.setdefault(source.name, set()).update(work.audiences.contacts([name]))
        for program in live.project.programs.values():
            source = live.contacts_of(program)
            wanted.setdefault(source.name, set()).update(work.passages.contacts(program.name))
        return {name: sorted(keys) for name, keys in wanted.items()}

    def _sync(
        self,
        live: Live,
        source: Source,
        keys: Collection[str],
        now: datetime,
        rows: dict[tuple[str, str], dict[str, object]],
    ) -> Sequence[str]:
        """Take over rows of one source; adds them to `rows` and returns the keys that changed or are gone."""
        try:
            found: list[Fact] = list(self._warehouse.facts(live.project, source, keys, source.fields))
            as_of = self._warehouse.as_of(source)
        except SourceError as error:
            self._tell(
                Event(name="refresh.failed", at=now, fields={"source": source.name, "error": str(error)})
            )
            return ()
        rows.update({(source.name, fact.key): dict(fact.data) for fact in found})
        with self._store.write(self._worker.lease) as work:
            delta = work.facts.sync(source.name, found, as_of, asked=keys)
        return [*delta.changed, *delta.gone]

    def _wake(
        self,
        live: Live,
        changed: dict[str, Sequence[str]],
        rows: dict[tuple[str, str], dict[str, object]],
        now: datetime,
    ) -> None:
        """Have everybody looked at again whose own row changed, or a row that theirs refers to."""
        contact_sources = {source.name for source in live.project.sources.values() if source.has_contacts}
        touched = {(name, key) for name, keys in changed.items() for key in keys}
        for _ in range(3):
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
        contacts = sorted({key for name, key in touched if name in contact_sources})
        if contacts:
            with self._store.write(self._worker.lease) as work:
                work.passages.wake(now, contacts=contacts)


def broken_bound(bounds: Bounds, size: int, changed: int, before: int) -> str | None:
    """Return which bound a new snapshot breaks, in words, or None.

    `changed` counts the members who would enter or leave, `before` is the size until now.
    """
    if bounds.max is not None and size > bounds.max:
        return f"{size} members, at most {bounds.max} are allowed"
    if bounds.min is not None and size < bounds.min:
        return f"{size} members, at least {bounds.min} are required"
    if bounds.max_change is not None and changed * 100 > bounds.max_change * max(before, 1):
        return f"{changed} of {before} members would change, at most {bounds.max_change} % are allowed"
    return None
