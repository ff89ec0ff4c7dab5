"""What a decision does with one passage, from where it stands to where it has to stop."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from jo.conditions.condition import Condition, parse_condition
from jo.conditions.instants import TimeExpr, parse_time
from jo.flow.decide import BREATH, decide
from jo.flow.passage import CreateIntent, Decision, Note, Stand, WithdrawIntents
from jo.flow.route import route
from jo.model.program import Entry, Existing, Program
from jo.model.step import Between, Bounded, Goto, IntentEnd, IntentSeen, Leave, Step
from jo.steps.branch import Branch, When
from jo.steps.email import Email, Repeat
from jo.steps.exit import Exit
from jo.steps.split import Split
from jo.steps.wait import Until, Wait
from jo.steps.wait_for import Waited, WaitFor
from jo.timing.durations import Duration, Unit
from tests.support.builders import DAY, NOON
from tests.support.circumstances import World


def condition(text: str) -> Condition:
    found, _ = parse_condition(text)
    assert found is not None
    return found


def time(text: str) -> TimeExpr:
    found, _ = parse_time(text)
    assert found is not None
    return found


RED, GREEN = condition("company.health = 'red'"), condition("company.health = 'green'")
LIVE_AT = time("company.live_at")


def a_program(**steps: Step) -> Program:
    return Program(
        name="p", audience="l", entry=Entry(existing=Existing.SKIP), fields={}, exit_when={}, steps=steps
    )


def entered(program: Program) -> Stand:
    return Stand(revision=1, anchor_at=NOON, step=program.first, visits={program.first: 1}, due_at=NOON)


def decided(
    stand: Stand, program: Program, world: World, exits: Mapping[str, Condition] | None = None
) -> Decision:
    return decide(stand, route(program, exits or {}), world)


def outcome(at: datetime) -> IntentSeen:
    return IntentSeen(ended=IntentEnd.OUTCOME, at=at)


NO_OUTCOME = IntentSeen(ended=IntentEnd.NONE, at=None)
DAYS = {count: Duration(count, Unit.DAY) for count in range(1, 31)}


def test_a_due_email_creates_its_intent_and_waits_for_its_end() -> None:
    program = a_program(hello=Email(email="welcome"))

    decision = decided(entered(program), program, World())

    assert decision.effects == (CreateIntent(step="hello", occurrence="1.1", at=NOON, since=NOON),)
    assert decision.stand.due_at is None
    assert decision.stand.repeat == 1


def test_the_life_of_a_mail_counts_from_when_it_was_due_and_somebody_could_have_looked() -> None:
    program = a_program(hello=Email(email="welcome", after=Duration(1, Unit.DAY)))
    late = World(now=NOON + 7 * DAY)

    nobody_ran = decided(replace(entered(program), due_at=NOON + DAY), program, late)
    woken_late = decided(replace(entered(program), due_at=NOON + 6 * DAY), program, late)

    assert [effect.since for effect in (*nobody_ran.effects, *woken_late.effects)] == [  # type: ignore[union-attr]  # both create intents
        NOON + DAY,
        NOON + 6 * DAY,
    ]


def test_deciding_twice_at_one_instant_creates_nothing_twice() -> None:
    program = a_program(hello=Email(email="welcome"))
    once = decided(entered(program), program, World()).stand

    again = decided(once, program, World(intents={("hello", "1.1"): IntentSeen(ended=None, at=None)}))

    assert again.effects == ()
    assert again.stand == once


def test_a_wait_counts_from_the_moment_the_mail_was_accepted() -> None:
    program = a_program(
        hello=Email(email="welcome", next=Goto("settle")), settle=Wait(wait=DAYS[3], next=Leave())
    )
    waiting = decided(entered(program), program, World()).stand
    accepted = NOON + timedelta(hours=5)
    world = World(now=accepted, intents={("hello", "1.1"): outcome(accepted)})

    held = decided(waiting, program, world).stand
    over = decided(held, program, world.at(accepted + 3 * DAY)).stand

    assert held.step == "settle"
    assert held.due_at == accepted + 3 * DAY
    assert over.exit_reason == "completed"


def test_a_wait_that_is_met_late_counts_from_its_due_moment_not_from_the_tick() -> None:
    program = a_program(
        one=Wait(wait=DAYS[1], next=Goto("two")),
        two=Wait(wait=DAYS[1], next=Goto("mail")),
        mail=Email(email="m"),
    )

    decision = decided(entered(program), program, World(now=NOON + timedelta(days=1, hours=7)))

    assert decision.stand.step == "two"
    assert decision.stand.due_at == NOON + 2 * DAY


def test_a_mail_that_was_suppressed_moves_on_without_an_outcome() -> None:
    program = a_program(hello=Email(email="welcome", next=Goto("settle")), settle=Wait(wait=DAYS[3]))
    waiting = decided(entered(program), program, World()).stand

    moved = decided(waiting, program, World(now=NOON + DAY, intents={("hello", "1.1"): NO_OUTCOME})).stand

    assert moved.due_at == NOON + 3 * DAY


def test_exits_come_first_name_the_reason_and_withdraw_what_is_pending() -> None:
    program = a_program(hello=Email(email="welcome"))
    exits = {"red": RED, "green": GREEN}

    decision = decided(entered(program), program, World(true=frozenset({RED, GREEN})), exits)

    assert decision.stand.exit_reason == "red"
    assert decision.effects == (WithdrawIntents(reason="red"),)
    assert decision.notes == (Note(at=NOON, step="hello", what="ended", detail="red"),)


def test_who_is_gone_leaves_whatever_the_conditions_say() -> None:
    program = a_program(hello=Email(email="welcome"))

    assert decided(entered(program), program, World(departure="gone")).stand.exit_reason == "gone"


def test_a_false_if_skips_the_step_and_starts_no_wait() -> None:
    program = a_program(hello=Email(email="welcome", if_=GREEN, next=Goto("bye")), bye=Email(email="bye"))

    decision = decided(entered(program), program, World())

    assert [note.what for note in decision.notes] == ["skipped", "took"]
    assert decision.stand.step == "bye"
    assert decision.stand.anchor_at == NOON


def test_between_holds_to_its_first_moment_and_skips_at_its_end() -> None:
    window = Between(start=LIVE_AT, end=time("company.live_at + 2 days"))
    program = a_program(
        hello=Email(email="welcome", between=window, next=Goto("over")), over=Exit(exit="done")
    )
    times = {"company.live_at": NOON + DAY, "company.live_at + 2 days": NOON + 3 * DAY}

    early = decided(entered(program), program, World(times=times))
    inside = decided(early.stand, program, World(now=NOON + DAY, times=times))
    late = decided(early.stand, program, World(now=NOON + 3 * DAY, times=times))

    assert early.stand.due_at == NOON + DAY
    assert inside.effects == (
        CreateIntent(step="hello", occurrence="1.1", at=NOON + DAY, since=NOON + DAY, until=NOON + 3 * DAY),
    )
    assert late.stand.exit_reason == "done"
    assert Note(at=NOON + 3 * DAY, step="hello", what="skipped", detail="too late") in late.notes


def test_a_missing_date_holds_the_person_until_there_is_one() -> None:
    program = a_program(until=Wait(wait=Until(until=LIVE_AT), next=Goto("over")), over=Exit(exit="done"))

    held = decided(entered(program), program, World(times={"company.live_at": None})).stand
    met = decided(held, program, World(times={"company.live_at": NOON - 5 * DAY})).stand

    assert (held.due_at, held.why) == (None, "date missing")
    assert met.exit_reason == "done"


def test_a_branch_takes_the_first_true_condition_else_otherwise() -> None:
    program = a_program(
        fork=Branch(
            branch=(When(when=RED, next=Goto("a")), When(when=GREEN, next=Goto("b"))), otherwise=Goto("c")
        ),
        a=Exit(exit="a"),
        b=Exit(exit="b"),
        c=Exit(exit="c"),
    )

    def ends(*true: Condition) -> str | None:
        return decided(entered(program), program, World(true=frozenset(true))).stand.exit_reason

    assert (ends(RED, GREEN), ends(GREEN), ends()) == ("a", "b", "c")


@pytest.mark.parametrize(("point", "name"), [(0.0, "a"), (0.24, "a"), (0.25, "b"), (0.999, "b")])
def test_a_split_follows_the_weights(point: float, name: str) -> None:
    program = a_program(fork=Split(split={"a": 25, "b": 75}), a=Exit(exit="a"), b=Exit(exit="b"))

    assert decided(entered(program), program, World(point=point)).stand.exit_reason == name


def waiting_for(**waited: object) -> Program:
    return a_program(
        reading=WaitFor(wait_for=Waited(**waited), met=Goto("yes"), timeout=Goto("no")),  # type: ignore[arg-type]
        yes=Exit(exit="met"),
        no=Exit(exit="timeout"),
    )


def test_what_is_already_true_is_met_at_once() -> None:
    program = waiting_for(when=GREEN, within=DAYS[5])

    assert decided(entered(program), program, World(true=frozenset({GREEN}))).stand.exit_reason == "met"


def test_a_wait_for_times_out_when_nothing_came() -> None:
    program = waiting_for(event="trial.activated", within=DAYS[3])
    held = decided(entered(program), program, World()).stand

    assert held.due_at == NOON + 3 * DAY
    assert decided(held, program, World(now=NOON + 3 * DAY)).stand.exit_reason == "timeout"


def test_an_event_before_the_limit_counts_even_when_jo_looks_only_later() -> None:
    program = waiting_for(event="trial.activated", within=DAYS[3])
    inside, outside = NOON + 2 * DAY, NOON + 3 * DAY
    late = World(now=NOON + 9 * DAY)

    met = decided(entered(program), program, replace(late, events={"trial.activated": inside}))
    missed = decided(entered(program), program, replace(late, events={"trial.activated": outside}))

    assert (met.stand.exit_reason, met.stand.anchor_at) == ("met", inside)
    assert missed.stand.exit_reason == "timeout"


def test_a_bounded_circle_ends_where_its_bound_says() -> None:
    program = a_program(
        remind=Wait(wait=DAYS[1], next=Goto("reading")),
        reading=WaitFor(
            wait_for=Waited(when=GREEN, within=DAYS[2]),
            met=Leave(),
            timeout=Bounded(next=Goto("remind"), times=3, then=Leave("gave-up")),
        ),
    )
    stand, world, steps = entered(program), World(), 0

    while stand.is_open:
        stand = decided(stand, program, world).stand
        assert stand.due_at is None or stand.due_at > world.now
        world = world.at(stand.due_at or world.now)
        steps += 1
        assert steps < 20

    assert stand.exit_reason == "gave-up"
    assert stand.visits == {"remind": 4, "reading": 4}
    assert stand.ended_at == NOON + timedelta(days=4 + 8)


def test_a_circle_without_a_bound_rests_so_that_others_get_their_turn() -> None:
    program = a_program(
        ping=Branch(branch=(When(when=RED, next=Goto("pong")),), otherwise=Goto("pong")),
        pong=Branch(branch=(When(when=RED, next=Goto("ping")),), otherwise=Goto("ping")),
    )

    stand = decided(entered(program), program, World()).stand

    assert stand.due_at == NOON + BREATH


def test_repeats_follow_each_outcome_and_keep_their_own_occurrence() -> None:
    program = a_program(small=Email(email="tip", repeat=Repeat(every=DAYS[10], count=3), next=Leave()))
    stand, sent = entered(program), []
    intents: dict[tuple[str, str], IntentSeen] = {}
    now = NOON

    while stand.is_open:
        decision = decided(stand, program, World(now=now, intents=intents))
        stand = decision.stand
        created = [effect for effect in decision.effects if isinstance(effect, CreateIntent)]
        for effect in created:
            sent.append((effect.occurrence, (effect.at - NOON).days))
            intents["small", effect.occurrence] = outcome(effect.at)
        now = stand.due_at or now

    assert sent == [("1.1", 0), ("1.2", 10), ("1.3", 20)]


def test_conditions_that_use_the_clock_are_read_again_at_midnight() -> None:
    program = a_program(settle=Wait(wait=DAYS[30]))
    exits = {"old": condition("company.renewal_date < today()")}

    assert decided(entered(program), program, World(), exits).stand.due_at == NOON.replace(hour=0) + DAY
    assert decided(entered(program), program, World()).stand.due_at == NOON + 30 * DAY
