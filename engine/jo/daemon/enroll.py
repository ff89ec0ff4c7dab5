"""The enroll service: decides about every candidate of every live program, and lets in who may enter."""

from collections.abc import Sequence
from datetime import datetime

from jo.daemon.admission import admit
from jo.daemon.live import Live, LiveCache
from jo.daemon.service import Counts, Duty, Event, Tell, Worker
from jo.model.program import Program
from jo.ports.store import Store, Transaction

BATCH = 250


class Enroll:
    name = "enroll"
    duty = Duty.ENROLL

    def __init__(self, store: Store, cache: LiveCache, worker: Worker, tell: Tell) -> None:
        self._store = store
        self._cache = cache
        self._worker = worker
        self._tell = tell
        self._done: dict[str, tuple[int, datetime]] = {}
        """Program → generation and refresh for which all candidates were decided; only a hint."""

    def run_once(self, now: datetime) -> Counts:
        with self._store.read() as work:
            live = self._cache.get(work)
        entered = refused = 0
        for program, refreshed_at in self._undone(live):
            after: str | None = ""
            while after is not None and self._worker.goes_on():
                with self._store.write(self._worker.lease) as work:
                    done, after = self._batch(work, live, program, refreshed_at, now, after)
                entered, refused = entered + done[0], refused + done[1]
            if after is None:
                self._done[program.name] = live.generation, refreshed_at
        if not entered and not refused:
            return {}
        self._tell(Event(name="enroll.done", at=now, fields={"entered": entered, "refused": refused}))
        return {"entered": entered, "refused": refused}

    def next_at(self, now: datetime) -> datetime | None:
        """Candidates appear by a refresh alone, which is followed by this service in the same tick."""
        return None

    def _undone(self, live: Live) -> Sequence[tuple[Program, datetime]]:
        """Return the programs whose list was computed since their candidates were decided last, with when."""
        found = []
        with self._store.read() as work:
            for program in live.programs():
                if not isinstance(program.audience, str):
                    continue
                snapshot = work.audiences.snapshot(program.audience)
                if snapshot is not None:
                    mark = live.generation, snapshot.refreshed_at
                    if self._done.get(program.name) != mark:
                        found.append((program, snapshot.refreshed_at))
        return found

    def _batch(
        self,
        work: Transaction,
        live: Live,
        program: Program,
        refreshed_at: datetime,
        now: datetime,
        after: str,
    ) -> tuple[tuple[int, int], str | None]:
        """Decide about candidates from the key `after` on.

        Returns how many entered and how many were refused for a reason that is new, and where the next
        batch begins.
        """
        address, audience = str(program.address), str(program.audience)
        began = self._beginning(work, address, refreshed_at)
        page = work.audiences.undecided(address, "", audience, refreshed_at, BATCH, after)
        decisions = admit(work, live, program, page.found, began, now)
        before = {item.key: item.last_reason for item in page.found}
        entered = sum(not decision.reason for decision in decisions)
        refused = sum(decision.reason not in ("", before[decision.key]) for decision in decisions)
        return (entered, refused), page.end

    def _beginning(self, work: Transaction, address: str, refreshed_at: datetime) -> datetime:
        """Return the refresh that a program's first candidates came from; who was in it was there before."""
        name = f"first-snapshot:{address}"
        known = work.operations.recall(name)
        if known is None:
            work.operations.remember(name, refreshed_at.isoformat())
            return refreshed_at
        return datetime.fromisoformat(known)
