"""Whatever is done through the ports, in whatever order: counts are what counting one by one finds.

Random transactions ask a real store for changes of people, mails and decisions, most of them legal, of what
they have loaded before and of what they have not; some are given up half-way. Then all counts are held
against the rows. On PostgreSQL several workers do so at once.
"""

import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from jo.flow.intent import AttemptEnd, End, Intent, Keep, Settled, settle
from jo.flow.passage import Passage
from jo.flow.state import AttemptState, IntentState, Why
from jo.model.content import MailClass
from jo.ports.store import ChangeRefusedError, ContentionError, Lease, Move, Store, Transaction
from jo.store import open_store
from tests.support.builders import (
    DAY,
    MINUTE,
    NOON,
    a_decision,
    a_fixed,
    a_move,
    a_passage,
    an_end,
    an_intent,
)
from tests.support.stores import a_lease, file_store, memory_store

TRANSACTIONS = 30
CALLS = 6

LONG = "a reason " * 40
"""Longer than what counts tell apart."""

OUTREACHES = ("outreach/release", "outreach/news")
TEMPLATES = ("release-notice", "tips")
ATTEMPT_ENDS = [state for state in AttemptState if state is not AttemptState.OPEN]
UNSENT_ENDS = [IntentState.SKIPPED, IntentState.SUPPRESSED, IntentState.EXPIRED, IntentState.QUARANTINED]

_Item = TypeVar("_Item")


class GivenUpError(Exception):
    """Stands for anything that goes wrong in the midst of a transaction."""


