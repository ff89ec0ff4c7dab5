"""Nothing ran for days, or the clock was wrong: somebody is asked first, and what was due goes at a rate."""

from collections import Counter
from datetime import timedelta

from jo.daemon.release import RATE
from jo.flow.hold import Cause
from jo.flow.state import IntentState, Why
from jo.reports.standstill import Standstill, Waiting
from tests.scenarios.conftest import MakeWorld
from tests.support.scenery import contact, mails, outreach, people, program
from tests.support.world import World, at

FILES = {
    **program(
        """
        hello: {email: one}
        later: {email: two, after: 1 day}
        last:  {email: three, after: 6 days}
        """
    ),
    **outreach('at: "2026-12-01 11:00"', more="send_window: business-hours\n"),
    **mails("one", "two", "three", "release"),
}
START = at("2026-12-01 10:00")
DAY = timedelta(days=1)


def a_crowd(a_world: MakeWorld, size: int = 4) -> World:
    """People in Los Angeles, whose business hours begin at 17:00 UTC."""
    rows = people(*(contact(f"c{number:03}", zone="America/Los_Angeles") for number in range(size)))
    return a_world(FILES, rows, START)


def standstill(world: World) -> Standstill:
    found = world.tick().standstill
    assert found is not None
    return found


def causes(world: World) -> set[Cause]:
    return {hold.cause for hold in standstill(world).holds}


def release(world: World) -> None:
    with world.store.write() as work:
        assert work.holds.release("ada", world.now)


def states(world: World) -> Counter[str]:
    return Counter(f"{item.template} {item.state}" for item in world.intents())


def test_seven_days_down(a_world: MakeWorld) -> None:
    world = a_crowd(a_world)
    world.run("2026-12-01 16:00")
    assert states(world) == {"one accepted": 4, "release pending": 4}
    world.clock.instant += 7 * DAY
    world.restart()

    found = standstill(world)
    assert {hold.cause for hold in found.holds} == {Cause.OVERDUE}
    assert found.waiting == [Waiting(journey="program/care", mails=0, known=0, people=4)]
    assert len(world.mailer.taken) == 4
    world.restart()
    assert causes(world) == {Cause.OVERDUE}  # another process does not forget

    release(world)
    world.run(timedelta(days=4))
    assert states(world) == {
        "one accepted": 4,
        "release expired": 4,  # three days are over
        "two expired": 4,  # it was due on the second
        "three accepted": 4,  # it was due the day before
    }


def test_a_night_off_holds_what_is_due_and_lets_it_go_at_a_rate(a_world: MakeWorld) -> None:
    world = a_crowd(a_world, size=120)
    world.run("2026-12-01 16:00")
    world.clock.instant = at("2026-12-02 18:00")
    world.restart()

    assert standstill(world).waiting == [
        Waiting(journey="outreach/release", mails=120, known=0, people=0),
        Waiting(journey="program/care", mails=0, known=0, people=120),
    ]
    assert {item.why for item in world.intents(journey="outreach/release")} == {Why.HOLD}

    release(world)
    world.run(timedelta(seconds=2))
    assert len(world.mailer.taken) == 120 + 50  # a twentieth of a minute's mails
    world.run(timedelta(minutes=1))
    assert states(world)["release accepted"] == 120
    assert states(world)["two accepted"] == 120


def test_mails_behind_a_wait_that_nobody_saw_end_go_at_the_rate_too(a_world: MakeWorld) -> None:
    files = {**program("settle: {wait: 1 day}\none: {email: one}"), **mails("one")}
    world = a_world(files, people(*(contact(f"c{number:03}") for number in range(RATE.count + 200))), START)
    world.run("2026-12-01 16:00")
    world.clock.instant += 2 * DAY
    world.restart()
    assert causes(world) == {Cause.OVERDUE}
    release(world)

    world.run(timedelta(seconds=59))

    assert 0 < len(world.mails()) <= RATE.count
    world.run(timedelta(minutes=2))
    assert len(world.mails()) == RATE.count + 200


def test_a_pause_of_less_than_hold_after_asks_nobody(a_world: MakeWorld) -> None:
    world = a_crowd(a_world)
    world.run("2026-12-01 16:00")
    world.clock.instant += timedelta(hours=6)
    world.restart()
    world.run(timedelta(hours=1))
    assert states(world)["release accepted"] == 4
    assert not [event for event in world.told if event.name == "run.held"]


def test_held_mails_expire_and_a_new_hold_is_not_put_for_what_was_let_go(a_world: MakeWorld) -> None:
    world = a_crowd(a_world)
    world.run("2026-12-01 16:00")
    world.clock.instant += DAY
    world.restart()
    assert causes(world) == {Cause.OVERDUE}
    world.clock.instant += 3 * DAY
    assert causes(world) == {Cause.OVERDUE}
    release(world)
    world.restart()
    world.run(timedelta(minutes=5))
    assert states(world)["release expired"] == 4
    assert {item.state for item in world.intents()} == {IntentState.ACCEPTED, IntentState.EXPIRED}


def test_a_clock_a_year_ahead_changes_nothing_until_somebody_has_looked(a_world: MakeWorld) -> None:
    world = a_crowd(a_world)
    world.run("2026-12-01 16:00")
    before = world.histories(), states(world)

    right = world.clock.instant
    world.clock.instant += 365 * DAY
    assert causes(world) == {Cause.OVERDUE}  # in a worker that runs as well
    world.restart()
    assert causes(world) == {Cause.OVERDUE}
    assert (world.histories(), states(world)) == before

    world.clock.instant = right
    assert causes(world) == {Cause.OVERDUE}
    release(world)
    world.run("2026-12-10 18:00")
    assert states(world) == {f"{name} accepted": 4 for name in ("one", "two", "three", "release")}


def test_a_clock_a_year_behind_holds_and_repeats_nothing(a_world: MakeWorld) -> None:
    world = a_crowd(a_world)
    world.run("2026-12-01 20:00")
    right = world.clock.instant
    world.clock.instant -= 365 * DAY
    world.restart()
    assert causes(world) == {Cause.CLOCK_BACK}
    release(world)
    world.run(30 * DAY)
    sent = states(world)

    world.clock.instant = right
    world.restart()
    if world.tick().standstill is not None:
        release(world)
    world.run("2026-12-10 00:00")
    assert len({outgoing.envelope_id for _, outgoing in world.mailer.taken}) == len(world.mailer.taken)
    assert sent["one accepted"] == 4
    assert states(world)["two accepted"] == 4
