"""What each step type decides about one person, on a view that is a plain value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from jo.conditions.condition import Condition
from jo.conditions.instant_tree import Entered, TimeExpr
from jo.model.step import Enroll, Hold, IntentEnd, IntentSeen, Send, Take, Verdict, View
from jo.steps.email import HELD
from jo.steps.split import drawn
from jo.timing.durations import Duration
from jo.timing.zones import add, load_zone
from tests.support.programs import program

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
UNDER_WAY = IntentSeen(ended=None, at=None)
IN_DOUBT = IntentSeen(ended=None, at=None, is_held=True)
SUPPRESSED = IntentSeen(ended=IntentEnd.NONE, at=None)


def accepted(at: datetime) -> IntentSeen:
    return IntentSeen(ended=IntentEnd.OUTCOME, at=at)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A view whose every answer was given to it; conditions are true when their text is in `true`."""

    now: datetime = NOON
    anchor: datetime = NOON
    repeat: int = 0
    true: frozenset[str] = frozenset()
    moment: datetime | None = None
    intents: dict[int, IntentSeen] = field(default_factory=dict)
    happened: datetime | None = None
    point: float = 0.0

    def after(self, start: datetime, duration: Duration) -> datetime:
        zone = load_zone("UTC")
        assert zone is not None
        return add(start, duration, zone)

    def holds(self, condition: Condition) -> bool:
        return condition.text in self.true

    def time(self, expr: TimeExpr) -> datetime | None:
        return NOON if isinstance(expr, Entered) else self.moment

    def intent(self, repeat: int) -> IntentSeen | None:
        return self.intents.get(repeat)

    def event(self, name: str, condition: Condition | None) -> datetime | None:
        return self.happened

    def draw(self, weights: Mapping[str, int]) -> str:
        return drawn(weights, self.point)


def decided(step: str, view: View) -> Verdict:
    [found] = program("a: " + step).steps.values()
    return found.decide(view)


@pytest.mark.parametrize(
    ("view", "verdict"),
    [
        (Seen(), Send(repeat=1)),
        (Seen(repeat=1, intents={1: UNDER_WAY}), Hold(until=None, why="waiting for the mail")),
        (Seen(repeat=1, intents={1: IN_DOUBT}), Hold(until=None, why=HELD)),
        (Seen(repeat=1, intents={1: accepted(NOON)}), Take(edge="next", outcome=NOON)),
        (Seen(repeat=1, intents={1: SUPPRESSED}), Take(edge="next", outcome=None)),
    ],
    ids=["arrives", "under way", "held in doubt", "accepted", "suppressed"],
)
def test_an_email_is_sent_and_left_by_its_outcome(view: Seen, verdict: Verdict) -> None:
    assert decided("{email: x}", view) == verdict


@pytest.mark.parametrize(
    ("view", "verdict"),
    [
        (
            Seen(repeat=1, intents={1: accepted(NOON)}, now=NOON + DAY),
            Hold(until=NOON + 2 * DAY, why="mail 2 of 3 follows after 2 days"),
        ),
        (
            Seen(repeat=1, intents={1: accepted(NOON)}, now=NOON + 3 * DAY),
            Send(repeat=2, due=NOON + 2 * DAY),
        ),
        (
            Seen(repeat=3, intents={1: accepted(NOON), 2: accepted(NOON + DAY), 3: SUPPRESSED}),
            Take(edge="next", outcome=NOON + DAY),
        ),
    ],
    ids=["too early", "due", "last one suppressed"],
)
def test_a_repeated_email_counts_from_its_last_outcome(view: Seen, verdict: Verdict) -> None:
    assert decided("{email: x, repeat: {every: 2 days, count: 3}}", view) == verdict


