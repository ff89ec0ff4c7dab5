"""What every store promises of mails of which nobody knows the end, and of evidence that comes later."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import pytest

from jo.flow.evidence import Ruling
from jo.flow.intent import End, Intent, public_id
from jo.flow.state import AttemptState, IntentState, Why
from jo.model.content import MailClass, OnUncertain
from jo.ports.store import ChangeRefusedError, Evidence, Lease, OpenedAttempt, Said, Store
from tests.support.builders import DAY, NOON, a_fixed, a_passage, an_end, an_intent, settled
from tests.support.stores import a_lease

LATER = NOON + DAY
SAID = Said(at=LATER, source="operator", who="ada", text="found in the relay's log")

A, D, R, U = AttemptState.ACCEPTED, AttemptState.DEFERRED, AttemptState.REJECTED, AttemptState.UNCERTAIN


class Ledger:
    """One intent of a store, and its attempts."""

    def __init__(self, store: Store, on_uncertain: OnUncertain = OnUncertain.ASSUME_SENT) -> None:
        self.store = store
        self.on_uncertain = on_uncertain
        self.lease: Lease = a_lease(store)
        with store.write() as work:
            work.ledger.create([an_intent(class_=MailClass.TRANSACTIONAL)])
            (line,) = work.reports.intents()
        self.id = line.intent.id

    @property
    def intent(self) -> Intent:
        with self.store.read() as work:
            return work.ledger.load([self.id])[self.id]

    @property
    def evidence(self) -> Sequence[Evidence]:
        with self.store.read() as work:
            (line,) = work.reports.intents()
        return line.evidence

    def open(self) -> OpenedAttempt:
        with self.store.write(self.lease) as work:
            (attempt,) = work.ledger.open([(self.id, a_fixed())], NOON)
        return attempt

    def end(self, attempt: OpenedAttempt, state: AttemptState, *, days: int = 0) -> None:
        """Record how an attempt ended, some days later."""
        end = an_end(state, at=NOON + days * DAY, text=f"said {state}")
        outcome = settled(self.intent, end, self.on_uncertain)
        with self.store.write(self.lease) as work:
            work.ledger.record([(attempt.id, end, outcome)])

    def tried(self, *states: AttemptState) -> OpenedAttempt:
        """Make attempts that end so, one after the other; return the first."""
        attempts = []
        for state in states:
            attempts.append(self.open())
            self.end(attempts[-1], state)
        return attempts[0]

    def counted(self) -> Mapping[int, datetime]:
        """Return what caps count for the address of the intent."""
        with self.store.read() as work:
            sent = work.ledger.sent_since(["c1@example.com"], MailClass.TRANSACTIONAL, NOON - DAY)
        return sent.get("c1@example.com", {})

    def resolve(self, ruling: Ruling) -> bool:
        with self.store.write() as work:
            return list(work.ledger.resolve([self.id], ruling, SAID)) == [self.id]

    def is_in_doubt(self) -> bool:
        with self.store.read() as work:
            return [intent.id for intent in work.ledger.in_doubt(10)] == [self.id]


# --- replies that come late --------------------------------------------------------------------------


@pytest.mark.parametrize("on_uncertain", OnUncertain)
@pytest.mark.parametrize(
    ("reply", "state"), [(A, IntentState.ACCEPTED), (D, IntentState.PENDING), (R, IntentState.FAILED)]
)
def test_the_reply_of_a_fenced_worker_settles_what_was_uncertain(
    store: Store, on_uncertain: OnUncertain, reply: AttemptState, state: IntentState
) -> None:
    ledger = Ledger(store, on_uncertain)
    attempt = ledger.tried(U)

    ledger.end(attempt, reply, days=1)

    assert ledger.intent.state is state
    assert not ledger.is_in_doubt()
    (evidence,) = ledger.evidence
    assert (evidence.said.source, evidence.said.who, evidence.said.at) == ("reply", "worker-1", LATER)


def test_an_uncertain_mail_that_was_accepted_counts_from_when_it_was_sent(store: Store) -> None:
    ledger = Ledger(store, OnUncertain.HOLD)
    attempt = ledger.tried(U)
    assert ledger.intent.outcome_at is None

    ledger.end(attempt, A, days=1)

    assert ledger.intent.outcome_at == NOON


def test_a_late_reply_that_is_uncertain_itself_changes_nothing(store: Store) -> None:
    ledger = Ledger(store)
    attempt = ledger.tried(U)
    before = ledger.intent

    ledger.end(attempt, U, days=1)

    assert ledger.intent == before
    assert ledger.evidence == ()


@pytest.mark.parametrize("reply", [A, D, R])
def test_a_reply_that_is_recorded_twice_counts_once(store: Store, reply: AttemptState) -> None:
    ledger = Ledger(store)
    attempt = ledger.tried(reply)
    before = ledger.intent

    ledger.end(attempt, reply)

    assert ledger.intent == before
    assert ledger.evidence == ()


@pytest.mark.parametrize("reply", [D, R])
def test_what_was_accepted_stays_so_whatever_is_said_later(store: Store, reply: AttemptState) -> None:
    ledger = Ledger(store)
    attempt = ledger.tried(U)
    ledger.resolve(Ruling.ACCEPTED)

    ledger.end(attempt, reply, days=2)

    assert ledger.intent.state is IntentState.ACCEPTED
    assert [item.says for item in ledger.evidence] == [Ruling.ACCEPTED, Ruling(_said(reply))]


def _said(reply: AttemptState) -> str:
    return "not sent" if reply is D else "rejected"


def test_a_late_acceptance_corrects_somebody_who_said_that_it_was_not_sent(store: Store) -> None:
    ledger = Ledger(store)
    attempt = ledger.tried(U)
    ledger.resolve(Ruling.NOT_SENT)
    assert ledger.intent.state is IntentState.PENDING

    ledger.end(attempt, A, days=2)

    assert ledger.intent.state is IntentState.ACCEPTED


def test_a_late_reply_leaves_the_next_attempt_to_itself(store: Store) -> None:
    ledger = Ledger(store, OnUncertain.RESEND)
    first = ledger.tried(U)
    second = ledger.open()

    ledger.end(first, A, days=1)
    assert ledger.intent.state is IntentState.OPEN
    ledger.end(second, D, days=1)

    assert ledger.intent.state is IntentState.ACCEPTED
    assert ledger.intent.outcome_at == NOON


def test_a_mail_that_may_have_gone_out_does_not_fail_by_a_later_rejection(store: Store) -> None:
    ledger = Ledger(store, OnUncertain.RESEND)
    first = ledger.tried(U, R)
    assert (ledger.intent.state, ledger.intent.outcome_at) == (IntentState.UNCERTAIN, NOON)

    ledger.end(first, D, days=1)

    assert ledger.intent.state is IntentState.PENDING


def test_replies_in_time_and_late_ones_are_recorded_together(store: Store) -> None:
    ledger = Ledger(store)
    late = ledger.tried(U)
    with store.write(ledger.lease) as work:
        work.ledger.create([an_intent("c2")])
        (other,) = work.ledger.claimable(NOON, 10)
        (timely,) = work.ledger.open([(other.id, a_fixed())], NOON)
        end = an_end(A)
        work.ledger.record([(item.id, end, settled(other, end)) for item in (late, timely)])
        states = {item.state for item in work.ledger.load([ledger.id, other.id]).values()}
    assert states == {IntentState.ACCEPTED}


# --- what somebody says ------------------------------------------------------------------------------


@pytest.mark.parametrize("on_uncertain", OnUncertain)
@pytest.mark.parametrize(
    ("ruling", "state", "outcome"),
    [
        (Ruling.ACCEPTED, IntentState.ACCEPTED, NOON),
        (Ruling.NOT_SENT, IntentState.PENDING, None),
        (Ruling.RESEND, IntentState.PENDING, None),
        (Ruling.CLOSE, IntentState.UNCERTAIN, NOON),
    ],
)
def test_a_ruling_settles_a_mail_that_is_in_doubt(
    store: Store, on_uncertain: OnUncertain, ruling: Ruling, state: IntentState, outcome: object
) -> None:
    ledger = Ledger(store, on_uncertain)
    ledger.tried(U)
    assert ledger.is_in_doubt()

    assert ledger.resolve(ruling)

    intent = ledger.intent
    assert (intent.state, intent.outcome_at) == (state, outcome)
    assert [(item.says, item.said) for item in ledger.evidence] == [(ruling, SAID)]
    assert ledger.is_in_doubt() == (ruling in (Ruling.RESEND, Ruling.CLOSE))


@pytest.mark.parametrize("ruling", [Ruling.NOT_SENT, Ruling.RESEND])
def test_what_is_sent_again_is_due_at_once(store: Store, ruling: Ruling) -> None:
    ledger = Ledger(store)
    ledger.tried(U)

    ledger.resolve(ruling)

    intent = ledger.intent
    assert (intent.why, intent.due_at, intent.ended_at) == (Why.RETRY, LATER, None)
    assert intent.detail == "found in the relay's log (ada)"


def test_not_sent_speaks_of_every_attempt(store: Store) -> None:
    ledger = Ledger(store, OnUncertain.RESEND)
    ledger.tried(U, U)

    ledger.resolve(Ruling.NOT_SENT)

    assert not ledger.is_in_doubt()
    assert len(ledger.evidence) == 2


@pytest.mark.parametrize("ruling", Ruling)
@pytest.mark.parametrize("ended", [(A,), (R,), (D,), (U, A)])
def test_what_is_not_in_doubt_is_left_as_it_is(
    store: Store, ruling: Ruling, ended: Sequence[AttemptState]
) -> None:
    ledger = Ledger(store, OnUncertain.RESEND)
    ledger.tried(*ended)
    before = ledger.intent

    assert not ledger.resolve(ruling)

    assert ledger.intent == before


def test_what_was_ever_uncertain_stays_listed(store: Store) -> None:
    ledger = Ledger(store)
    ledger.tried(U)
    ledger.resolve(Ruling.ACCEPTED)

    with store.read() as work:
        (line,) = work.reports.intents(was_uncertain=True)
    assert line.intent.id == ledger.id


# --- in doubt, and over ------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [IntentState.EXPIRED, IntentState.WITHDRAWN, IntentState.SUPPRESSED])
def test_what_is_in_doubt_never_ends_as_unsent(store: Store, state: IntentState) -> None:
    ledger = Ledger(store, OnUncertain.RESEND)
    ledger.tried(U)

    with store.write() as work:
        work.ledger.end([(ledger.id, End(state=state, detail="because"))], LATER)

    intent = ledger.intent
    assert (intent.state, intent.outcome_at, intent.ended_at, intent.detail) == (
        IntentState.UNCERTAIN,
        NOON,
        LATER,
        "because",
    )


def test_quarantine_is_no_end_even_for_what_is_in_doubt(store: Store) -> None:
    ledger = Ledger(store, OnUncertain.RESEND)
    ledger.tried(U)

    with store.write() as work:
        work.ledger.end([(ledger.id, End(state=IntentState.QUARANTINED, detail="broken"))], LATER)
    assert ledger.intent.state is IntentState.QUARANTINED
    with store.write() as work:
        assert work.ledger.withdraw_journey("outreach/release", "retired", LATER, 10) == 1

    assert ledger.intent.state is IntentState.UNCERTAIN


def test_withdrawing_a_passage_keeps_the_doubt(store: Store) -> None:
    lease = a_lease(store)
    with store.write(lease) as work:
        (passage,) = work.passages.enter([a_passage()])
        intent = an_intent(key="k", passage=passage.id, step="hello", class_=MailClass.TRANSACTIONAL)
        sure = intent._replace(key="l", step="tips")
        work.ledger.create([intent, sure])
        held = {line.intent.key: line.intent for line in work.reports.intents()}
        (attempt,) = work.ledger.open([(held["k"].id, a_fixed())], NOON)
        end = an_end(U)
        work.ledger.record([(attempt.id, end, settled(held["k"], end))])

        assert work.ledger.withdraw([passage.id], "churned", LATER) == 2

        after = {line.intent.key: line.intent.state for line in work.reports.intents()}
    assert after == {"k": IntentState.UNCERTAIN, "l": IntentState.WITHDRAWN}


@pytest.mark.parametrize("on_uncertain", OnUncertain)
def test_what_may_have_been_sent_counts_for_caps(store: Store, on_uncertain: OnUncertain) -> None:
    ledger = Ledger(store, on_uncertain)
    ledger.tried(U)

    assert ledger.counted() == {ledger.id: NOON}


def test_a_mail_in_doubt_counts_for_caps_whatever_its_later_attempts_came_to(store: Store) -> None:
    ledger = Ledger(store, OnUncertain.RESEND)
    ledger.end(ledger.open(), U, days=1)
    ledger.end(ledger.open(), U, days=2)
    ledger.tried(D)

    assert ledger.counted() == {ledger.id: NOON + 2 * DAY}
    with store.write() as work:
        work.ledger.end([(ledger.id, End(state=IntentState.QUARANTINED, detail="x"))], LATER)
    assert ledger.counted() == {ledger.id: NOON + 2 * DAY}


def test_a_mail_that_was_not_sent_after_all_does_not_count_for_caps(store: Store) -> None:
    ledger = Ledger(store, OnUncertain.RESEND)
    ledger.tried(U)

    ledger.resolve(Ruling.NOT_SENT)

    assert ledger.counted() == {}


# --- finding -----------------------------------------------------------------------------------------


def test_mails_in_doubt_are_read_page_by_page_and_by_journey(store: Store) -> None:
    lease = a_lease(store)
    with store.write(lease) as work:
        for number in range(5):
            journey = "outreach/other" if number == 4 else "outreach/release"
            work.ledger.create([an_intent(f"c{number}", journey=journey)])
        due = work.ledger.claimable(NOON, 10)
        for attempt, intent in zip(
            work.ledger.open([(item.id, a_fixed()) for item in due], NOON), due, strict=True
        ):
            end = an_end(U if intent.contact != "c0" else A)
            work.ledger.record([(attempt.id, end, settled(intent, end))])
        first = work.ledger.in_doubt(2, journey="outreach/release")
        rest = work.ledger.in_doubt(2, journey="outreach/release", after=first[-1].id)
        everywhere = work.ledger.in_doubt(10)
    assert [item.contact for item in (*first, *rest)] == ["c1", "c2", "c3"]
    assert len(everywhere) == 4


def test_a_mail_is_found_by_the_beginning_of_its_public_id(store: Store) -> None:
    with store.write() as work:
        work.ledger.create([an_intent(f"c{number}") for number in range(40)])
        public = {line.intent.key: line.intent for line in work.reports.intents()}
    wanted = public_id(an_intent("c7").key)
    with store.read() as work:
        assert [item.contact for item in work.ledger.by_prefix(wanted, 2)] == ["c7"]
        assert [item.contact for item in work.ledger.by_prefix(wanted[:8], 2)] == ["c7"]
        same = work.ledger.by_prefix(wanted[:1], 100)
    expected = sorted(public_id(key) for key in public if public_id(key).startswith(wanted[0]))
    assert [public_id(item.key) for item in same] == expected


def test_what_can_be_withdrawn_is_found_by_journey_and_step(store: Store) -> None:
    with store.write() as work:
        (passage,) = work.passages.enter([a_passage()])
        made = [
            an_intent(key=key, journey="program/onboarding", passage=passage.id, step=step)
            for key, step in (("a", "hello"), ("b", "hello"), ("c", "tips"), ("d", "hello"))
        ]
        work.ledger.create(made)
        ids = {line.intent.key: line.intent.id for line in work.reports.intents()}
        work.ledger.end([(ids["b"], End(state=IntentState.QUARANTINED, detail=""))], NOON)
        work.ledger.end([(ids["d"], End(state=IntentState.EXPIRED, detail=""))], NOON)

        of_step = work.ledger.withdrawable("program/onboarding", 10, step="hello")
        of_all = work.ledger.withdrawable("program/onboarding", 1, after=ids["a"])
    assert [item.key for item in of_step] == ["a", "b"]
    assert [item.key for item in of_all] == ["b"]


def test_an_attempt_that_never_was_is_refused(store: Store) -> None:
    lease = a_lease(store)
    end = an_end(A)
    with pytest.raises(ChangeRefusedError), store.write(lease) as work:
        work.ledger.record([(99, end, settled(an_intent(), end))])