class Asker:
    """One worker with its lease, which asks for random changes of what it entered and planned itself."""

    def __init__(self, store: Store, seed: int, name: str = "w1") -> None:
        self._store = store
        self._chance = random.Random(f"{seed} {name}")
        self._name = name
        self._lease: Lease = a_lease(store, name=name)
        self._attempts: dict[int, int] = {}
        """Intent → the last attempt that was opened, also in transactions that were given up."""
        self.committed = 0
        self._calls: Sequence[Callable[[Transaction], None]] = (
            *(self.enter, self.advance, self.advance, self.save_unseen, self.decide, self.decide),
            *(self.plan, self.plan, self.open, self.open, self.record, self.record, self.keep, self.end),
            *(self.withdraw, self.withdraw_journey, self.requeue, self.rescue, self.hold),
        )

    def ask(self, transactions: int = TRANSACTIONS) -> None:
        for _ in range(transactions):
            try:
                with self._store.write(self._lease) as work:
                    for call in self._chance.choices(self._calls, k=self._chance.randint(1, CALLS)):
                        call(work)
                    if self._chance.random() < 0.15:
                        raise GivenUpError
                self.committed += 1
            except (GivenUpError, ChangeRefusedError, ContentionError):
                pass

    # --- people -----------------------------------------------------------------------------------------

    def enter(self, work: Transaction) -> None:
        """Let people in; some are inside already."""
        people = [
            a_passage(
                self._who(),
                program=self._chance.choice(["onboarding", "renewal"]),
                number=self._chance.randint(1, 3),
                revision=self._chance.randint(1, 3),
            )
            for _ in range(self._chance.randint(1, 5))
        ]
        work.passages.enter(people)

    def advance(self, work: Transaction) -> None:
        """Move some of the people who are due."""
        due = [passage for passage in work.passages.due(NOON, 50) if self._is_own(passage)]
        work.passages.move([self._move(passage) for passage in due[:4]])

    def save_unseen(self, work: Transaction) -> None:
        """Save people whom the passages' section need not have seen, seldom one whose passage is over."""
        found = [line.passage for line in work.reports.passages() if self._is_own(line.passage)]
        chosen = self._some([item for item in found if item.is_open or self._seldom()])
        work.passages.move([self._move(passage) for passage in chosen])

    def decide(self, work: Transaction) -> None:
        """Decide about candidates, of some not for the first time, and of one twice at once."""
        decisions = [
            a_decision(
                self._who(),
                self._chance.choice(["", "", "held out", "suppressed", LONG]),
                journey=self._chance.choice(["program/onboarding", *OUTREACHES]),
                occurrence=self._chance.choice(["", "once"]),
            )
            for _ in range(self._chance.randint(1, 5))
        ]
        work.audiences.decide([*decisions, replace(decisions[0], reason="duplicate")])

    def _move(self, passage: Passage) -> Move:
        if self._chance.random() < 0.2:
            reason = self._chance.choice(["done", "churned"])
            return a_move(passage, ended_at=NOON, exit_reason=reason, due_at=None, why="")
        return a_move(
            passage,
            step=self._chance.choice(["hello", "settle", "tips"]),
            why=self._chance.choice(["", "waits 3 days", "date missing", LONG]),
            revision=self._chance.randint(1, 3),
        )

    # --- mails ------------------------------------------------------------------------------------------

    def plan(self, work: Transaction) -> None:
        """Plan mails; some exist already, and some were over before they began."""
        passages = [line.passage.id for line in work.reports.passages() if self._is_own(line.passage)]
        mails = [
            an_intent(
                self._who(),
                journey=self._chance.choice(OUTREACHES),
                occurrence=self._chance.choice("abcdef"),
                template=self._chance.choice(TEMPLATES),
                class_=self._chance.choice(list(MailClass)),
                passage=self._chance.choice([None, *passages[-2:]]),
            )
            for _ in range(self._chance.randint(1, 5))
        ]
        if self._seldom():
            mails[0] = mails[0]._replace(state=IntentState.EXPIRED, why=None, detail=LONG, ended_at=NOON)
        work.ledger.create(mails)

    def open(self, work: Transaction) -> None:
        mails = self._mails(work, IntentState.PENDING)
        for attempt in work.ledger.open([(intent.id, a_fixed()) for intent in mails], NOON):
            self._attempts[attempt.intent] = attempt.id

    def record(self, work: Transaction) -> None:
        """Tell how attempts ended; of uncertain mails, the evidence."""
        mails = self._mails(work, IntentState.OPEN, IntentState.UNCERTAIN)
        work.ledger.record([self._end_of(intent) for intent in mails if intent.id in self._attempts])

    def keep(self, work: Transaction) -> None:
        hold = Keep(why=self._chance.choice(list(Why)), until=NOON + MINUTE, detail="held")
        work.ledger.keep([(intent.id, hold) for intent in self._mails(work, IntentState.PENDING)])

    def end(self, work: Transaction) -> None:
        end = End(state=self._chance.choice(UNSENT_ENDS), detail=self._chance.choice(["", "churned", LONG]))
        work.ledger.end([(intent.id, end) for intent in self._mails(work, IntentState.PENDING)], NOON)

    def withdraw(self, work: Transaction) -> None:
        passages = [line.passage.id for line in work.reports.passages() if self._is_own(line.passage)]
        work.ledger.withdraw(self._some(passages), "churned", NOON)

    def withdraw_journey(self, work: Transaction) -> None:
        if self._seldom():
            limit = self._chance.choice([1, 100])
            work.ledger.withdraw_journey(self._chance.choice(OUTREACHES), "retired", NOON, limit)

    def requeue(self, work: Transaction) -> None:
        """Lift quarantines: of mended templates, and of mails whose life is over."""
        now = NOON + 4 * DAY if self._seldom() else NOON
        work.ledger.requeue_overdue(now, 100)
        for template in self._chance.choice([(), TEMPLATES, TEMPLATES[:1]]):
            work.ledger.requeue(template, now, self._chance.choice([1, 100]))

    def hold(self, work: Transaction) -> None:
        """Hold back what is due, and let some of it go again."""
        work.holds.hold_mails(NOON, NOON, self._chance.randint(0, 5))
        work.holds.let_go(NOON, self._chance.randint(0, 5))

    def rescue(self, work: Transaction) -> None:
        end = an_end(AttemptState.UNCERTAIN)
        mine = [found for found in work.ledger.abandoned() if self._is_own(found[1])]
        work.ledger.record([(attempt.id, end, settle(intent, end)) for attempt, intent in mine])

    def restart(self) -> None:
        """Begin as a new process would, under a new token: what was under way is abandoned."""
        self._lease = a_lease(self._store, name=self._name)

    def _end_of(self, intent: Intent) -> tuple[int, AttemptEnd, Settled]:
        end = an_end(self._chance.choice(ATTEMPT_ENDS), text=f"words {self._chance.random()}")
        return self._attempts[intent.id], end, settle(intent, end)

    def _mails(self, work: Transaction, *states: IntentState) -> list[Intent]:
        """Return some mails in these states, seldom in others; the ledger need not have seen them."""
        lines = [line.intent for line in work.reports.intents() if self._is_own(line.intent)]
        chosen = self._some([intent for intent in lines if intent.state in states or self._seldom(0.002)])
        if self._chance.random() < 0.5:
            work.ledger.load([intent.id for intent in chosen])
        return chosen

    def _who(self) -> str:
        return f"{self._name}-{self._chance.randint(1, 12)}"

    def _is_own(self, item: Passage | Intent) -> bool:
        return item.contact.startswith(f"{self._name}-")

    def _some(self, of: Sequence[_Item]) -> list[_Item]:
        return self._chance.sample(of, k=min(len(of), self._chance.randint(1, 3)))

    def _seldom(self, share: float = 0.1) -> bool:
        return self._chance.random() < share


