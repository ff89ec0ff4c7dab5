"""Deciding once for people in the same case is deciding about each of them.

Programs, people and their answers are random, from few values, so that many are in one case; the clock goes
on, and people stand where their decisions have left them.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from jo.conditions.condition import Condition, parse_condition
from jo.conditions.instants import TimeExpr, parse_time, time_text
from jo.flow.decide import decide
from jo.flow.passage import Passage, Stand
from jo.flow.precedents import Precedents
from jo.flow.route import Route, route
from jo.model.program import Entry, Existing, Program
from jo.model.step import Between, Bounded, Goto, IntentEnd, IntentSeen, Leave, Step, Target
from jo.steps.branch import Branch, When
from jo.steps.email import Email, Repeat
from jo.steps.enroll import EnrollStep
from jo.steps.exit import Exit
from jo.steps.split import Split
from jo.steps.wait import Until, Wait
from jo.steps.wait_for import Waited, WaitFor
from jo.timing.durations import Duration, Unit
from tests.support.builders import DAY, NOON, a_passage
from tests.support.circumstances import World

PEOPLE = 40
ROUNDS = 6
EVENTS = ("started", "paid")
ZONES = tuple(map(ZoneInfo, ("UTC", "Europe/Berlin", "Pacific/Apia")))


def condition(text: str) -> Condition:
    found, _ = parse_condition(text)
    assert found is not None
    return found


def moment(text: str) -> TimeExpr:
    found, _ = parse_time(text)
    assert found is not None
    return found


CONDITIONS = tuple(map(condition, ("a.x = 1", "a.y = 2", "days_since(a.z) > 3")))
MOMENTS = tuple(map(moment, ("a.live_at", "a.live_at + 2 days", "Monday 09:00")))
DURATIONS = (
    Duration(0, Unit.DAY),
    Duration(36, Unit.HOUR),
    Duration(1, Unit.DAY),
    Duration(1, Unit.BUSINESS_DAY),
)


class Author:
    """Makes programs by chance. They need not pass the checks: a decision is made in any case."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._names = [f"s{number}" for number in range(chance.randint(1, 6))]

    def program(self) -> Program:
        steps = {name: self._step() for name in self._names}
        return Program(
            name="p", audience="l", entry=Entry(existing=Existing.SKIP), fields={}, exit_when={}, steps=steps
        )

    def route(self) -> Route:
        exits = {
            f"exit {index}": found for index, found in enumerate(CONDITIONS) if self._chance.random() < 0.3
        }
        return route(self.program(), exits)

    def _step(self) -> Step:
        makers: tuple[Callable[[], Step], ...] = (
            self._email,
            self._wait,
            self._wait_for,
            self._branch,
            self._split,
            self._exit,
            self._enroll,
        )
        made = self._chance.choice(makers)()
        if self._chance.random() < 0.3:
            made = replace(made, after=self._chance.choice(DURATIONS))
        if self._chance.random() < 0.2:
            made = replace(made, between=Between(start=MOMENTS[0], end=self._chance.choice(MOMENTS[1:])))
        if self._chance.random() < 0.3:
            made = replace(made, if_=self._chance.choice(CONDITIONS))
        return replace(made, next=self._target())

    def _email(self) -> Step:
        repeat = Repeat(every=self._chance.choice(DURATIONS), count=self._chance.randint(1, 3))
        return Email(email="m", repeat=self._chance.choice([None, repeat]))

    def _wait(self) -> Step:
        until = Until(until=self._chance.choice(MOMENTS))
        choices: list[Duration | Until] = [until, *DURATIONS]
        return Wait(wait=self._chance.choice(choices))

    def _wait_for(self) -> Step:
        of = self._chance.choice(
            [
                Waited(event=self._chance.choice(EVENTS), where=self._chance.choice([None, *CONDITIONS])),
                Waited(when=self._chance.choice(CONDITIONS)),
            ]
        )
        of = replace(of, within=self._chance.choice([None, *DURATIONS]))
        late = self._chance.choice(
            [self._target(), Bounded(next=self._target(), times=2, then=Leave("late"))]
        )
        return WaitFor(wait_for=of, met=self._target(), timeout=late)

    def _branch(self) -> Step:
        cases = [When(when=found, next=self._target()) for found in self._chance.sample(CONDITIONS, 2)]
        return Branch(branch=tuple(cases), otherwise=self._target())

    def _split(self) -> Step:
        return Split(split={name: self._chance.randint(1, 3) for name in self._names})

    def _exit(self) -> Step:
        return Exit(exit="done")

    def _enroll(self) -> Step:
        return EnrollStep(enroll="other")

    def _target(self) -> Target:
        choices: list[Target] = [Leave(), *map(Goto, self._names)]
        return self._chance.choice(choices)