@pytest.mark.parametrize(
    ("step", "view", "verdict"),
    [
        ("{wait: 2 days}", Seen(now=NOON + DAY), Hold(until=NOON + 2 * DAY, why="waits 2 days")),
        ("{wait: 2 days}", Seen(now=NOON + 5 * DAY), Take(edge="next", outcome=NOON + 2 * DAY)),
        ("{wait: {until: a.b}}", Seen(), Hold(until=None, why="date missing")),
        ("{wait: {until: a.b}}", Seen(moment=NOON + DAY), Hold(until=NOON + DAY, why="waits for its date")),
        ("{wait: {until: a.b}}", Seen(moment=NOON - DAY), Take(edge="next", outcome=NOON)),
    ],
)
def test_a_wait_ends_at_its_due_moment_whenever_it_is_looked_at(
    step: str, view: Seen, verdict: Verdict
) -> None:
    assert decided(step, view) == verdict


@pytest.mark.parametrize(
    ("view", "verdict"),
    [
        (Seen(), Hold(until=NOON + 5 * DAY, why="waits for e")),
        (Seen(happened=NOON - DAY), Take(edge="met", outcome=NOON)),
        (Seen(happened=NOON + DAY, now=NOON + 9 * DAY), Take(edge="met", outcome=NOON + DAY)),
        (Seen(happened=NOON + 6 * DAY, now=NOON + 9 * DAY), Take(edge="timeout", outcome=NOON + 5 * DAY)),
        (Seen(now=NOON + 5 * DAY), Take(edge="timeout", outcome=NOON + 5 * DAY)),
    ],
    ids=["waits", "met before", "met in time", "met too late", "over"],
)
def test_waiting_for_an_event_is_a_level_with_a_limit(view: Seen, verdict: Verdict) -> None:
    assert decided("{wait_for: {event: e, within: 5 days}}", view) == verdict


def test_waiting_for_a_condition_is_met_when_it_is_seen_to_be_true() -> None:
    step = "{wait_for: {when: a.b, within: 5 days}}"
    assert decided(step, Seen(true=frozenset({"a.b"}), now=NOON + DAY)) == Take(
        edge="met", outcome=NOON + DAY
    )
    assert decided(step, Seen(now=NOON + 5 * DAY)) == Take(edge="timeout", outcome=NOON + 5 * DAY)


def test_a_branch_takes_the_first_way_that_is_true() -> None:
    step = "{branch: [{when: a.b, next: x}, {when: a.c, next: y}], otherwise: end}"
    assert decided(step, Seen(true=frozenset({"a.b", "a.c"}))) == Take(edge="when.0", outcome=None)
    assert decided(step, Seen(true=frozenset({"a.c"}))) == Take(edge="when.1", outcome=None)
    assert decided(step, Seen()) == Take(edge="otherwise", outcome=None)


@pytest.mark.parametrize(("point", "edge"), [(0.0, "b"), (0.249, "b"), (0.25, "c"), (0.999999, "c")])
def test_a_split_divides_by_weight(point: float, edge: str) -> None:
    assert decided("{split: {b: 1, c: 3}}", Seen(point=point)) == Take(edge=f"share.{edge}", outcome=None)


def test_enroll_and_exit_say_what_they_are() -> None:
    assert decided("{enroll: nurture}", Seen()) == Enroll(program="nurture")
    assert decided("{exit: done}", Seen()) == Take(edge="exit", outcome=None)


@pytest.mark.parametrize(
    ("step", "passes"),
    [
        ("{wait: 1 day}", True),
        ("{wait: 0 days}", False),
        ("{wait: {until: a.b}}", True),
        ("{email: x}", False),
        ("{email: x, after: 1 hour}", True),
        ("{email: x, after: 0 hours}", False),
        ("{email: x, repeat: {every: 1 day, count: 2}}", True),
        ("{email: x, repeat: {every: 1 day, count: 1}}", False),
        ("{wait_for: {event: e, within: 1 day}}", True),
        ("{branch: [{when: a.b, next: end}], otherwise: end}", False),
    ],
)
def test_a_circle_through_a_step_takes_time_where_the_step_does(step: str, passes: bool) -> None:
    [found] = program("a: " + step).steps.values()
    assert found.passes_time() is passes
