"""What a worker does with its journal: it holds it against the store when it begins, and writes each round.

The store's mark of a journal is written in the transaction that opens a round's attempts and says how far
the journal had come before; the round's records follow the commit. So a record behind the mark, whose attempt
the store does not have, tells that the store is not the one that was written to. What it tells is learned: it
goes into the store as a known send before anything else happens.

A store can be exchanged under a worker that runs. Then its mark is not where the worker left it, or the store
has come less far than the worker has seen. Such a worker ends, and the next one begins with a comparison.

How far a store has come counts applies and opt-outs besides the marks, so that a restored store is noticed
where no mail went out since the backup. What came after the last sight of the last worker nobody has seen.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from jo.daemon.comparing import agreed, differing, lost
from jo.daemon.service import Worker
from jo.flow.hold import Cause
from jo.ports.errors import WorldError
from jo.ports.journal import Entry, Journal, Journals, Mark
from jo.ports.store import JournalMovedError, KnownJournal, Store, Transaction

SIGHT = timedelta(seconds=30)
"""How often a worker notes how far the store has come."""


class Journaling:
    def __init__(self, store: Store, journals: Journals | None, worker: Worker) -> None:
        """Without journals nothing is kept, and nothing noticed."""
        self._store = store
        self._journals = journals
        self._worker = worker
        self._marks: Collection[Mark] = ()
        """Where the store's mark may be: a commit of which nobody knows the end leaves two."""
        self._seen_at: datetime | None = None

    # --- at the beginning -------------------------------------------------------------------------------

    def begin(self, now: datetime) -> bool:
        """Compare the journals of the folder with the store, learn what it lacks, and say what is wrong.

        Tells whether a journal that was lost is back, whole, so that what was held for it is not any more.
        """
        if self._journals is None:
            return False
        with self._journals.others() as others:  # first: what they have seen must not come after what is read
            with self._store.write(self._worker.lease) as work:
                store = _named(work)
                progress = work.journals.progress()
                known = {journal.id: journal for journal in work.journals.all()}
            journals = [self._journals.own, *others]
            gone = [each for each in known.values() if each.id not in {journal.id for journal in journals}]
            are_back = [self._take_over(journal, store, progress, known, gone, now) for journal in journals]
        return any(are_back)

    def _take_over(
        self,
        journal: Journal,
        store: str,
        progress: int,
        known: Mapping[str, KnownJournal],
        gone: Sequence[KnownJournal],
        now: datetime,
    ) -> bool:
        before = known.get(journal.id)
        if before is None and journal.is_new:
            findings = lost(journal.place, gone, is_alone=self._worker.is_alone)
        else:
            position = agreed(journal, before)
            findings = differing(journal, store, before, progress, *self._learn(journal, position))
        beyond = before.mark.position if before is not None else 0
        journal.begin(store, now, beyond)
        mark = journal.end
        with self._store.write(self._worker.lease) as work:
            for cause, detail, subject in findings:
                work.holds.put(cause, detail, now, subject)
            is_back = not findings and work.holds.settle(Cause.JOURNAL_LOST, journal.id)
            work.journals.put(
                KnownJournal(id=journal.id, place=journal.place, file=journal.file, mark=mark, at=now)
            )
            progress = work.journals.progress()
        journal.see(progress, now)
        if self._journals is not None and journal is self._journals.own:
            self._marks, self._seen_at = [mark], now
        return is_back

    def _learn(self, journal: Journal, position: int) -> tuple[int, int]:
        """Put what the store lacks into it. Returns attempts that it did not have, and missing records."""
        learned = missing = 0
        for part in journal.since(position):
            missing += part.missing
            if part.entries:
                with self._store.write(self._worker.lease) as work:
                    unknown = work.journals.unknown(part.entries)
                    work.journals.know(unknown)
                learned += len({(entry.public, entry.number) for entry in unknown})
        return learned, missing

    # --- while it runs ----------------------------------------------------------------------------------

    def look(self, now: datetime) -> None:
        """Make sure that the store is the one that this worker wrote to last; raises JournalMovedError.

        Note from time to time how far it has come by the work of all.
        """
        if self._journals is None:
            return
        progress = self._compare(self._journals.own)
        if self._seen_at is None or now - self._seen_at >= SIGHT:
            self._see(self._journals.own, progress, now)

    def end(self, now: datetime) -> None:
        """Note how far the store has come, at the end of a run; where that fails the run was no worse."""
        if self._journals is not None:
            with suppress(WorldError):
                self._see(self._journals.own, self._compare(self._journals.own), now)

    def _compare(self, own: Journal) -> int:
        with self._store.read() as work:
            known = work.journals.all()
            progress = work.journals.progress()
        mark = next((each.mark for each in known if each.id == own.id), None)
        if mark is None or mark not in self._marks or progress < own.seen:
            raise JournalMovedError(
                "The store is not as this worker left it: it was restored, or another worker uses the same "
                "journal. Start `jo run` again, and it says what is missing."
            )
        self._marks = [mark]
        return progress

    def _see(self, own: Journal, progress: int, now: datetime) -> None:
        if progress > own.seen:
            own.see(progress, now)
        self._seen_at = now

    def reserve(self, records: int) -> None:
        """Make sure that a round of so many records can be written; before it opens attempts.

        Raises JournalError.
        """
        if self._journals is not None:
            self._journals.own.reserve(records)

    def mark(self, work: Transaction) -> None:
        """Move the mark; in the transaction that opens attempts. Raises JournalMovedError."""
        if self._journals is None:
            return
        own = self._journals.own
        before = next(iter(self._marks), Mark())
        work.journals.advance(own.id, before, own.end)
        self._marks = [before, own.end]

    def write(self, entries: Sequence[Entry]) -> None:
        """Write a round, and sync; after its commit and before its first message. Raises JournalError."""
        if self._journals is None:
            return
        self._marks = [self._journals.own.end]
        self._journals.own.append(entries)


def _named(work: Transaction) -> str:
    store = work.journals.store_id()
    if store is None:
        store = secrets.token_hex(16)
        work.journals.name_store(store)
    return store
