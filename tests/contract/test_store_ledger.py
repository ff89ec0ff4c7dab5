"""What every store promises of the send ledger: one intent per identity, and only changes that are legal."""

from collections.abc import Sequence

import pytest

from jo.flow.intent import End, Intent, Keep, public_id
from jo.flow.shards import SHARDS
from jo.flow.state import AttemptState, IntentState, Why
from jo.model.content import MailClass
from jo.ports.store import ChangeRefusedError, Lease, OpenedAttempt, Store, Transaction
from tests.support.builders import (
    DAY,
    MINUTE,
    NOON,
    a_fixed,
    a_passage,
    an_end,
    an_intent,
    settled,
)
from tests.support.stores import a_lease


def create(store: Store, *intents: Intent) -> list[Intent]:
    """Create intents and return them as the store holds them."""
    with store.write() as work:
        work.ledger.create(intents)
        held = {line.intent.key: line.intent for line in work.reports.intents()}
    return [held[intent.key] for intent in intents]


def open_attempts(store: Store, lease: Lease, *intents: Intent) -> Sequence[OpenedAttempt]:
    with store.write(lease) as work:
        return work.ledger.open([(intent.id, a_fixed()) for intent in intents], NOON)


def record(work: Transaction, attempt: OpenedAttempt, state: AttemptState, intent: Intent) -> None:
    end = an_end(state)
    work.ledger.record([(attempt.id, end, settled(intent, end))])


def held(store: Store, intent: Intent) -> Intent:
    with store.read() as work:
        return work.ledger.load([intent.id])[intent.id]


# --- one intent per identity -------------------------------------------------------------------------


def test_a_created_intent_is_read_back_as_it_was(store: Store) -> None:
    whole = an_intent(
        key='["o","ü","1"]',
        topic="news",
        detail="…",
        priority=-3,
        class_=MailClass.TRANSACTIONAL,
        why=Why.WINDOW,
        fixed=a_fixed(facts={"contact": {"name": "日本", "age": 3, "when": None}}),
    )

    (intent,) = create(store, whole)

    assert intent == whole._replace(id=intent.id)
    with store.read() as work:
        assert work.ledger.by_public_id(public_id(whole.key)) == intent
        assert work.ledger.by_public_id("nothing") is None


def test_a_key_is_created_once_and_the_first_intent_stays(store: Store) -> None:
    (first,) = create(store, an_intent("c1"))
    again = first._replace(template="another")

    with store.write() as work:
        assert work.ledger.create([again, an_intent("c2"), an_intent("c2")]) == [an_intent("c2").key]

    assert held(store, first) == first


def test_a_contact_has_one_intent_per_occurrence_of_an_outreach(store: Store) -> None:
    moved = an_intent("c1", address="new@example.com")
    later = an_intent("c1", occurrence="2026-04-01")

    with store.write() as work:
        created = work.ledger.create([an_intent("c1"), moved, later])

    assert created == [an_intent("c1").key, later.key]


def test_a_passage_may_have_many_intents_of_one_occurrence_name(store: Store) -> None:
    with store.write() as work:
        (passage,) = work.passages.enter([a_passage()])
        steps = [
            an_intent(key=step, passage=passage.id, step=step, occurrence="1.1") for step in ("hello", "tips")
        ]
        assert work.ledger.create(steps) == ["hello", "tips"]


def test_an_intent_of_a_passage_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(ChangeRefusedError), store.write() as work:
        work.ledger.create([an_intent(passage=99, step="hello")])


# --- what is due -------------------------------------------------------------------------------------


