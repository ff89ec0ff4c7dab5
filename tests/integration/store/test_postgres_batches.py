"""A batch costs PostgreSQL the same few statements, however many rows it has."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from jo.flow.intent import AttemptEnd, End, Keep, Settled, Suppression
from jo.flow.passage import Note
from jo.flow.state import AttemptState, IntentState, Why
from jo.ports.store import CandidateDecision, Move, Transaction
from jo.ports.warehouse import Fact, Member
from jo.store import open_store
from tests.support.builders import DAY, NOON, a_fixed, a_passage, an_intent
from tests.support.stores import a_lease, take_facts, take_members

Batch = Callable[[Transaction, list[str]], object]
"""Writes something for each of the names."""


def enter(work: Transaction, names: list[str]) -> None:
    entered = work.passages.enter([a_passage(name) for name in names])
    note = Note(at=NOON, step="hello", what="took", detail="")
    ids, stand = [item.id for item in entered], entered[0].stand
    tips = replace(stand, step="tips")
    work.passages.move([Move(program="onboarding", ids=ids, before=stand, after=tips, notes=[note])])


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


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """All that is said to a server, as long as the test lasts."""
    found: list[object] = []
    execute = psycopg.Cursor.execute

    def note(cursor: Any, query: Any, *rest: Any, **options: Any) -> Any:
        found.append(query)
        return execute(cursor, query, *rest, **options)

    def never(cursor: Any, query: Any, *rest: Any, **options: Any) -> None:
        raise AssertionError(query)

    monkeypatch.setattr(psycopg.Cursor, "execute", note)
    monkeypatch.setattr(psycopg.Cursor, "executemany", never)
    return found


@pytest.mark.parametrize("batch", [enter, create, send, hold, decide, refresh, suppress])
def test_a_batch_of_many_says_no_more_than_a_batch_of_few(
    postgres_store_url: str, said: list[object], batch: Batch
) -> None:
    with closing(open_store(postgres_store_url)) as store:
        lease = a_lease(store)
        numbers = []
        for prefix, size in (("few", 2), ("many", 300)):
            said.clear()
            with store.write(lease) as work:
                batch(work, [f"{prefix}-{number:04}" for number in range(size)])
            numbers.append(len(said))

    few, many = numbers
    assert many == few < 40
