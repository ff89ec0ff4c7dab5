"""The refresh service: has power lists computed when they are due, and carries out the differences.

A list is due when it was never computed, when its schedule says so, or when an apply came since. With lists,
the facts of everybody are compared. What computes them may be another process; where this one waits for it,
as on a clock that does not, a run is over at the instant at which it began. Else it is looked for at each
tick, and the other services go on meanwhile.

A run changes the store in many small transactions. A note there says how far it is: that it has begun to
change something; or that it has come to its end, but some source could not be read, which is tried again
soon. Whoever finds the former without having set it knows that a run was cut short: what was done for the
next snapshots is taken back, and everybody is looked at again, because what changed is no longer known.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import TypeVar, assert_never

from jo.daemon.live import Live, LiveCache
from jo.daemon.pace import Pace
from jo.daemon.readiness import note_copied
from jo.daemon.service import Counts, Duty, Event, Tell, Worker
from jo.flow.state import Why
from jo.ports.refresher import (
    ROWS,
    End,
    Enter,
    Failure,
    Leave,
    Mark,
    MarkGone,
    PutFacts,
    Refresher,
    RefreshError,
    Step,
    Taken,
    Task,
    Wake,
)
from jo.ports.store import Snapshot, Store, Sweep, SweepKind, Transaction
from jo.timing.recurrence import BEFORE_SEND, next_after

RETRY = timedelta(minutes=5)
"""How long after a source could not be read it is tried again."""
SHARE_SECONDS = 0.5
"""How long a run may keep the services behind it waiting in each round."""
LOOK_AGAIN = timedelta(milliseconds=250)
"""How long after a tick that found nothing new of a run it is looked at again."""
PATIENCE_SECONDS = 1.0
"""How long somebody who waits for a run waits for its next step before the lease is seen to."""

_NOTE = "refresh"

T = TypeVar("T")


class _State(StrEnum):
    """What the note says."""

    DONE = ""
    UNDER_WAY = "under way"
    INCOMPLETE = "incomplete"


@dataclass(slots=True, kw_only=True)
class _Run:
    """What is known of the run that is under way."""

    task: Task
    fence: tuple[str, int]
    """The lease under which it began; another worker may have had a run since that was lost."""
    was_cut: bool
    """Whether the one before did not come to its end."""
    has_begun: bool = False
    """Whether it has changed something, and the note says so."""
    is_whole: bool = True
    """Whether every source of facts could be read."""
    counts: Counter[str] = field(default_factory=Counter)
    """What it has done that was not told yet."""


class Refresh:
    name = "refresh"
    duty = Duty.REFRESH

    def __init__(
        self,
        store: Store,
        refresher: Refresher,
        cache: LiveCache,
        worker: Worker,
        tell: Tell,
        *,
        waits: bool,
    ) -> None:
        self._store = store
        self._refresher = refresher
        self._cache = cache
        self._worker = worker
        self._tell = tell
        self._waits = waits
        self._pace = Pace()
        self._run: _Run | None = None
        self._asked: set[str] = set()
        """Lists that are needed right before they are written to."""
        self._failed: dict[str, datetime] = {}
        """List → when it could not be computed."""
        self._incomplete: datetime | None = None
        """When a source of facts could not be read, as far as this process knows."""
        self._gave_up: datetime | None = None
        """When a run came to no end."""

    def run_once(self, now: datetime) -> Counts:
        if self._run is not None and self._run.fence != _fence(self._worker):
            self._abandon()
        with self._store.read() as work:
            live = self._cache.get(work)
            state = _State(work.operations.recall(_NOTE) or "")
            due = {name for name in live.used_lists() if self._is_due(work, live, name, now)}
        due |= self._asked
        if self._run is None and not self._rests(now) and (due or self._is_unfinished(state, now)):
            self._begin(sorted(due), now, was_cut=state is _State.UNDER_WAY)
        return self._collect(self._run, now) if self._run is not None else {}

    def next_at(self, now: datetime) -> datetime | None:
        if self._run is not None:
            return now + LOOK_AGAIN
        if self._gave_up is not None:
            return max(self._gave_up + RETRY, now)
        with self._store.read() as work:
            live = self._cache.get(work)
            moments = [self._next(work, live, name, now) for name in live.used_lists()]
        if self._incomplete is not None:
            moments.append(max(self._incomplete + RETRY, now))
        return min((moment for moment in moments if moment is not None), default=None)

    def is_fresh(self, name: str, now: datetime) -> bool:
        """Have a list computed right before it is written to; False as long as that is under way.

        One that cannot be computed now is as fresh as it can be.
        """
        failed = self._failed.get(name)
        if self._rests(now) or (failed is not None and now < failed + RETRY):
            return True
        self._asked.add(name)
        if self._waits:
            self.run_once(now)
        return name not in self._asked

    def _begin(self, due: Sequence[str], now: datetime, *, was_cut: bool) -> None:
        if was_cut:
            self._take_back()
        task = Task(now=now, lists=tuple(due))
        run = _Run(task=task, fence=_fence(self._worker), was_cut=was_cut)
        try:
            self._refresher.start(run.task)
        except RefreshError as error:
            self._give_up(run, error, now)
        else:
            self._run = run
            self._worker.engaged.add(self.duty)

    def _take_back(self) -> None:
        before: int | None = None
        while self._worker.goes_on():
            with self._store.write(self._worker.lease) as work:
                before = work.audiences.take_back(before, ROWS)
            if before is None:
                break

    def _collect(self, run: _Run, now: datetime) -> Counts:
        """Carry out the steps of the run that are there; all of them where this process waits for it."""
        until = time.monotonic() + SHARE_SECONDS
        try:
            while self._worker.goes_on():
                step = self._refresher.next(PATIENCE_SECONDS if self._waits else 0.0)
                if step is not None:
                    self._carry_out(step, run, now)
                if isinstance(step, End) or (not self._waits and (step is None or time.monotonic() > until)):
                    break
        except RefreshError as error:
            self._give_up(run, error, now)
        except BaseException:
            self._abandon()
            raise
        counts, run.counts = run.counts, Counter()
        return {word: count for word, count in counts.items() if count}

    def _abandon(self) -> None:
        """Forget a run of which steps are left: they would be taken for those of the next one."""
        self._refresher.close()
        self._end()

    def _end(self) -> None:
        self._run = None
        self._worker.engaged.discard(self.duty)
        if not self._waits:
            self._refresher.close()  # between two runs of a service it would only take up room

    def _give_up(self, run: _Run, error: RefreshError, now: datetime) -> None:
        self._end()
        self._gave_up = now
        self._asked.difference_update(run.task.lists)
        self._tell(Event(name="refresh.failed", at=now, fields={"error": str(error)}))

    def _carry_out(self, step: Step, run: _Run, now: datetime) -> None:
        match step:
            case PutFacts():
                rows = dict[str, str]
                self._write(
                    run, list(step.rows.items()), lambda work, part: work.facts.put(step.source, rows(part))
                )
            case MarkGone():
                self._write(run, step.keys, lambda work, part: work.facts.mark_gone(step.source, part))
            case Leave():
                at = run.task.now
                self._write(
                    run, step.keys, lambda work, part: work.audiences.leave(step.list, step.number, part, at)
                )
            case Enter():
                at = run.task.now
                self._write(
                    run,
                    step.members,
                    lambda work, part: work.audiences.enter(step.list, step.number, part, at),
                )
            case Mark():
                self._mark(step, run, now)
            case Wake():
                self._write(run, step.contacts, lambda work, part: work.passages.wake(now, contacts=part))
                self._write(run, step.rows, lambda work, part: work.passages.wake(now, rows=part))
            case End():
                self._finish(run, now)
            case _:
                assert_never(step)

    def _write(
        self, run: _Run, rows: Sequence[T], change: Callable[[Transaction, Sequence[T]], object]
    ) -> None:
        """Change rows in transactions of such a size that each is over soon."""
        remaining = iter(rows)
        while part := list(islice(remaining, self._pace.rows)):
            self._worker.goes_on()
            began = time.monotonic()
            with self._store.write(self._worker.lease) as work:
                self._note_begin(work, run)
                change(work, part)
            self._pace.took(len(part), time.monotonic() - began)
        run.counts["rows"] += len(rows)

    def _note_begin(self, work: Transaction, run: _Run) -> None:
        if not run.has_begun:
            work.operations.remember(_NOTE, _State.UNDER_WAY)
            run.has_begun = True

    def _mark(self, mark: Mark, run: _Run, now: datetime) -> None:
        """Make the new snapshots hold, all at once."""
        run.is_whole = all(failure.list is not None for failure in mark.failures)
        taken = {each.name: replace(each.snapshot, refreshed_at=now) for each in mark.lists}
        with self._store.write(self._worker.lease) as work:
            self._note_begin(work, run)
            work.facts.mark(mark.as_of)
            if run.is_whole and self._incomplete is not None:
                taken = {**self._unchanged(work, now), **taken}
            for name, snapshot in sorted(taken.items()):
                work.audiences.mark(name, snapshot)
            note_copied(work, mark.reading)
        self._asked.difference_update(run.task.lists)
        for name in run.task.lists:
            self._failed.pop(name, None)
        for failure in mark.failures:
            self._tell_failure(failure, now)
        for each in mark.lists:
            self._tell_taken(each, now)
            run.counts.update(lists=1, entered=each.entered, left=each.left)

    def _unchanged(self, work: Transaction, now: datetime) -> dict[str, Snapshot]:
        """Return the snapshots of all lists, as of now: who was refused for want of facts is decided anew."""
        names = self._cache.get(work).used_lists()
        found = {name: work.audiences.snapshot(name) for name in names}
        return {
            name: replace(snapshot, refreshed_at=now)
            for name, snapshot in found.items()
            if snapshot is not None
        }

    def _finish(self, run: _Run, now: datetime) -> None:
        with self._store.write(self._worker.lease) as work:
            if run.was_cut:
                work.sweeps.add(self._looks_at_everybody(work, now))
            work.sweeps.add([Sweep(kind=SweepKind.RECONSIDER, subject=Why.STALE_FACTS, at=now)])
            work.operations.remember(_NOTE, _State.DONE if run.is_whole else _State.INCOMPLETE)
        self._incomplete = None if run.is_whole else now
        self._gave_up = None
        self._end()

    def _looks_at_everybody(self, work: Transaction, now: datetime) -> list[Sweep]:
        live = self._cache.get(work)
        inside = {live.pinned(work, revision).program.name for revision in work.passages.pinned()}
        names = sorted(inside | live.project.programs.keys())
        return [Sweep(kind=SweepKind.WAKE, subject=name, at=now) for name in names]

    def _tell_failure(self, failure: Failure, now: datetime) -> None:
        fields = {"error": failure.error}
        if failure.list is not None:
            self._failed[failure.list] = now
            fields["list"] = failure.list
        if failure.source is not None:
            fields["source"] = failure.source
        self._tell(Event(name="refresh.failed", at=now, fields=fields))

    def _tell_taken(self, taken: Taken, now: datetime) -> None:
        snapshot = taken.snapshot
        if snapshot.kept_because is not None:
            kept = {"list": taken.name, "because": snapshot.kept_because}
            self._tell(Event(name="refresh.kept", at=now, fields=kept))
            return
        fields = {"list": taken.name, "size": snapshot.size, "entered": taken.entered, "left": taken.left}
        self._tell(Event(name="refresh.done", at=now, fields=fields))

    def _rests(self, now: datetime) -> bool:
        return self._gave_up is not None and now < self._gave_up + RETRY

    def _is_unfinished(self, state: _State, now: datetime) -> bool:
        if state is _State.INCOMPLETE:
            return self._incomplete is None or now >= self._incomplete + RETRY
        return state is _State.UNDER_WAY

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


def _fence(worker: Worker) -> tuple[str, int]:
    return worker.lease.name, worker.lease.token