def a_world(chance: Random, program: Route, age: timedelta) -> World:
    """Return what is so about one person; few things differ from one to the next."""
    past = NOON + age - DAY
    times = [None, past, past + 3 * DAY]
    ends = [
        None,
        IntentSeen(ended=None, at=None),
        IntentSeen(ended=None, at=None, is_held=True),
        IntentSeen(ended=IntentEnd.NONE, at=None),
        IntentSeen(ended=IntentEnd.OUTCOME, at=past),
    ]
    seen = {(step, f"1.{number}"): chance.choice(ends) for step in program.legs for number in (1, 2, 3)}
    return World(
        now=NOON + age,
        zone=chance.choice(ZONES),
        true=frozenset(found for found in CONDITIONS if chance.random() < 0.3),
        times={time_text(found): chance.choice(times) for found in MOMENTS},
        intents={place: end for place, end in seen.items() if end is not None},
        events={name: past for name in EVENTS if chance.random() < 0.3},
        point=chance.random(),
        departure=chance.choice([None, None, None, "gone"]),
    )


@pytest.mark.parametrize("seed", range(60))
def test_who_is_in_the_same_case_gets_what_they_would_get_alone(seed: int) -> None:
    chance = Random(seed)
    program = Author(chance).route()
    first = next(iter(program.legs))
    stand = Stand(revision=1, anchor_at=NOON, step=first, visits={first: 1}, due_at=NOON)
    inside = [replace(a_passage(f"c{number}"), id=number, stand=stand) for number in range(PEOPLE)]

    for days in range(ROUNDS):
        precedents = Precedents()
        moved: list[Passage] = []
        for passage in inside:
            world = a_world(chance, program, days * DAY)
            alone = decide(passage.stand, program, world)
            assert precedents.decide(passage, program, world) == alone
            moved.append(replace(passage, stand=alone.stand))

        cases = precedents.cases
        assert sorted(each.id for case in cases for each in case.passages) == [each.id for each in inside]
        stands = {each.id: each.stand for each in moved}
        for case in cases:
            assert {before.stand == case.before for before in case.passages} == {True}
            assert all(stands[each.id] == case.decision.stand for each in case.passages)
        inside = [passage for passage in moved if passage.is_open]


def test_who_differs_only_in_what_is_not_asked_is_in_the_same_case() -> None:
    steps = {"fork": Branch(branch=(When(when=CONDITIONS[0], next=Leave("yes")),), otherwise=Leave("no"))}
    program = Program(
        name="p", audience="l", entry=Entry(existing=Existing.SKIP), fields={}, exit_when={}, steps=steps
    )
    through, precedents = route(program, {}), Precedents()
    stand = Stand(revision=1, anchor_at=NOON, step="fork", visits={"fork": 1}, due_at=NOON)
    people = [replace(a_passage(f"c{number}"), id=number, stand=stand) for number in range(30)]

    reasons = [
        precedents.decide(
            passage, through, World(true=frozenset(CONDITIONS[: passage.id % 2]), point=passage.id / 30)
        ).stand.exit_reason
        for passage in people
    ]

    assert reasons == ["no", "yes"] * 15
    assert [len(case.passages) for case in precedents.cases] == [15, 15]