def test_claimable_is_what_is_pending_and_due_by_priority_moment_and_key(store: Store) -> None:
    wanted = [
        an_intent("e", key="e", priority=5, due_at=NOON),
        an_intent("b", key="b", priority=0, due_at=NOON - DAY),
        an_intent("a", key="a", priority=0, due_at=NOON),
        an_intent("c", key="c", priority=0, due_at=NOON),
        an_intent("d", key="d", priority=-1, due_at=NOON - 2 * DAY),
    ]
    later = an_intent("f", key="f", priority=9, due_at=NOON + MINUTE)
    over = an_intent("g", key="g", priority=9, due_at=NOON)
    created = create(store, later, *reversed(wanted), over)
    with store.write() as work:
        work.ledger.end([(created[-1].id, End(state=IntentState.SKIPPED, detail=""))], NOON)

    with store.read() as work:
        found = [intent.key for intent in work.ledger.claimable(NOON, 10)]
        first = [intent.key for intent in work.ledger.claimable(NOON, 2)]
        assert work.ledger.next_due() == NOON - 2 * DAY
    assert found == ["e", "b", "a", "c", "d"]
    assert first == ["e", "b"]


def test_claimable_passes_over_templates_that_cannot_go(store: Store) -> None:
    for place, template in enumerate(("one", "two", "one", "three")):
        create(store, an_intent(str(place), key=str(place), template=template, due_at=NOON))

    with store.read() as work:
        assert [intent.key for intent in work.ledger.claimable(NOON, 1, besides=["one"])] == ["1"]
        assert [intent.key for intent in work.ledger.claimable(NOON, 9, besides=["one", "three"])] == ["1"]
        some = frozenset(range(SHARDS // 2))
        found = work.ledger.claimable(NOON, 9, some, besides=["one"])
        assert {intent.template for intent in found} <= {"two", "three"}


def test_with_nothing_pending_nothing_is_due(store: Store) -> None:
    with store.read() as work:
        assert work.ledger.claimable(NOON, 10) == []
        assert work.ledger.next_due() is None


# --- changes that are legal --------------------------------------------------------------------------


def test_an_opened_attempt_fixes_the_content_and_counts(store: Store) -> None:
    (intent,) = create(store, an_intent())
    lease = a_lease(store)

    (attempt,) = open_attempts(store, lease, intent)

    assert (attempt.intent, attempt.owner, attempt.token) == (intent.id, lease.owner, lease.token)
    assert held(store, intent) == intent._replace(
        state=IntentState.OPEN, why=None, attempts=1, fixed=a_fixed()
    )


def test_a_second_attempt_keeps_what_the_first_one_fixed(store: Store) -> None:
    (intent,) = create(store, an_intent())
    lease = a_lease(store)
    (first,) = open_attempts(store, lease, intent)
    with store.write(lease) as work:
        record(work, first, AttemptState.DEFERRED, held_in(work, intent))

        work.ledger.open([(intent.id, a_fixed(version="ja"))], NOON)

        assert held_in(work, intent).fixed == a_fixed()
        assert held_in(work, intent).attempts == 2


def held_in(work: Transaction, intent: Intent) -> Intent:
    return work.ledger.load([intent.id])[intent.id]


@pytest.mark.parametrize(
    ("ended", "state", "why"),
    [
        (AttemptState.ACCEPTED, IntentState.ACCEPTED, None),
        (AttemptState.REJECTED, IntentState.FAILED, None),
        (AttemptState.DEFERRED, IntentState.PENDING, Why.RETRY),
        (AttemptState.UNCERTAIN, IntentState.UNCERTAIN, None),
    ],
)
def test_an_ended_attempt_settles_its_intent(
    store: Store, ended: AttemptState, state: IntentState, why: Why | None
) -> None:
    (intent,) = create(store, an_intent())
    lease = a_lease(store)
    (attempt,) = open_attempts(store, lease, intent)
    opened = held(store, intent)

    with store.write(lease) as work:
        record(work, attempt, ended, opened)

    after = held(store, intent)
    expected = settled(opened, an_end(ended))
    assert (after.state, after.why, after.detail) == (state, why, "250 ok")
    assert (after.due_at, after.outcome_at) == (expected.due_at, expected.outcome_at)
    assert (after.ended_at is None) == (state is IntentState.PENDING)


def test_a_kept_intent_stays_pending_until_then(store: Store) -> None:
    (intent,) = create(store, an_intent())

    with store.write() as work:
        keep = Keep(why=Why.PAUSE, until=NOON + DAY, detail="program/onboarding")
        work.ledger.keep([(intent.id, keep)])

        assert work.ledger.claimable(NOON, 10) == []
        assert work.ledger.next_due() == NOON + DAY
    assert held(store, intent) == intent._replace(
        why=Why.PAUSE, due_at=NOON + DAY, detail="program/onboarding"
    )


@pytest.mark.parametrize(
    "state",
    [
        IntentState.SKIPPED,
        IntentState.SUPPRESSED,
        IntentState.EXPIRED,
        IntentState.WITHDRAWN,
        IntentState.CARRIED,
    ],
)
def test_a_pending_intent_ends_without_an_attempt_and_has_no_outcome(
    store: Store, state: IntentState
) -> None:
    (intent,) = create(store, an_intent())

    with store.write() as work:
        work.ledger.end([(intent.id, End(state=state, detail="because"))], NOON + MINUTE)

    assert held(store, intent) == intent._replace(
        state=state, why=None, detail="because", ended_at=NOON + MINUTE
    )


def test_quarantine_is_lifted_by_a_mended_template_or_by_the_end_of_the_intents_life(store: Store) -> None:
    mended, other, old = create(
        store,
        an_intent("c1", template="mended"),
        an_intent("c2", template="other"),
        an_intent("c3", template="other", expires_at=NOON + DAY),
    )
    quarantine = End(state=IntentState.QUARANTINED, detail="no such field")
    with store.write() as work:
        work.ledger.end([(intent.id, quarantine) for intent in (mended, other, old)], NOON)
        assert work.ledger.next_due() is None
        assert work.ledger.next_expiry() == NOON + DAY

        assert work.ledger.requeue("mended", NOON + MINUTE, 10) == 1
        assert [intent.key for intent in work.ledger.claimable(NOON + MINUTE, 10)] == [mended.key]
        assert work.ledger.requeue_overdue(NOON + DAY, 10) == 1

    assert [held(store, intent).state for intent in (mended, other, old)] == [
        IntentState.PENDING,
        IntentState.QUARANTINED,
        IntentState.PENDING,
    ]


def test_reconsidering_makes_due_what_certain_reasons_hold_and_nothing_else(store: Store) -> None:
    paused, windowed, soon = create(
        store, an_intent("c1", key="k1"), an_intent("c2", key="k2"), an_intent("c3", key="k3")
    )
    with store.write() as work:
        work.ledger.keep(
            [
                (paused.id, Keep(why=Why.PAUSE, until=NOON + DAY)),
                (windowed.id, Keep(why=Why.WINDOW, until=NOON + DAY)),
                (soon.id, Keep(why=Why.PAUSE, until=NOON)),
            ]
        )

        assert work.ledger.reconsider(Why.PAUSE, NOON + MINUTE, 10) == 1
        assert work.ledger.reconsider(Why.CAP, NOON + MINUTE, 10) == 0

    assert held(store, paused).due_at == NOON + MINUTE
    assert held(store, windowed).due_at == NOON + DAY
    assert held(store, soon).due_at == NOON


def test_withdrawing_ends_what_is_pending_and_leaves_what_is_under_way(store: Store) -> None:
    with store.write() as work:
        first, second = work.passages.enter([a_passage("c1"), a_passage("c2")])
    pending, open_, others = create(
        store,
        an_intent("c1", key="k1", passage=first.id, step="hello"),
        an_intent("c1", key="k2", passage=first.id, step="tips"),
        an_intent("c2", key="k3", passage=second.id, step="hello"),
    )
    open_attempts(store, a_lease(store), open_)

    with store.write() as work:
        assert work.ledger.withdraw([first.id], "churned", NOON + MINUTE) == 1

    after = held(store, pending)
    assert (after.state, after.detail, after.ended_at) == (IntentState.WITHDRAWN, "churned", NOON + MINUTE)
    assert held(store, open_).state is IntentState.OPEN
    assert held(store, others) == others


def test_an_intent_changes_more_than_once_in_a_transaction(store: Store) -> None:
    quarantined = End(state=IntentState.QUARANTINED, detail="no such field")
    with store.write(a_lease(store)) as work:
        work.ledger.create([an_intent()])
        (intent,) = work.ledger.claimable(NOON, 1)
        for why in (Why.CAP, Why.WINDOW):
            work.ledger.keep([(intent.id, Keep(why=why, until=NOON))])
        work.ledger.end([(intent.id, quarantined)], NOON)
        work.ledger.requeue(intent.template, NOON, 1)
        work.ledger.open([(intent.id, a_fixed())], NOON)

        assert work.ledger.load([intent.id])[intent.id].state is IntentState.OPEN
        assert work.counts.miscounts() == []


def test_a_whole_journey_is_withdrawn(store: Store) -> None:
    mine, others = create(store, an_intent("c1"), an_intent("c1", journey="outreach/other"))

    with store.write() as work:
        assert work.ledger.withdraw_journey("outreach/release", "retired", NOON, 10) == 1

    assert held(store, mine).state is IntentState.WITHDRAWN
    assert held(store, others) == others


# --- changes that are not ----------------------------------------------------------------------------


def test_an_attempt_needs_a_lease(store: Store) -> None:
    (intent,) = create(store, an_intent())

    with pytest.raises(RuntimeError, match="lease"), store.write() as work:
        work.ledger.open([(intent.id, a_fixed())], NOON)


def test_an_intent_has_one_open_attempt_at_most(store: Store) -> None:
    (intent,) = create(store, an_intent())
    lease = a_lease(store)
    open_attempts(store, lease, intent)

    with pytest.raises(ChangeRefusedError):
        open_attempts(store, lease, intent)

    assert held(store, intent).attempts == 1


def test_a_change_that_one_of_many_refuses_changes_none(store: Store) -> None:
    first, second = create(store, an_intent("c1"), an_intent("c2"))
    with store.write() as work:
        work.ledger.end([(second.id, End(state=IntentState.EXPIRED, detail=""))], NOON)

    with pytest.raises(ChangeRefusedError):
        open_attempts(store, a_lease(store), first, second)

    assert held(store, first) == first


@pytest.mark.parametrize(
    "state",
    [
        IntentState.ACCEPTED,
        IntentState.FAILED,
        IntentState.OPEN,
        IntentState.PENDING,
        IntentState.UNCERTAIN,
    ],
)
def test_no_intent_gets_there_without_an_attempt(store: Store, state: IntentState) -> None:
    (intent,) = create(store, an_intent())

    with pytest.raises(ChangeRefusedError), store.write() as work:
        work.ledger.end([(intent.id, End(state=state, detail=""))], NOON)


def test_what_has_ended_is_neither_kept_nor_ended_again(store: Store) -> None:
    (intent,) = create(store, an_intent())
    with store.write() as work:
        work.ledger.end([(intent.id, End(state=IntentState.SKIPPED, detail=""))], NOON)

    with pytest.raises(ChangeRefusedError), store.write() as work:
        work.ledger.keep([(intent.id, Keep(why=Why.CAP, until=NOON))])
    with pytest.raises(ChangeRefusedError), store.write() as work:
        work.ledger.end([(intent.id, End(state=IntentState.EXPIRED, detail=""))], NOON)

    assert held(store, intent).state is IntentState.SKIPPED


# --- what became of workers --------------------------------------------------------------------------


def test_attempts_of_a_lost_lease_are_abandoned_and_ones_own_are_not(store: Store) -> None:
    lost, own = create(store, an_intent("c1"), an_intent("c2"))
    before = a_lease(store)
    (orphan,) = open_attempts(store, before, lost)
    now = a_lease(store)
    open_attempts(store, now, own)

    with store.write(now) as work:
        ((attempt, intent),) = work.ledger.abandoned()

    assert attempt == orphan
    assert intent == held(store, lost)


def test_attempts_of_another_worker_are_abandoned_once_its_lease_is_buried(store: Store) -> None:
    (intent,) = create(store, an_intent())
    other = a_lease(store, "worker/1", "one", seconds=60)
    (attempt,) = open_attempts(store, other, intent)
    mine = a_lease(store, "worker/2", "two", seconds=600)

    with store.write(mine) as work:
        assert work.ledger.abandoned() == []
        assert work.leases.bury(other, NOON + MINUTE)
        assert [found for found, _ in work.ledger.abandoned()] == [attempt]


def test_attempts_under_a_lease_that_was_given_back_are_abandoned(store: Store) -> None:
    (intent,) = create(store, an_intent())
    lease = a_lease(store)
    (attempt,) = open_attempts(store, lease, intent)
    with store.write(lease) as work:
        work.leases.release(lease)

    with store.read() as work:
        assert [found for found, _ in work.ledger.abandoned()] == [attempt]


# --- what was sent -----------------------------------------------------------------------------------


def test_sent_since_counts_accepted_uncertain_and_open_mails_of_an_address(store: Store) -> None:
    ends = [AttemptState.ACCEPTED, AttemptState.UNCERTAIN, AttemptState.REJECTED, AttemptState.DEFERRED, None]
    intents = create(
        store,
        *(
            an_intent("c1", address="Ada@Example.com", occurrence=str(number), key=str(number))
            for number, _ in enumerate(ends)
        ),
    )
    lease = a_lease(store)
    opened = open_attempts(store, lease, *intents)
    with store.write(lease) as work:
        for number, (attempt, intent, state) in enumerate(zip(opened, intents, ends, strict=True), start=1):
            if state is not None:
                end = an_end(state, at=NOON + number * MINUTE)
                work.ledger.record([(attempt.id, end, settled(intent, end))])

        def sent(class_: MailClass = MailClass.MARKETING, since: int = 0) -> object:
            return work.ledger.sent_since(["ada@example.com", "x"], class_, NOON + since * MINUTE)

        accepted, uncertain, _, _, under_way = (intent.id for intent in intents)
        assert sent() == {
            "ada@example.com": {
                accepted: NOON + MINUTE,
                uncertain: NOON + 2 * MINUTE,
                under_way: NOON,
            }
        }
        assert sent(since=2) == {"ada@example.com": {uncertain: NOON + 2 * MINUTE}}
        assert sent(class_=MailClass.INTERNAL) == {}


def test_received_is_the_last_accepted_mail_of_each_template(store: Store) -> None:
    intents = create(
        store,
        *(an_intent("c1", occurrence=str(number), key=str(number)) for number in range(3)),
        an_intent("c2"),
    )
    lease = a_lease(store)
    opened = open_attempts(store, lease, *intents)
    states = [AttemptState.ACCEPTED, AttemptState.ACCEPTED, AttemptState.REJECTED, AttemptState.UNCERTAIN]
    with store.write(lease) as work:
        for number, (attempt, intent, state) in enumerate(zip(opened, intents, states, strict=True)):
            end = an_end(state, at=NOON + number * DAY)
            work.ledger.record([(attempt.id, end, settled(intent, end))])

        assert work.ledger.received(["c1", "c2"], ["release-notice", "other"]) == {
            "c1": {"release-notice": NOON + DAY}
        }


def test_planned_mail_follows_the_class_and_topic_of_its_template_until_an_attempt(store: Store) -> None:
    planned, tried, other = create(store, an_intent("c1"), an_intent("c2"), an_intent("c3", template="other"))
    open_attempts(store, a_lease(store), tried)

    with store.write() as work:
        assert work.ledger.reclass([planned.id, tried.id], MailClass.TRANSACTIONAL, "news") == 1

    with store.read() as work:
        after = work.ledger.load([planned.id, tried.id, other.id])
    assert (after[planned.id].class_, after[planned.id].topic) == (MailClass.TRANSACTIONAL, "news")
    for untouched in (tried, other):
        assert (after[untouched.id].class_, after[untouched.id].topic) == (untouched.class_, untouched.topic)


def test_what_was_planned_last_goes_by_address_and_leaves_out_one_occurrence(store: Store) -> None:
    create(
        store,
        an_intent("c1", occurrence="2026-11"),
        an_intent("c2", occurrence="2026-12"),
        an_intent("c3", template="other"),
    )
    keys = ["c1@example.com", "c2@example.com", "c3@example.com"]

    with store.read() as work:
        found = work.ledger.last_planned(keys, "release-notice", besides=("outreach/release", "2026-12"))

    assert found == {"c1@example.com": NOON}
