"""What every store promises of holds: one of each cause, mails held and let go in order, honest counts."""

from typing import Any

from jo.flow.hold import Cause
from jo.flow.intent import public_id
from jo.flow.state import AttemptState, Why
from jo.ports.journal import Entry
from jo.ports.store import Store
from jo.reports.standstill import Waiting
from tests.support.builders import DAY, MINUTE, NOON, a_passage, an_intent


def plan(store: Store, *contacts: str, **fields: Any) -> None:
    with store.write() as work:
        work.ledger.create([an_intent(contact, **fields) for contact in contacts])


def held(store: Store) -> dict[str, Why | None]:
    with store.read() as work:
        assert not work.counts.miscounts()
        return {line.intent.contact: line.intent.why for line in work.reports.intents()}


def test_a_hold_lasts_until_somebody_lifts_it(store: Store) -> None:
    with store.write() as work:
        work.holds.put(Cause.ROLLED_BACK, "first", NOON)
        work.holds.put(Cause.ROLLED_BACK, "second", NOON + DAY)
        work.holds.put(Cause.OVERDUE, "", NOON)
    with store.read() as work:
        assert [(hold.cause, hold.detail) for hold in work.holds.active()] == [
            (Cause.OVERDUE, ""),
            (Cause.ROLLED_BACK, "first"),
        ]
        assert work.holds.released_at() is None

    with store.write() as work:
        lifted = work.holds.release("ada", NOON + DAY)
        assert [hold.cause for hold in lifted] == [Cause.OVERDUE, Cause.ROLLED_BACK]
    with store.write() as work:
        assert not work.holds.active()
        assert work.holds.released_at() == NOON + DAY
        work.holds.put(Cause.ROLLED_BACK, "again", NOON + 2 * DAY)
        assert [hold.detail for hold in work.holds.active()] == ["again"]


def test_a_hold_about_one_thing_is_settled_by_that_thing_and_is_no_release(store: Store) -> None:
    with store.write() as work:
        work.holds.put(Cause.JOURNAL_LOST, "one", NOON, "j1")
        work.holds.put(Cause.JOURNAL_LOST, "again", NOON, "j1")
        work.holds.put(Cause.JOURNAL_LOST, "two", NOON, "j2")
        assert [hold.detail for hold in work.holds.active()] == ["one", "two"]

        assert not work.holds.settle(Cause.JOURNAL_LOST, "j3")
        assert not work.holds.settle(Cause.JOURNAL_BEHIND, "j1")
        assert work.holds.settle(Cause.JOURNAL_LOST, "j1")
        assert not work.holds.settle(Cause.JOURNAL_LOST, "j1")

        assert [hold.detail for hold in work.holds.active()] == ["two"]
        assert work.holds.released_at() is None


def test_mails_are_held_and_let_go_those_that_expire_first_before_others(store: Store) -> None:
    plan(store, "late", expires_at=NOON + 3 * DAY)
    plan(store, "soon", priority=9, expires_at=NOON + DAY)
    plan(store, "over", expires_at=NOON)
    plan(store, "next", due_at=NOON + MINUTE)
    with store.write() as work:
        assert work.holds.hold_mails(NOON, NOON, 1) == 1
        assert work.holds.hold_mails(NOON, NOON, 10) == 1
        assert work.holds.hold_mails(NOON, NOON, 10) == 0
    assert held(store) == {"late": Why.HOLD, "soon": Why.HOLD, "over": Why.DUE, "next": Why.DUE}

    with store.write() as work:
        assert [intent.contact for intent in work.ledger.claimable(NOON, 10)] == ["over"]
        assert work.holds.let_go(NOON, 1) == 1
    assert held(store)["soon"] is Why.DUE
    with store.write() as work:
        assert work.holds.are_mails_held()
        assert work.holds.let_go(NOON, 10) == 1
        assert not work.holds.are_mails_held()
    assert set(held(store).values()) == {Why.DUE}


def test_a_held_mail_is_looked_at_again_when_it_expires(store: Store) -> None:
    plan(store, "c1", expires_at=NOON + DAY)
    with store.write() as work:
        work.holds.hold_mails(NOON, NOON, 10)
        assert not work.ledger.claimable(NOON, 10)
        assert work.ledger.next_due() == NOON + DAY


def test_overdue_are_mails_that_may_still_go_and_people(store: Store) -> None:
    plan(store, "over", due_at=NOON - DAY, expires_at=NOON)
    with store.read() as work:
        assert not work.holds.is_overdue(NOON, NOON)

    plan(store, "due", due_at=NOON - MINUTE)
    with store.read() as work:
        assert work.holds.is_overdue(NOON - MINUTE, NOON)
        assert not work.holds.is_overdue(NOON - 2 * MINUTE, NOON)

    with store.write() as work:
        work.passages.enter([a_passage(due_at=NOON - DAY)])
    with store.write() as work:
        assert work.holds.is_overdue(NOON - 2 * MINUTE, NOON)
        work.holds.put(Cause.OVERDUE, "", NOON)
        work.holds.release("ada", NOON)
        assert not work.holds.is_overdue(NOON, NOON)


def test_what_waits_is_counted_in_mails_known_mails_and_people(store: Store) -> None:
    plan(store, "c1", "c2", "c3")
    with store.write() as work:
        work.passages.enter([a_passage("c4"), a_passage("c5", due_at=NOON + DAY)])
        work.holds.hold_mails(NOON, NOON, 10)
        (line,) = work.reports.intents(contact="c2")
        entry = Entry(public=public_id(line.intent.key), number=1, state=AttemptState.ACCEPTED, at=NOON)
        work.journals.know([entry])
        assert work.holds.waiting(NOON) == [
            Waiting(journey="outreach/release", mails=3, known=1, people=0),
            Waiting(journey="program/onboarding", mails=0, known=0, people=1),
        ]