def hold_to_the_rows(store: Store) -> None:
    with store.read() as work:
        assert work.counts.miscounts() == []


@pytest.mark.parametrize("seed", range(12))
def test_counts_are_what_is_there(seed: int) -> None:
    with closing(memory_store()) as store:
        asker = Asker(store, seed)
        for _ in range(TRANSACTIONS):
            asker.ask(1)
            hold_to_the_rows(store)
            if asker.committed % 10 == 9:
                asker.restart()

        assert asker.committed > TRANSACTIONS / 3


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[Store]:
    with closing(open_store(postgres_url)) as store:
        yield store


def test_counts_are_what_is_there_with_workers_side_by_side(postgres_store: Store) -> None:
    """Each worker has people and mails of its own; counts and candidates they share. One counts anew."""
    askers = [Asker(postgres_store, seed=1, name=f"w{number}") for number in range(4)]

    def recount() -> None:
        for _ in range(10):
            with postgres_store.write() as work:
                work.counts.recount()

    with ThreadPoolExecutor(len(askers) + 1) as threads:
        under_way = [threads.submit(asker.ask) for asker in askers]
        for done in [threads.submit(recount), *under_way]:
            done.result()

    hold_to_the_rows(postgres_store)
    assert all(asker.committed > TRANSACTIONS / 3 for asker in askers)


def test_nobody_moves_what_another_has_moved_meanwhile(postgres_url: str) -> None:
    with closing(open_store(postgres_url)) as store, closing(open_store(postgres_url)) as other:
        with store.write() as work:
            (inside,) = work.passages.enter([a_passage()])
            work.ledger.create([an_intent()])
            (mail,) = work.ledger.claimable(NOON, 1)

        def save(work: Transaction, step: str) -> None:
            work.passages.move([a_move(inside, step=step)])

        def keep(work: Transaction, why: str) -> None:
            work.ledger.keep([(mail.id, Keep(why=Why(why), until=NOON))])

        def too_late(change: Callable[[Transaction, str], None], ours: str, theirs: str) -> None:
            with store.write() as work:
                work.passages.load([inside.id])
                work.ledger.load([mail.id])
                with other.write() as elsewhere:
                    change(elsewhere, theirs)
                change(work, ours)

        with pytest.raises(ChangeRefusedError):
            too_late(save, "tips", "nudge")
        with pytest.raises(ChangeRefusedError):
            too_late(keep, "cap", "window")

        hold_to_the_rows(store)


def test_what_was_counted_wrong_is_found_and_mended(tmp_path: Path) -> None:
    with closing(file_store(tmp_path)) as store:
        Asker(store, seed=1).ask()
        with store.read() as work:
            right = work.reports.journeys(), work.passages.pinned()
        with closing(sqlite3.connect(tmp_path / "store.db")) as connection, connection:
            connection.execute(
                "INSERT INTO counts VALUES ('program/onboarding', 'inside', 'never', '', 9, 1)"
            )

        with store.write() as work:
            (wrong,) = work.counts.miscounts()
            work.counts.recount()

        assert (wrong.word, wrong.kept, wrong.found) == ("never", 1, 0)
        hold_to_the_rows(store)
        with store.read() as work:
            assert (work.reports.journeys(), work.passages.pinned()) == right
