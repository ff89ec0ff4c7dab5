"""After a restore: mails that the journal knows and that end before they are due again never count as unsent.

The backup was made while a pause held mails that went out later.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from jo.flow.hold import Cause
from jo.flow.intent import End, Scope
from jo.flow.state import IntentState
from jo.store import open_store
from tests.scenarios.test_restored import Place, PostgresPlace, assert_nothing_was_repeated, held_by, release
from tests.support.scenery import BASE, contact, mails, outreach, people, program
from tests.support.world import World, at

START, BACKUP, SENT, END = (
    at("2026-12-01 10:00"),
    at("2026-12-01 11:00"),
    at("2026-12-01 12:00"),
    at("2026-12-01 13:00"),
)
STEPS = "hello: {email: hello}\nmore: {email: more, after: 10 days}"
ROWS = people(contact("ada"), contact("bob"), contact("cleo"))
FILES = {
    **BASE,
    **program(STEPS),
    **mails("hello", "more"),
    "journeys/policy.yaml": "kind: policy\nname: attention\ncaps: {marketing: 1 per 5 days}\n",
}


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "postgres":
        return PostgresPlace(tmp_path / "place", request.getfixturevalue("postgres"))
    return Place(tmp_path / "place")


@contextmanager
def a_restored_world(place: Place) -> Iterator[World]:
    """Yield a world on hold whose journal knows three mails, and whose store has them paused."""
    store = open_store(place.url)
    with World(place.folder, FILES, ROWS, start=START, store=store, journal_folder=place.journal) as world:
        world.pause("program/care")
        world.run(BACKUP)
        place.back_up(world)
        world.resume("program/care")
        world.run(SENT)
        assert len(world.mails(template="hello")) == 3

        place.restore(world)
        assert held_by(world) == {Cause.ROLLED_BACK}
        assert states(world) == [IntentState.PENDING] * 3
        assert not [line.invariant.name for line in world.audit().lines if line.found.count]
        yield world
        assert len(world.mails(template="hello")) == 3
        assert_nothing_was_repeated(world)
        world.check_accounts()
        assert not [line.invariant.name for line in world.audit().lines if line.found.count]


def states(world: World) -> list[IntentState]:
    """Return the states of the mails that the journal knows."""
    return [item.state for item in world.intents() if item.template == "hello" and item.contact != "zoe"]


def leave(world: World) -> None:
    world.apply(program(STEPS, more="exit_when: {early: company.id is null}\n"))


def go(world: World) -> None:
    """Let them vanish from the source."""
    world.change_rows(people(contact("zoe")))


def withdraw(world: World) -> None:
    ids = [item.id for item in world.intents()]
    with world.store.write() as work:
        work.ledger.end([(id_, End(state=IntentState.WITHDRAWN, detail="no")) for id_ in ids], world.now)
        work.passages.wake(world.now, ids=[1, 2, 3])


def retire(world: World) -> None:
    world.apply({"journeys/care.yaml": None})


def suppress(world: World) -> None:
    for name in ("ada", "bob", "cleo"):
        world.suppress(f"{name}@people.example", Scope.ALL)


def wait(world: World) -> None:
    """Let them expire under the pause."""


@pytest.mark.parametrize("how", [leave, go, withdraw, retire, suppress, wait])
def test_whatever_ends_known_mails_first_they_are_accepted(
    place: Place, how: Callable[[World], None]
) -> None:
    with a_restored_world(place) as world:
        how(world)
        release(world)
        world.run(SENT + timedelta(days=5))
        assert states(world) == [IntentState.ACCEPTED] * 3
        world.resume("program/care")


@pytest.mark.parametrize(
    ("is_applied", "loss"), [(True, SENT), (False, at("2026-12-01 11:35"))], ids=["planning", "apply"]
)
def test_mails_of_an_outreach_that_are_known_are_accepted_and_never_too_late(
    place: Place, is_applied: bool, loss: datetime
) -> None:
    files = {**BASE, **mails("hello", "release"), **program("hello: {email: hello, after: 9 days}")}
    announced = outreach('at: "2026-12-01 11:30"', more="catch_up: {policy: skip}\n")
    store = open_store(place.url)
    with World(place.folder, files, ROWS, start=START, store=store, journal_folder=place.journal) as world:
        if is_applied:
            world.apply(announced)
        world.run(BACKUP)
        place.back_up(world)
        world.apply(announced)
        world.run(loss)
        assert len(world.mails(template="release")) == 3

        place.restore(world)
        assert held_by(world) == {Cause.ROLLED_BACK}
        world.apply(announced)
        release(world)
        world.run(END)

        assert len(world.mails(template="release")) == 3
        assert [item.state for item in world.intents()] == [IntentState.ACCEPTED] * 3
        world.check_accounts()
        assert not [line.invariant.name for line in world.audit().lines if line.found.count]


def test_known_mails_count_for_caps_while_the_store_still_waits_with_them(place: Place) -> None:
    with a_restored_world(place) as world:
        release(world)
        world.apply({**outreach('at: "2026-12-01 13:00"'), **mails("release")})
        world.run(SENT + timedelta(days=2))
        assert states(world) == [IntentState.PENDING] * 3  # paused
        assert not world.mails(template="release")
        world.resume("program/care")
        world.run(SENT + timedelta(days=6))
        assert states(world) == [IntentState.ACCEPTED] * 3
