"""The rescue service: takes up what nobody else will.

Attempts of a worker that died are uncertain, wherever they stood. An open attempt under a lease that is
over may have reached the relay. Nobody knows; so it is never simply tried again: what becomes of
its intent follows the rules for uncertain sends.

Quarantined mails that nobody mended in time become pending once more, and then expire as any other.
"""

from datetime import datetime

from jo.daemon.live import LiveCache
from jo.daemon.service import Counts, Duty, Event, Tell, Worker
from jo.flow.intent import AttemptEnd, settle
from jo.flow.state import AttemptState
from jo.ports.store import Store

OVERDUE = 500
"""Quarantined mails that one run takes up; the next round takes more."""


class Rescue:
    name = "rescue"
    duty = Duty.RESCUE

    def __init__(self, store: Store, cache: LiveCache, worker: Worker, tell: Tell) -> None:
        self._store = store
        self._cache = cache
        self._worker = worker
        self._tell = tell

    def run_once(self, now: datetime) -> Counts:
        with self._store.write(self._worker.lease) as work:
            found = work.ledger.abandoned()
            ends = []
            for attempt, intent in found:
                live = self._cache.get(work)
                end = AttemptEnd(
                    state=AttemptState.UNCERTAIN,
                    stage="unknown",
                    code=None,
                    text="the worker ended while the attempt was under way",
                    at=now,
                )
                ends.append((attempt.id, end, settle(intent, end, live.on_uncertain(intent.template))))
            work.ledger.record(ends)
            passages = [intent.passage for _, intent in found if intent.passage is not None]
            if passages:
                work.passages.wake(now, ids=passages)
            overdue = work.ledger.requeue_overdue(now, OVERDUE)
        if found:
            self._tell(Event(name="send.rescued", at=now, fields={"uncertain": len(found)}))
        counts = {"uncertain": len(found), "overdue": overdue}
        return {word: count for word, count in counts.items() if count}

    def next_at(self, now: datetime) -> datetime | None:
        with self._store.read() as work:
            return work.ledger.next_expiry()
