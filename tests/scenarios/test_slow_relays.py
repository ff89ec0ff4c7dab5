"""Mails that are on the wire for long: nobody else waits for them, and none is forgotten."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest

from jo.flow.state import IntentState, Why
from jo.ports.mailer import Reply
from tests.scenarios.conftest import MakeWorld
from tests.support.scenery import contact, mails, people, program
from tests.support.world import World, at

TEN = at("2026-12-01 10:00")
ADA = "ada@people.example"


@pytest.fixture
def world(a_world: MakeWorld) -> World:
    """Ten people get two mails; the relay takes its time over the first one to Ada."""
    files = {**program("hello: {email: one}\nmore: {email: two, after: 1 hour}"), **mails("one", "two")}
    others = [contact(f"c{number}") for number in range(9)]
    world = a_world(files, people(contact("ada"), *others), TEN)
    world.mailer.slow.add(ADA)
    return world


def states(world: World) -> dict[str, int]:
    found = [intent.state for intent in world.intents()]
    return {state: found.count(state) for state in sorted(set(found))}


def test_nobody_waits_for_a_slow_connection(world: World) -> None:
    tick = world.tick()

    assert tick.is_under_way
    assert states(world) == {IntentState.ACCEPTED: 9, IntentState.OPEN: 1}
    assert not world.tick().counts.get("send.accepted")


def test_a_late_reply_is_recorded_by_a_later_tick(world: World) -> None:
    world.tick()
    world.mailer.slow.clear()

    world.run("2026-12-02 00:00")

    assert world.told_to("ada") == ["2026-12-01 10:00 one", "2026-12-01 11:00 two"]
    assert len(world.mails()) == 20


def test_a_worker_that_stops_sees_through_what_is_on_the_wire(world: World) -> None:
    world.tick()
    world.mailer.slow.clear()

    last = world.finish()

    assert last is not None
    assert last.counts == {"send.accepted": 1}
    assert states(world) == {IntentState.ACCEPTED: 10}
    assert world.finish() is None


def test_what_is_unknown_when_patience_ends_is_uncertain(world: World) -> None:
    world.tick()

    last = world.finish()

    assert last is not None
    assert last.counts == {"send.uncertain": 1}
    assert states(world) == {IntentState.ACCEPTED: 9, IntentState.UNCERTAIN: 1}
    world.restart()
    world.mailer.slow.clear()
    world.run("2026-12-02 00:00")
    assert world.told_to("ada") == ["2026-12-01 10:00 one", "2026-12-01 11:00 two"]


def test_a_process_that_dies_leaves_only_what_is_on_the_wire_uncertain(world: World) -> None:
    world.tick()

    world.restart()
    world.mailer.slow.clear()
    world.run("2026-12-02 00:00")

    assert len(world.uncertain()) == 1
    assert len(world.mails()) == 19


def test_each_round_goes_by_the_clock_as_it_is_then(
    a_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        **program("hello: {email: one}"),
        **mails("one"),
        "journeys/policy.yaml": "kind: policy\nname: rest\nquiet_hours: {from: '10:00', to: '12:00'}\n",
    }
    world = a_world(files, people(*(contact(f"c{number}") for number in range(12))), at("2026-12-01 09:59"))
    collect = world.mailer.collect

    def take_time(seconds: float) -> Sequence[Reply]:
        """Answer the four mails that are on the wire half a minute later."""
        replies = collect(seconds)
        if replies:
            world.clock.instant += timedelta(seconds=30)
        return replies

    monkeypatch.setattr(world.mailer, "collect", take_time)
    world.tick()

    assert Counter(f"{mail.at:%H:%M:%S}" for mail in world.mails()) == {"09:59:00": 4, "09:59:30": 4}
    with world.store.read() as work:
        lines = work.reports.intents(limit=12)
    ended = Counter(f"{line.intent.outcome_at:%H:%M:%S}" for line in lines if line.intent.outcome_at)
    assert ended == {"09:59:30": 4, "10:00:00": 4}
    assert [line.intent.why for line in lines if line.intent.why] == [Why.WINDOW] * 4
    world.run("2026-12-02 00:00")
    assert len(world.mails()) == 12
