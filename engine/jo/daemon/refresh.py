"""The refresh service: computes power lists when they are due and takes over facts, both by difference.

A list is due when it was never computed, when its schedule says so, or when an apply came since.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from jo.daemon.facts import FactCopy
from jo.daemon.live import Live, LiveCache
from jo.daemon.service import Counts, Event, Tell, Worker
from jo.model.power_list import Bounds, PowerList
from jo.ports.store import Snapshot, Store, Transaction
from jo.ports.warehouse import Audience, SourceError, Warehouse
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
        self._facts = FactCopy(store, warehouse, worker, tell)
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
            self._facts.take_over(live, now)
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

    def refresh_before_send(self, live: Live, power_list: PowerList, now: datetime) -> None:
        """Compute a list and the facts of its members right before they are written to."""
        if self.refresh_list(live, power_list, now):
            self._facts.take_over(live, now)

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
