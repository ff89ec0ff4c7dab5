"""The refresh service: computes power lists when they are due and takes over facts, both by difference.

A list is due when it was never computed, when its schedule says so, or when an apply came since.

Lists and facts are taken over in several transactions. A mark in the store says that they are being taken
over; whoever finds it without having set it knows that a process was cut short, takes over all facts and has
everybody looked at again, because what changed before the cut is no longer known.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from jo.daemon.facts import FactCopy
from jo.daemon.live import Live, LiveCache
from jo.daemon.service import Counts, Duty, Event, Tell, Worker
from jo.flow.reading import needs
from jo.model.power_list import Bounds, PowerList
from jo.ports.store import Snapshot, Store, Transaction
from jo.ports.warehouse import Audience, SourceError, Warehouse
from jo.timing.recurrence import BEFORE_SEND, next_after
from jo.timing.zones import local_date

RETRY = timedelta(minutes=5)
"""How long after a source could not be read it is tried again."""
_MARK = "refresh-under-way"


class Refresh:
    name = "refresh"
    duty = Duty.REFRESH

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
        self._facts_failed: datetime | None = None

    def run_once(self, now: datetime) -> Counts:
        with self._store.read() as work:
            live = self._cache.get(work)
            due = [name for name in live.used_lists() if self._is_due(work, live, name, now)]
            are_facts_due = self._was_cut(work) or self._is_facts_retry_due(now)
        if not due and not are_facts_due:
            return {}
        return self._take_over(live, [live.project.lists[name] for name in due], now)

    def next_at(self, now: datetime) -> datetime | None:
        with self._store.read() as work:
            live = self._cache.get(work)
            moments = [self._next(work, live, name, now) for name in live.used_lists()]
        if self._facts_failed is not None:
            moments.append(max(self._facts_failed + RETRY, now))
        return min((moment for moment in moments if moment is not None), default=None)

    def refresh_before_send(self, live: Live, power_list: PowerList, now: datetime) -> None:
        """Compute a list and the facts of its members right before they are written to."""
        self._take_over(live, [power_list], now)

    def _take_over(self, live: Live, lists: Sequence[PowerList], now: datetime) -> Counts:
        """Compute the lists, and take over the facts unless no source could be read."""
        with self._store.write(self._worker.lease) as work:
            was_cut = self._was_cut(work)
            work.operations.remember(_MARK, now.isoformat())
        done = {"lists": 0, "entered": 0, "left": 0}
        for power_list in lists:
            delta = self._refresh_list(live, power_list, now)
            done = {key: done[key] + delta.get(key, 0) for key in done}
        is_whole = True
        if done["lists"] or was_cut or self._facts_failed is not None:
            is_whole = self._facts.take_over(live, now, wake_all=was_cut)
        self._facts_failed = None if is_whole else now
        if is_whole:
            with self._store.write(self._worker.lease) as work:
                work.operations.remember(_MARK, "")
        return {key: count for key, count in done.items() if count}

    def _was_cut(self, work: Transaction) -> bool:
        """Tell whether somebody else, or this process before some trouble, did not come to the end."""
        return bool(work.operations.recall(_MARK)) and self._facts_failed is None

    def _is_facts_retry_due(self, now: datetime) -> bool:
        return self._facts_failed is not None and now >= self._facts_failed + RETRY

    def _refresh_list(self, live: Live, power_list: PowerList, now: datetime) -> Counts:
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
        with self._store.read() as work:
            asking = _asking(work, live, name)
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
            if delta.entered or delta.left:
                for program in sorted(asking):
                    work.passages.wake(now, program=program)
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


def _asking(work: Transaction, live: Live, name: str) -> set[str]:
    """Return the programs in which something depends on who is in a list, today or for those inside."""
    pinned = (live.pinned(work, revision) for revision in work.passages.pinned())
    found = {of.program.name for of in pinned if name in of.needs.lists}
    for program in live.project.programs.values():
        if name in needs(program).lists or (program.recheck and program.audience == name):
            found.add(program.name)
    return found


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
