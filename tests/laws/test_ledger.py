"""Whatever is asked of the ledger, in whatever order: only legal changes happen, and no send happens twice.

A machine asks a real store for random changes, legal or not, and keeps its own small book by the tables of
`jo.flow.state` and the rules of `jo.flow.evidence`. The store does what the book allows, and refuses the rest
as a whole.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from jo.flow.evidence import OF_REPLY, Ruling, Tried, beside, weigh
from jo.flow.intent import End, Fixed, Intent, Keep, Settled
from jo.flow.state import IN_DOUBT, UNDER_WAY, UNSENT, AttemptState, IntentState, Why, may_become
from jo.model.content import MailClass, OnUncertain
from jo.ports.store import ChangeRefusedError, Lease, OpenedAttempt, Said, Transaction
from tests.support.builders import DAY, MINUTE, NOON, a_fixed, an_end, an_intent, settled
from tests.support.stores import a_lease, memory_store

NEWEST = st.sampled_from([[0], [0], [1], [0, 1], [2, 0]])
"""Which intents a change is for, counted from the newest; those that do not exist are asked for as well."""

ENDS = st.sampled_from([state for state in AttemptState if state is not AttemptState.OPEN])
JOURNEYS = st.sampled_from([f"outreach/{letter}" for letter in "abcdefgh"])
HABITS = st.sampled_from(OnUncertain)
WITHOUT_ATTEMPT = {IntentState.PENDING, IntentState.QUARANTINED}
ENDS_WITHOUT = (UNSENT | {IntentState.CARRIED}) - {IntentState.FAILED}
"""Ends that need no attempt."""


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.store = memory_store()
        self.lease: Lease = a_lease(self.store)
        self.now: datetime = NOON
        self.intents: list[Intent] = []
        """As the book says they are, in the order in which they were created."""
        self.attempts: dict[int, list[tuple[OpenedAttempt, Tried]]] = {}
        """By intent's id. One that is open has ended never, which the book writes as at noon."""

    def teardown(self) -> None:
        self.store.close()

    # --- the book -----------------------------------------------------------------------------------

    def pick(self, newest: list[int]) -> list[Intent]:
        """Return intents by their places from the newest; one that is nowhere stands for those missing."""
        nowhere = an_intent("nobody", id=999)
        return [self.intents[-1 - back] if back < len(self.intents) else nowhere for back in newest]

    def put(self, after: Intent) -> None:
        self.intents = [after if intent.id == after.id else intent for intent in self.intents]

    def may(self, chosen: list[Intent], new: IntentState, among: set[IntentState]) -> bool:
        """Tell whether all of them exist, are in one of the states, and may become `new`."""
        return all(
            intent in self.intents and intent.state in among and may_become(intent.state, new)
            for intent in chosen
        )

    def ask(self, allowed: bool, change: Callable[[Transaction], None]) -> bool:
        """Ask for a change; tell whether it happened, which has to be whether the book allows it."""
        try:
            with self.store.write(self.lease) as work:
                change(work)
        except ChangeRefusedError:
            assert not allowed
            return False
        assert allowed
        return True

    # --- what may be asked ----------------------------------------------------------------------------

    @initialize(journey=JOURNEYS, class_=st.sampled_from(MailClass))
    def begin(self, journey: str, class_: MailClass) -> None:
        self.add(journey, class_, priority=0)
        self.add(journey, class_, priority=1)

    @rule(journey=JOURNEYS, class_=st.sampled_from(MailClass), priority=st.integers(0, 1))
    def create(self, journey: str, class_: MailClass, priority: int) -> None:
        self.add(journey, class_, priority)

    def add(self, journey: str, class_: MailClass, priority: int) -> None:
        intent = an_intent(
            f"c{len(self.intents)}",
            journey=journey,
            class_=class_,
            priority=priority,
            due_at=self.now,
            expires_at=NOON + 30 * DAY,
        )
        with self.store.write(self.lease) as work:
            assert work.ledger.create([intent, *self.intents[-1:], intent]) == [intent.key]
            (line,) = work.reports.intents(contact=intent.contact)
        self.intents.append(line.intent)
        self.attempts[line.intent.id] = []

    def pass_time(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(newest=NEWEST, hours=st.integers(0, 48), ends=st.lists(ENDS, min_size=1, max_size=3), habit=HABITS)
    def attempt(self, newest: list[int], hours: int, ends: list[AttemptState], habit: OnUncertain) -> None:
        """Open and end attempts, one after another; then let evidence come about the last but one."""
        for state in ends:
            self.try_open(newest)
            self.pass_time(hours)
            self.try_record(newest[0], 1, state, habit)
        self.try_open(newest)
        self.try_record(newest[0], 2, AttemptState.ACCEPTED, habit)

    @rule(newest=NEWEST)
    def open(self, newest: list[int]) -> None:
        self.try_open(newest)

    @rule(newest=st.integers(0, 2), back=st.integers(1, 3), state=ENDS, habit=HABITS)
    def record(self, newest: int, back: int, state: AttemptState, habit: OnUncertain) -> None:
        self.try_record(newest, back, state, habit)

    def try_open(self, newest: list[int]) -> None:
        chosen = self.pick(newest)
        fixed = a_fixed(at=self.now)
        opened: list[OpenedAttempt] = []

        def change(work: Transaction) -> None:
            opened.extend(work.ledger.open([(intent.id, fixed) for intent in chosen], self.now))

        if self.ask(self.may(chosen, IntentState.OPEN, set(IntentState)), change):
            for intent, attempt in zip(chosen, opened, strict=True):
                self.put(opened_once_more(intent, fixed))
                number = intent.attempts + 1
                tried = Tried(id=attempt.id, number=number, state=AttemptState.OPEN, ended_at=NOON)
                self.attempts[intent.id].append((attempt, tried))

    def try_record(self, newest: int, back: int, state: AttemptState, habit: OnUncertain) -> None:
        """Record an end of the last attempt, or of one before."""
        (intent,) = self.pick([newest])
        attempts = self.attempts.get(intent.id, [])
        if back > len(attempts):
            return
        attempt, tried = attempts[-back]
        end = an_end(state, at=self.now)
        settled_ = settled(intent, end, habit)
        with self.store.write(self.lease) as work:
            work.ledger.record([(attempt.id, end, settled_)])
        if tried.state is AttemptState.OPEN:
            self.note_tried(intent, replace(tried, state=state, ended_at=self.now))
            others = [other for _, other in attempts if other.id != tried.id]
            self.settle(intent, beside(settled_, others), ended_at=self.now)
        elif state is not tried.state and state in OF_REPLY:
            self.weigh(intent, [tried], OF_REPLY[state], f"{end.code} {end.text}")

    @rule(newest=st.integers(0, 2), ruling=st.sampled_from(Ruling))
    def resolve(self, newest: int, ruling: Ruling) -> None:
        """Somebody says what became of a mail."""
        (intent,) = self.pick([newest])
        tried = [tried for _, tried in self.attempts.get(intent.id, [])]
        doubts = [item for item in tried if item.state is AttemptState.UNCERTAIN]
        said = Said(at=self.now, source="operator", who="ada", text="looked")
        with self.store.write() as work:
            taken = work.ledger.resolve([intent.id], ruling, said)
        assert list(taken) == ([intent.id] if doubts and intent.state in IN_DOUBT else [])
        if taken:
            is_about_all = ruling in (Ruling.NOT_SENT, Ruling.REJECTED)
            self.weigh(intent, doubts if is_about_all else doubts[-1:], ruling, "looked (ada)")

    def weigh(self, intent: Intent, about: list[Tried], ruling: Ruling, text: str) -> None:
        doubts = {item.id for _, item in self.attempts[intent.id] if item.state is AttemptState.UNCERTAIN}
        outcome: Settled | None = None
        for item in about:
            doubts.discard(item.id)
            weighed = weigh(intent, item, ruling, self.now, text, is_in_doubt_besides=bool(doubts))
            outcome = weighed.intent or outcome
            if weighed.attempt is not None:
                self.note_tried(intent, replace(item, state=weighed.attempt))
        if outcome is not None:
            self.settle(intent, outcome, ended_at=intent.ended_at or self.now)

    def note_tried(self, intent: Intent, tried: Tried) -> None:
        self.attempts[intent.id] = [
            (attempt, tried if known.id == tried.id else known) for attempt, known in self.attempts[intent.id]
        ]

    def settle(self, intent: Intent, outcome: Settled, ended_at: datetime) -> None:
        self.put(
            intent._replace(
                state=outcome.state,
                why=outcome.why,
                due_at=outcome.due_at,
                outcome_at=outcome.outcome_at,
                detail=outcome.detail,
                ended_at=None if outcome.state in UNDER_WAY else ended_at,
            )
        )

    def close(self, intent: Intent, state: IntentState, detail: str) -> None:
        """End an intent without an attempt: as uncertain where it is in doubt."""
        doubts = [
            item.ended_at for _, item in self.attempts[intent.id] if item.state is AttemptState.UNCERTAIN
        ]
        if doubts and state not in UNDER_WAY:
            closed = intent._replace(state=IntentState.UNCERTAIN, outcome_at=max(doubts))
        else:
            closed = intent._replace(state=state)
        ended_at = None if state in UNDER_WAY else self.now
        self.put(closed._replace(why=None, detail=detail, ended_at=ended_at))

    @rule(newest=NEWEST, why=st.sampled_from(Why))
    def keep(self, newest: list[int], why: Why) -> None:
        chosen = self.pick(newest)
        hold = Keep(why=why, until=self.now + MINUTE, detail="held")
        allowed = all(intent in self.intents and intent.state is IntentState.PENDING for intent in chosen)
        if self.ask(allowed, lambda work: work.ledger.keep([(intent.id, hold) for intent in chosen])):
            for intent in chosen:
                self.put(intent._replace(why=why, due_at=hold.until, detail="held"))

    @rule(newest=NEWEST, state=st.sampled_from(IntentState))
    def end(self, newest: list[int], state: IntentState) -> None:
        chosen = self.pick(newest)
        ends = [(intent.id, End(state=state, detail="ended")) for intent in chosen]
        allowed = state in ENDS_WITHOUT and all(self.may_close(intent, state) for intent in chosen)
        if self.ask(allowed, lambda work: work.ledger.end(ends, self.now)):
            for intent in chosen:
                self.close(intent, state, "ended")

    def may_close(self, intent: Intent, state: IntentState) -> bool:
        attempts = self.attempts.get(intent.id, [])
        is_doubtful = any(item.state is AttemptState.UNCERTAIN for _, item in attempts)
        if is_doubtful and state not in UNDER_WAY:
            return intent.state in WITHOUT_ATTEMPT
        return self.may([intent], state, WITHOUT_ATTEMPT)

    @rule()
    def requeue(self) -> None:
        with self.store.write(self.lease) as work:
            count = work.ledger.requeue("release-notice", self.now, 1_000)
        lifted = [intent for intent in self.intents if intent.state is IntentState.QUARANTINED]
        assert count == len(lifted)
        for intent in lifted:
            self.put(intent._replace(state=IntentState.PENDING, why=Why.DUE, due_at=self.now))

    @rule(journey=JOURNEYS)
    def withdraw(self, journey: str) -> None:
        with self.store.write(self.lease) as work:
            count = work.ledger.withdraw_journey(journey, "retired", self.now, 1_000)
        ended = [
            intent for intent in self.intents if intent.journey == journey and intent.state in WITHOUT_ATTEMPT
        ]
        assert count == len(ended)
        for intent in ended:
            self.close(intent, IntentState.WITHDRAWN, "retired")

    @rule()
    def restart(self) -> None:
        """A worker that takes the lease anew finds exactly the attempts that were open."""
        self.lease = a_lease(self.store)
        with self.store.write(self.lease) as work:
            abandoned = [attempt for attempt, _ in work.ledger.abandoned()]
        under_way = [
            a for found in self.attempts.values() for a, item in found if item.state is AttemptState.OPEN
        ]
        assert abandoned == sorted(under_way, key=lambda attempt: attempt.id)

    # --- what always holds ----------------------------------------------------------------------------

    @invariant()
    def the_store_holds_what_the_book_says(self) -> None:
        with self.store.read() as work:
            assert work.ledger.load([intent.id for intent in self.intents]) == {
                intent.id: intent for intent in self.intents
            }

    @rule()
    def claim(self) -> None:
        """What is due is offered in order, whatever happened before."""
        pending = [intent for intent in self.intents if intent.state is IntentState.PENDING]
        due = [intent for intent in pending if intent.due_at <= self.now]
        with self.store.read() as work:
            claimable = work.ledger.claimable(self.now, 100)
            next_due, next_expiry = work.ledger.next_due(), work.ledger.next_expiry()
        quarantined = [intent for intent in self.intents if intent.state is IntentState.QUARANTINED]
        assert claimable == sorted(due, key=lambda intent: (-intent.priority, intent.due_at, intent.key))
        assert next_due == min((intent.due_at for intent in pending), default=None)
        assert next_expiry == min((intent.expires_at for intent in quarantined), default=None)

    @invariant()
    def an_attempt_is_open_exactly_while_its_intent_is(self) -> None:
        for intent in self.intents:
            states = [item.state for _, item in self.attempts[intent.id]]
            assert states.count(AttemptState.OPEN) == (intent.state is IntentState.OPEN)

    @invariant()
    def no_mail_that_may_have_gone_out_counts_as_unsent(self) -> None:
        for intent in self.intents:
            states = {item.state for _, item in self.attempts[intent.id]}
            if AttemptState.ACCEPTED in states:
                assert intent.state in (IntentState.ACCEPTED, IntentState.OPEN)
            if AttemptState.UNCERTAIN in states:
                assert intent.state not in UNSENT - {IntentState.QUARANTINED}


def opened_once_more(intent: Intent, fixed: Fixed) -> Intent:
    return intent._replace(
        state=IntentState.OPEN,
        why=None,
        attempts=intent.attempts + 1,
        fixed=intent.fixed or fixed,
        outcome_at=None,
        ended_at=None,
    )


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, derandomize=True, print_blob=True
)
