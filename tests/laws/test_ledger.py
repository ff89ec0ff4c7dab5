"""Whatever is asked of the ledger, in whatever order: only legal changes happen, and no send happens twice.

A machine asks a real store for random changes, legal or not, and keeps its own small book by the tables of
`jo.flow.state`. The store does what the book allows, and refuses the rest as a whole.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from jo.flow.intent import End, Fixed, Intent, Keep
from jo.flow.state import ATTEMPT_CHANGES, AttemptState, IntentState, Why, may_become
from jo.model.content import MailClass
from jo.ports.store import ChangeRefusedError, Lease, OpenedAttempt, Transaction
from tests.support.builders import DAY, MINUTE, NOON, a_fixed, an_end, an_intent, settled
from tests.support.stores import a_lease, memory_store

NEWEST = st.sampled_from([[0], [0], [1], [0, 1], [2, 0]])
"""Which intents a change is for, counted from the newest; those that do not exist are asked for as well."""

ENDS = st.sampled_from([state for state in AttemptState if state is not AttemptState.OPEN])
JOURNEYS = st.sampled_from([f"outreach/{letter}" for letter in "abcdefgh"])
WITHOUT_ATTEMPT = {IntentState.PENDING, IntentState.QUARANTINED}


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.store = memory_store()
        self.lease: Lease = a_lease(self.store)
        self.now: datetime = NOON
        self.intents: list[Intent] = []
        """As the book says they are, in the order in which they were created."""
        self.attempts: dict[int, list[tuple[OpenedAttempt, AttemptState]]] = {}
        """By intent's id."""

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

    @rule(newest=NEWEST, hours=st.integers(0, 48), ends=st.lists(ENDS, min_size=1, max_size=3))
    def attempt(self, newest: list[int], hours: int, ends: list[AttemptState]) -> None:
        """Open and end attempts, one after another; then let evidence come about the last but one."""
        for state in ends:
            self.try_open(newest)
            self.pass_time(hours)
            self.try_record(newest[0], 1, state)
        self.try_open(newest)
        self.try_record(newest[0], 2, AttemptState.ACCEPTED)

    @rule(newest=NEWEST)
    def open(self, newest: list[int]) -> None:
        self.try_open(newest)

    @rule(newest=st.integers(0, 2), back=st.integers(1, 2), state=ENDS)
    def record(self, newest: int, back: int, state: AttemptState) -> None:
        self.try_record(newest, back, state)

    def try_open(self, newest: list[int]) -> None:
        chosen = self.pick(newest)
        fixed = a_fixed(at=self.now)
        opened: list[OpenedAttempt] = []

        def change(work: Transaction) -> None:
            opened.extend(work.ledger.open([(intent.id, fixed) for intent in chosen], self.now))

        if self.ask(self.may(chosen, IntentState.OPEN, set(IntentState)), change):
            for intent, attempt in zip(chosen, opened, strict=True):
                self.put(opened_once_more(intent, fixed))
                self.attempts[intent.id].append((attempt, AttemptState.OPEN))

    def try_record(self, newest: int, back: int, state: AttemptState) -> None:
        """Record an end of the last attempt, or of the one before."""
        (intent,) = self.pick([newest])
        attempts = self.attempts.get(intent.id, [])
        if back > len(attempts):
            return
        attempt, was = attempts[-back]
        end = an_end(state, at=self.now)
        after = settled(intent, end)
        is_last = back == 1
        allowed = is_last and state in ATTEMPT_CHANGES[was] and may_become(intent.state, after.state)
        if self.ask(allowed, lambda work: work.ledger.record([(attempt.id, end, after)])):
            attempts[-back] = (attempt, state)
            self.put(
                replace(
                    intent,
                    state=after.state,
                    why=after.why,
                    due_at=after.due_at,
                    outcome_at=after.outcome_at,
                    detail=after.detail,
                    ended_at=None if after.state is IntentState.PENDING else self.now,
                )
            )

    @rule(newest=NEWEST, why=st.sampled_from(Why))
    def keep(self, newest: list[int], why: Why) -> None:
        chosen = self.pick(newest)
        hold = Keep(why=why, until=self.now + MINUTE, detail="held")
        allowed = all(intent in self.intents and intent.state is IntentState.PENDING for intent in chosen)
        if self.ask(allowed, lambda work: work.ledger.keep([(intent.id, hold) for intent in chosen])):
            for intent in chosen:
                self.put(replace(intent, why=why, due_at=hold.until, detail="held"))

    @rule(newest=NEWEST, state=st.sampled_from(IntentState))
    def end(self, newest: list[int], state: IntentState) -> None:
        chosen = self.pick(newest)
        is_end = state not in (IntentState.PENDING, IntentState.OPEN)
        ends = [(intent.id, End(state=state, detail="ended")) for intent in chosen]
        allowed = is_end and self.may(chosen, state, WITHOUT_ATTEMPT)
        if self.ask(allowed, lambda work: work.ledger.end(ends, self.now)):
            ended_at = None if state is IntentState.QUARANTINED else self.now
            for intent in chosen:
                self.put(replace(intent, state=state, why=None, detail="ended", ended_at=ended_at))

    @rule()
    def requeue(self) -> None:
        with self.store.write(self.lease) as work:
            count = work.ledger.requeue(self.now, ["release-notice"])
        lifted = [intent for intent in self.intents if intent.state is IntentState.QUARANTINED]
        assert count == len(lifted)
        for intent in lifted:
            self.put(replace(intent, state=IntentState.PENDING, why=Why.DUE, due_at=self.now))

    @rule(journey=JOURNEYS)
    def withdraw(self, journey: str) -> None:
        with self.store.write(self.lease) as work:
            count = work.ledger.withdraw_journey(journey, "retired", self.now)
        ended = [
            intent for intent in self.intents if intent.journey == journey and intent.state in WITHOUT_ATTEMPT
        ]
        assert count == len(ended)
        for intent in ended:
            state = IntentState.WITHDRAWN
            self.put(replace(intent, state=state, why=None, detail="retired", ended_at=self.now))

    @rule()
    def restart(self) -> None:
        """A worker that takes the lease anew finds exactly the attempts that were open."""
        self.lease = a_lease(self.store)
        with self.store.write(self.lease) as work:
            abandoned = [attempt for attempt, _ in work.ledger.abandoned()]
        under_way = [
            a for found in self.attempts.values() for a, state in found if state is AttemptState.OPEN
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
            next_due = work.ledger.next_due()
        quarantined = [intent for intent in self.intents if intent.state is IntentState.QUARANTINED]
        moments = [intent.due_at for intent in pending] + [intent.expires_at for intent in quarantined]
        assert claimable == sorted(due, key=lambda intent: (-intent.priority, intent.due_at, intent.key))
        assert next_due == min(moments, default=None)

    @invariant()
    def an_attempt_is_open_exactly_while_its_intent_is(self) -> None:
        for intent in self.intents:
            under_way = [state for _, state in self.attempts[intent.id] if state is AttemptState.OPEN]
            assert len(under_way) == (intent.state is IntentState.OPEN)


def opened_once_more(intent: Intent, fixed: Fixed) -> Intent:
    return replace(
        intent,
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
