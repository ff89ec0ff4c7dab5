"""A batch costs PostgreSQL the same few statements, however many rows it has."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from jo.flow.intent import AttemptEnd, End, Keep, Settled, Suppression
from jo.flow.passage import Note
from jo.flow.state import AttemptState, IntentState, Why
from jo.ports.store import CandidateDecision, Lease, Transaction
from jo.ports.warehouse import Fact, Member
from jo.store.engine import connect
from jo.store.store import SqlStore
from tests.support.builders import DAY, NOON, a_fixed, a_passage, an_intent
from tests.support.stores import a_lease, take_facts, take_members

Batch = Callable[[Transaction, list[str]], object]
"""Writes something for each of the names."""


def enter(work: Transaction, names: list[str]) -> None:
    entered = work.passages.enter([a_passage(name) for name in names])
    work.passages.save(entered)
    work.passages.note([(item.id, Note(at=NOON, step="hello", what="took", detail="")) for item in entered])


def create(work: Transaction, names: list[str]) -> None:
    assert len(work.ledger.create([an_intent(name) for name in names])) == len(names)


def send(work: Transaction, names: list[str]) -> None:
    create(work, names)
    mine = work.ledger.claimable(NOON, len(names))
    opened = work.ledger.open([(intent.id, a_fixed()) for intent in mine], NOON)
    end = AttemptEnd(state=AttemptState.ACCEPTED, at=NOON, stage="dot", code=250, text="ok")
    settled = Settled(state=IntentState.ACCEPTED, why=None, detail="", due_at=NOON, outcome_at=NOON)
    work.ledger.record([(attempt.id, end, settled) for attempt in opened])


def hold(work: Transaction, names: list[str]) -> None:
    create(work, names)
    mine = work.ledger.claimable(NOON, len(names))
    work.ledger.keep([(intent.id, Keep(why=Why.CAP, until=NOON + DAY, detail="")) for intent in mine])
    work.ledger.end([(intent.id, End(state=IntentState.SKIPPED, detail="no")) for intent in mine], NOON)


def decide(work: Transaction, names: list[str]) -> None:
    def said(reason: str) -> list[CandidateDecision]:
        return [
            CandidateDecision(
                journey="program/p",
                occurrence="",
                key=name,
                contact=name,
                reason=reason,
                final=False,
                at=NOON,
            )
            for name in names
        ]

    work.audiences.decide(said("capped"))
    work.audiences.decide(said("suppressed"))


def refresh(work: Transaction, names: list[str]) -> None:
    rows = [Fact(key=name, data={"id": name}) for name in names]
    assert len(work.facts.differing("contacts", rows).new) == len(names)
    take_facts(work, "contacts", rows)
    work.facts.mark_gone("contacts", names)
    take_members(work, "admins", [Member(key=name, contact=name) for name in names])
    assert work.audiences.take_back(None, 1_000) is None


def suppress(work: Transaction, names: list[str]) -> None:
    found = Suppression(scope="all", cause="import", at=NOON)
    assert work.people.suppress([(name, found, "test") for name in names]) == len(names)


class Counted:
    """A store, and how many statements its transactions said."""

    def __init__(self, url: str) -> None:
        self._database = connect(url)
        self.store = SqlStore(self._database)
        self.said = 0
        engine: Any = self._database._engine  # type: ignore[attr-defined]
        event.listen(engine, "before_cursor_execute", self._hear)

    def _hear(
        self, connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
    ) -> None:
        assert not executemany, statement
        self.said += 1

    def close(self) -> None:
        self._database.close()


@contextmanager
def counted(url: str) -> Iterator[tuple[Counted, Lease]]:
    with closing(Counted(url)) as found:
        yield found, a_lease(found.store)


@pytest.mark.parametrize("batch", [enter, create, send, hold, decide, refresh, suppress])
def test_a_batch_of_many_says_no_more_than_a_batch_of_few(postgres_store_url: str, batch: Batch) -> None:
    with counted(postgres_store_url) as (database, lease):
        said = []
        for prefix, size in (("few", 2), ("many", 300)):
            before = database.said
            with database.store.write(lease) as work:
                batch(work, [f"{prefix}-{number:04}" for number in range(size)])
            said.append(database.said - before)

    few, many = said
    assert many == few < 40
