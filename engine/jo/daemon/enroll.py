"""The enroll service: decides about every candidate of every live program, and lets in who may enter."""

from collections.abc import Sequence
from datetime import datetime

from jo.daemon.admission import admit
from jo.daemon.live import Live, LiveCache
from jo.daemon.service import Counts, Event, Tell, Worker
from jo.model.program import Program
from jo.ports.store import CandidateDecision, Store, Transaction

BATCH = 500


class Enroll:
    name = "enroll"

    def __init__(self, store: Store, cache: LiveCache, worker: Worker, tell: Tell) -> None:
        self._store = store
        self._cache = cache
        self._worker = worker
        self._tell = tell

    def run_once(self, now: datetime) -> Counts:
        with self._store.read() as work:
            live = self._cache.get(work)
        entered = refused = 0
        for program in live.programs():
            after: str | None = ""
            while after is not None:
                with self._store.write(self._worker.lease) as work:
                    decisions, after = self._batch(work, live, program, now, after)
                entered += sum(not decision.reason for decision in decisions)
                refused += sum(bool(decision.reason) for decision in decisions)
        if not entered and not refused:
            return {}
        self._tell(Event(name="enroll.done", at=now, fields={"entered": entered, "refused": refused}))
        return {"entered": entered, "refused": refused}

    def next_at(self, now: datetime) -> datetime | None:
        """Candidates appear by a refresh alone, which is followed by this service in the same tick."""
        return None

    def _batch(
        self, work: Transaction, live: Live, program: Program, now: datetime, after: str
    ) -> tuple[Sequence[CandidateDecision], str | None]:
        """Decide about candidates from the key `after` on. Returns where the next batch begins."""
        if not isinstance(program.audience, str):
            return (), None
        snapshot = work.audiences.snapshot(program.audience)
        if snapshot is None:
            return (), None
        address = str(program.address)
        began = self._beginning(work, address, snapshot.refreshed_at)
        found = work.audiences.undecided(address, "", program.audience, snapshot.refreshed_at, BATCH, after)
        decisions = admit(work, live, program, found, began, now)
        return decisions, found[-1].key if len(found) == BATCH else None

    def _beginning(self, work: Transaction, address: str, refreshed_at: datetime) -> datetime:
        """Return the refresh that a program's first candidates came from; who was in it was there before."""
        name = f"first-snapshot:{address}"
        known = work.operations.recall(name)
        if known is None:
            work.operations.remember(name, refreshed_at.isoformat())
            return refreshed_at
        return datetime.fromisoformat(known)
