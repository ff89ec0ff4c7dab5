"""What every store promises of sweeps: all of it is done in the end, a bounded part at a time."""

from datetime import datetime

import pytest

from jo.flow.intent import End, Keep
from jo.flow.state import IntentState, Why
from jo.ports.store import Store, Sweep, SweepKind
from tests.support.builders import DAY, MINUTE, NOON, a_passage, an_intent, moved

LATER = NOON + MINUTE


def sweep(store: Store, limit: int, *sweeps: Sweep) -> list[int]:
    """Do sweeps to their end, each part in a transaction of its own; return the rows of each part."""
    with store.write() as work:
        work.sweeps.add(sweeps)
        assert not work.sweeps.is_idle()
    parts = []
    while True:
        with store.write() as work:
            rows = work.sweeps.go_on(limit)
        if rows is None:
            with store.read() as work:
                assert work.sweeps.is_idle()
                assert work.counts.miscounts() == []
            return parts
        assert rows <= limit
        parts.append(rows)


def a_sweep(kind: SweepKind, subject: str, at: datetime = LATER) -> Sweep:
    return Sweep(kind=kind, subject=subject, at=at, detail="retired")


@pytest.mark.parametrize(("limit", "parts"), [(1, [1, 1, 1, 0]), (2, [2, 1]), (10, [3])])
def test_the_people_of_a_program_are_woken(store: Store, limit: int, parts: list[int]) -> None:
    people = [
        a_passage("asleep", due_at=None),
        a_passage("earlier", due_at=NOON),
        a_passage("later", due_at=NOON + DAY),
        a_passage("elsewhere", program="other", due_at=NOON + DAY),
    ]
    with store.write() as work:
        asleep, earlier, later, elsewhere = work.passages.enter(people)

    assert sweep(store, limit, a_sweep(SweepKind.WAKE, "onboarding")) == parts
    with store.write() as work:
        due = work.passages.due(LATER, 10)
        assert work.passages.load([elsewhere.id])[elsewhere.id].stand.due_at == NOON + DAY
    assert due == [earlier, moved(asleep, due_at=LATER), moved(later, due_at=LATER)]


@pytest.mark.parametrize("limit", [1, 2, 10])
def test_the_mails_of_a_journey_are_withdrawn(store: Store, limit: int) -> None:
    with store.write() as work:
        work.ledger.create([an_intent(f"c{number}") for number in range(3)])
        first, *_ = work.ledger.claimable(NOON, 1)
        work.ledger.create([an_intent("c1", journey="outreach/other")])
        work.ledger.end([(first.id, End(state=IntentState.QUARANTINED, detail="no such field"))], NOON)

    assert sum(sweep(store, limit, a_sweep(SweepKind.WITHDRAW, "outreach/release"))) == 3
    with store.read() as work:
        lines = work.reports.intents()
    found = {(line.intent.journey, line.intent.state, line.intent.detail) for line in lines}
    assert found == {
        ("outreach/release", IntentState.WITHDRAWN, "retired"),
        ("outreach/other", IntentState.PENDING, ""),
    }


@pytest.mark.parametrize("limit", [1, 2, 10])
def test_what_is_held_or_quarantined_is_looked_at_again(store: Store, limit: int) -> None:
    with store.write() as work:
        work.ledger.create([an_intent(f"c{number}") for number in range(6)])
        *held, spoiled, _ = work.ledger.claimable(NOON, 10)
        whys = [Why.STALE_FACTS, Why.STALE_FACTS, Why.STALE_FACTS, Why.CAP]
        work.ledger.keep(
            [(intent.id, Keep(why=why, until=NOON + DAY)) for intent, why in zip(held, whys, strict=True)]
        )
        work.ledger.end([(spoiled.id, End(state=IntentState.QUARANTINED, detail="no such field"))], NOON)

    done = sweep(
        store,
        limit,
        a_sweep(SweepKind.RECONSIDER, Why.STALE_FACTS),
        a_sweep(SweepKind.REQUEUE, spoiled.template),
        a_sweep(SweepKind.REQUEUE, "another"),
    )
    assert sum(done) == 4
    with store.write() as work:
        assert len(work.ledger.claimable(LATER, 10)) == 5
