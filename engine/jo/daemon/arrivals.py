"""The events service: has everybody looked at again about whom an event or engagement came in."""

from datetime import datetime

from jo.daemon.service import Counts, Duty, Event, Tell, Worker
from jo.ports.store import Store

BATCH = 1000


class Arrivals:
    name = "events"
    duty = Duty.EVENTS

    def __init__(self, store: Store, worker: Worker, tell: Tell) -> None:
        self._store = store
        self._worker = worker
        self._tell = tell

    def run_once(self, now: datetime) -> Counts:
        total = 0
        while True:
            with self._store.read() as work:
                signals = work.people.unseen(BATCH)
            if not signals:
                break
            with self._store.write(self._worker.lease) as work:
                contacts = sorted({item.contact for item in signals if item.contact is not None})
                passages = sorted({item.passage for item in signals if item.passage is not None})
                if contacts:
                    work.passages.wake(now, contacts=contacts)
                if passages:
                    work.passages.wake(now, ids=passages)
                work.people.seen([item.id for item in signals])
            total += len(signals)
            if not self._worker.goes_on():
                break
        if not total:
            return {}
        self._tell(Event(name="events.seen", at=now, fields={"signals": total}))
        return {"seen": total}

    def next_at(self, now: datetime) -> datetime | None:
        """Signals come from other processes; the loop looks regularly."""
        return None
