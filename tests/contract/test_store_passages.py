"""What every store promises of people in programs."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from jo.flow.intent import public_id
from jo.flow.passage import Note, Passage, StepIntent
from jo.flow.state import IntentState
from jo.ports.store import (
    ChangeRefusedError,
    Engaged,
    Happening,
    Move,
    PassageRecords,
    PastPassages,
    StepEngagement,
    Store,
)
from tests.support.builders import DAY, MINUTE, NOON, a_move, a_passage, an_intent, moved


def enter(store: Store, *passages: Passage) -> Sequence[Passage]:
    with store.write() as work:
        return work.passages.enter(passages)


def ended(passage: Passage, reason: str = "done") -> Passage:
    return moved(passage, ended_at=NOON + DAY, exit_reason=reason, due_at=None)


def ending(passage: Passage) -> Move:
    return a_move(passage, ended(passage))


def test_an_entered_passage_gets_an_id_and_is_read_back_as_it_was(store: Store) -> None:
    whole = a_passage(
        visits={"hello": 2, "ウ": 1}, taken={"hello/next": 1}, begun=True, why="waits", repeat=3
    )

    (entered,) = enter(store, whole)

    assert entered.id > 0
    assert entered == replace(whole, id=entered.id)
    with store.read() as work:
        assert work.passages.load([entered.id, 99]) == {entered.id: entered}


def test_a_passage_that_exists_is_entered_once(store: Store) -> None:
    (first,) = enter(store, a_passage("c1"))

    second = enter(store, a_passage("c1"), a_passage("c2"), a_passage("c2"))

    assert [passage.contact for passage in second] == ["c2"]
    with store.read() as work:
        assert work.passages.load([first.id])[first.id] == first


def test_an_identity_is_inside_once_at_a_time(store: Store) -> None:
    (first,) = enter(store, a_passage(number=1))
    assert enter(store, a_passage(number=2)) == []
    with store.write() as work:
        work.passages.move([ending(first)])

    (second,) = enter(store, a_passage(number=2))

    assert second.number == 2


def test_the_same_identity_may_be_inside_two_programs(store: Store) -> None:
    assert len(enter(store, a_passage(program="onboarding"), a_passage(program="renewal"))) == 2


def test_past_passages_are_told_by_identity(store: Store) -> None:
    (first, _) = enter(store, a_passage("c1"), a_passage("c2"))
    with store.write() as work:
        work.passages.move([ending(first)])
        work.passages.enter([a_passage("c3", program="renewal")])

        past = work.passages.past("onboarding", ["c1", "c2", "c3"])

    assert past == {
        "c1": PastPassages(count=1, is_inside=False, last_ended=NOON + DAY),
        "c2": PastPassages(count=1, is_inside=True, last_ended=None),
    }


def test_due_are_open_passages_by_due_moment_then_id(store: Store) -> None:
    late, early, later, never, over = enter(
        store,
        a_passage("late", due_at=NOON),
        a_passage("early", due_at=NOON - DAY),
        a_passage("later", due_at=NOON + MINUTE),
        a_passage("never", due_at=None),
        a_passage("over", due_at=NOON),
    )
    with store.write() as work:
        work.passages.move([ending(over)])

    with store.write() as work:
        assert work.passages.due(NOON, 10) == [early, late]
        assert work.passages.due(NOON, 1) == [early]
        assert work.passages.due(NOON + DAY, 10) == [early, late, later]
        assert work.passages.next_due() == NOON - DAY
    assert never.stand.due_at is None


def test_without_anybody_due_there_is_no_next_moment(store: Store) -> None:
    enter(store, a_passage(due_at=None))

    with store.read() as work:
        assert work.passages.next_due() is None


def test_a_moved_passage_stands_where_it_was_moved(store: Store) -> None:
    (before,) = enter(store, a_passage())
    there = moved(
        before,
        revision=2,
        step="tips",
        visit=2,
        repeat=1,
        begun=True,
        anchor_at=NOON + DAY,
        due_at=NOON + 2 * DAY,
        why="waits",
        visits={"hello": 1, "tips": 2},
        taken={"hello/next": 1},
    )

    with store.write() as work:
        work.passages.move([a_move(before, there)])

    with store.read() as work:
        assert work.passages.load([before.id]) == {before.id: there}


def test_a_passage_is_moved_more_than_once_in_a_transaction(store: Store) -> None:
    with store.write() as work:
        (passage,) = work.passages.enter([a_passage()])
        tips, nudge = moved(passage, step="tips"), moved(passage, step="nudge")
        work.passages.move([a_move(passage, tips)])
        work.passages.move([a_move(tips, nudge)])

        assert work.passages.load([passage.id]) == {passage.id: nudge}
        assert work.counts.miscounts() == []


def test_a_passage_that_has_ended_is_never_written_again(store: Store) -> None:
    first, second = enter(store, a_passage("c1"), a_passage("c2"))
    with store.write() as work:
        work.passages.move([ending(first)])

    with pytest.raises(ChangeRefusedError), store.write() as work:
        work.passages.move([a_move(second, step="tips"), a_move(first, step="tips")])

    with store.read() as work:
        assert work.passages.load([first.id, second.id]) == {first.id: ended(first), second.id: second}


def test_an_end_without_a_reason_is_refused(store: Store) -> None:
    (passage,) = enter(store, a_passage())

    with pytest.raises(ChangeRefusedError), store.write() as work:
        work.passages.move([a_move(passage, ended_at=NOON, due_at=None)])


def test_who_is_woken_is_due_then_unless_earlier(store: Store) -> None:
    later, earlier, never, over = enter(
        store,
        a_passage("later", due_at=NOON + DAY),
        a_passage("earlier", due_at=NOON - DAY),
        a_passage("never", due_at=None),
        a_passage("over"),
    )
    with store.write() as work:
        work.passages.move([ending(over)])

        woken = work.passages.wake(NOON, contacts=["later", "earlier", "never", "over"])

        due = work.passages.due(NOON, 10)
    assert woken == 2
    assert due == [earlier, moved(later, due_at=NOON), moved(never, due_at=NOON)]


def test_people_are_woken_by_id_contact_or_row(store: Store) -> None:
    ids = {
        (passage.program, passage.contact): passage.id
        for passage in enter(
            store,
            *(
                a_passage(contact, program=program, due_at=None)
                for contact in ("c1", "c2")
                for program in ("onboarding", "renewal")
            ),
        )
    }

    def woken(**by: object) -> list[int]:
        """Wake, and let all sleep again."""
        with store.write() as work:
            count = work.passages.wake(NOON, **by)  # type: ignore[arg-type]
            found = work.passages.due(NOON, 10)
            work.passages.move([a_move(passage, due_at=None) for passage in found])
        assert count == len(found)
        return [passage.id for passage in found]

    assert woken(contacts=["c1"]) == [ids["onboarding", "c1"], ids["renewal", "c1"]]
    assert woken(ids=[ids["renewal", "c2"]]) == [ids["renewal", "c2"]]
    assert woken(ids=[ids["renewal", "c2"]], contacts=["c1"]) == [
        ids["onboarding", "c1"],
        ids["renewal", "c1"],
        ids["renewal", "c2"],
    ]
    assert woken(contacts=[]) == []


def test_who_stands_for_a_row_of_a_list_is_found_by_it(store: Store) -> None:
    first, second, other = enter(
        store,
        a_passage("c1", program="renewal", identity="k1", row="k1", due_at=None),
        a_passage("c1", program="renewal", identity="k2", row="k2", due_at=None),
        a_passage("c1", due_at=None),
    )
    with store.write() as work:
        assert work.passages.wake(NOON, rows=["k2", ""]) == 1
        assert [passage.id for passage in work.passages.due(NOON, 10)] == [second.id]
        work.passages.move([ending(second)])
    assert first.row == "k1"
    assert other.row == ""


def test_who_is_inside_is_walked_in_pages(store: Store) -> None:
    first, *_ = enter(
        store,
        a_passage("c1"),
        a_passage("c2"),
        a_passage("c3"),
        a_passage("c3", program="renewal", identity="k1", row="k1"),
    )
    with store.write() as work:
        work.passages.move([ending(first)])

        assert work.passages.inside("onboarding", "", 10) == [("c2", "c2", ""), ("c3", "c3", "")]
        assert work.passages.inside("onboarding", "", 1) == [("c2", "c2", "")]
        assert work.passages.inside("onboarding", "c2", 1) == [("c3", "c3", "")]
        assert work.passages.inside("renewal", "", 10) == [("k1", "c3", "k1")]


def test_entries_and_pins_of_open_passages(store: Store) -> None:
    first, *_ = enter(
        store,
        a_passage("c1", revision=1),
        a_passage("c2", revision=1),
        a_passage("c3", revision=2, entered_at=NOON + DAY),
        a_passage("c1", program="renewal", revision=3, entered_at=NOON + DAY),
    )
    with store.write() as work:
        work.passages.move([ending(first)])

        assert work.passages.pinned() == {1: 1, 2: 1, 3: 1}
        assert work.passages.last_entries(["c1", "c3", "c9"], ["onboarding", "renewal"]) == {
            "c1": {"onboarding": NOON, "renewal": NOON + DAY},
            "c3": {"onboarding": NOON + DAY},
        }
        assert work.passages.last_entries(["c1"], ["renewal"]) == {"c1": {"renewal": NOON + DAY}}


def test_notes_are_a_history_in_order(store: Store) -> None:
    (passage,) = enter(store, a_passage())
    notes = [
        Note(at=NOON, step="hello", what="entered"),
        Note(at=NOON, step="hello", what="took", detail="next"),
    ]
    with store.write() as work:
        for note in notes:
            work.passages.note([passage.id], note)

        (line,) = work.reports.passages(program="onboarding")

    assert list(line.notes) == notes


def test_records_of_a_passage_without_any_are_empty(store: Store) -> None:
    (passage,) = enter(store, a_passage())

    with store.read() as work:
        assert work.passages.records([passage.id]) == {passage.id: PassageRecords()}


def test_records_hold_intents_engagement_and_happenings(store: Store) -> None:
    first, second = enter(store, a_passage("c1"), a_passage("c2"))
    hello = an_intent("c1", key="k1", passage=first.id, step="hello", occurrence="1.1")
    tips = an_intent("c1", key="k2", passage=first.id, step="tips", occurrence="1.1")
    happening = Happening(name="trial.activated", at=NOON + MINUTE, payload={"trial": "t1"})
    before = Happening(name="trial.started", at=NOON - MINUTE, payload={})
    with store.write() as work:
        work.ledger.create([hello, tips])
        for what, link, at in [
            (Engaged.OPENED, "", NOON + 2 * MINUTE),
            (Engaged.OPENED, "", NOON + MINUTE),
            (Engaged.CLICKED, "docs", NOON + 4 * MINUTE),
            (Engaged.CLICKED, "docs", NOON + 5 * MINUTE),
            (Engaged.CLICKED, "call", NOON + 3 * MINUTE),
        ]:
            assert work.people.engage(public_id("k1"), what, link, at)
        for number, event in enumerate([happening, before]):
            assert work.people.event("app", str(number), event, "c1", NOON)

        records = work.passages.records([first.id, second.id])

    assert records[second.id] == PassageRecords()
    assert records[first.id] == PassageRecords(
        intents=(
            StepIntent(step="hello", occurrence="1.1", state=IntentState.PENDING, outcome_at=None),
            StepIntent(step="tips", occurrence="1.1", state=IntentState.PENDING, outcome_at=None),
        ),
        engagement={
            "hello": StepEngagement(
                opened=NOON + MINUTE,
                clicked={"": NOON + 3 * MINUTE, "docs": NOON + 4 * MINUTE, "call": NOON + 3 * MINUTE},
            )
        },
        happenings=(happening,),
    )
