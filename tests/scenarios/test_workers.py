"""Several workers share one store: every mail goes out once, whoever comes, goes, dies or sleeps too long."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jo.daemon.service import Duty, Worker
from jo.daemon.sharing import ClocksDifferError, bury_all
from jo.flow.shards import ALL_SHARDS
from jo.flow.state import IntentState
from jo.ports.mailer import ReplyKind
from jo.ports.store import LeaseLostError
from jo.store import open_store
from tests.support.crowd import Crowd, Member
from tests.support.scenery import BASE, contact, mails, outreach, people, program
from tests.support.stores import MEMORY_URL
from tests.support.world import StepClock, World, at

FILES = {
    **BASE,
    **program(
        """
        hello: {email: one}
        pause: {wait: 2 hours}
        more: {email: two}
        """
    ),
    **program("bill: {email: bill}", name="bills", more="priority: 20\n"),
    **outreach('at: "2026-12-01 11:00"'),
    **mails("one", "two", "release"),
    **mails("bill", class_="transactional"),
    "journeys/policy.yaml": "kind: policy\nname: attention\ncaps: {marketing: 2 per 1 day}\n",
}
PEOPLE = 16
START, END = at("2026-12-01 10:00"), at("2026-12-02 11:30")
HALF = START + timedelta(hours=1)

MakeWorld = Callable[[], World]


@pytest.fixture(params=["postgres", "sqlite"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeWorld]:
    """Return a function that makes a world of sixteen people; the first is in the store of the test."""
    urls = [MEMORY_URL]
    if request.param == "postgres":
        urls.append(request.getfixturevalue("postgres_store_url"))
    with ExitStack() as stack:

        def a_world() -> World:
            folder = tmp_path / str(len(list(tmp_path.iterdir())))
            folder.mkdir()
            rows = people(*(contact(f"c{number:02}") for number in range(PEOPLE)))
            store = open_store(urls.pop() if len(urls) > 1 else MEMORY_URL)
            return stack.enter_context(World(folder, FILES, rows, start=START, store=store))

        yield a_world


def account(world: World) -> tuple[dict[str, dict[str, str]], dict[str, str], Counter[str]]:
    """Return what became of everybody: decisions, the states of mails, and how often each was delivered."""
    journeys = ("program/care", "program/bills", "outreach/release")
    return (
        {journey: world.decisions(journey) for journey in journeys},
        {item.key: str(item.state) for item in world.intents()},
        Counter(mail.intent.key for mail in world.mails()),
    )


def check(world: World, alone: World) -> None:
    """Hold what several workers have done to what one would have done."""
    alone.run(END)
    assert len(alone.mails()) == 4 * PEOPLE
    assert account(world) == account(alone)
    assert not world.uncertain()
    per_day = Counter((mail.to, mail.at.date()) for mail in world.mails() if mail.template != "bill")
    assert max(per_day.values()) == 2
    world.check_accounts()
    report = world.audit()
    assert report.holds, [line for line in report.lines if line.found.count]


def holdings(crowd: Crowd) -> list[int]:
    """Return how many shards each worker has, and hold the parts to be the whole."""
    workers = [member.worker for _, member in sorted(crowd.members.items())]
    shards = [shard for worker in workers for shard in worker.shards]
    duties = [duty for worker in workers for duty in worker.duties]
    assert sorted(shards) == sorted(ALL_SHARDS)
    assert sorted(duties) == sorted(Duty)
    return sorted(len(worker.shards) for worker in workers)


def test_workers_share_the_work_and_every_mail_goes_out_once(make: MakeWorld) -> None:
    world, alone = make(), make()
    crowd = Crowd(world, "abc", seed=1)

    crowd.run(END)

    assert holdings(crowd) == [21, 21, 22]
    assert all(member.mailer.offered for member in crowd.members.values())
    check(world, alone)


def test_workers_come_and_go_and_die_in_the_middle(make: MakeWorld) -> None:
    world, alone = make(), make()
    crowd = Crowd(world, "a", seed=2)
    crowd.run(START + timedelta(minutes=30))
    assert holdings(crowd) == [64]

    crowd.add("b")
    crowd.add("c")
    crowd.run(HALF)
    assert holdings(crowd) == [21, 21, 22]
    crowd.kill("a")
    crowd.add("d")
    crowd.run(HALF + timedelta(hours=2))
    assert holdings(crowd) == [21, 21, 22]
    crowd.stop("b")
    crowd.run(END)

    assert holdings(crowd) == [32, 32]
    check(world, alone)


def test_a_worker_that_was_stopped_hands_over_at_once(make: MakeWorld) -> None:
    world = make()
    crowd = Crowd(world, "ab", seed=1)
    crowd.run(START)

    crowd.stop("a")
    crowd["b"].loop.tick()

    assert holdings(crowd) == [64]


def test_a_frozen_worker_writes_nothing_and_goes_on_with_a_new_lease(make: MakeWorld) -> None:
    world = make()
    crowd = Crowd(world, "a", seed=1)
    sleeper = crowd["a"]
    sleeper.mailer.slow = {f"c{number:02}@people.example" for number in range(PEOPLE)}
    sleeper.loop.tick()
    before = sleeper.worker.lease
    under_way = {item.key for item in world.intents() if item.state is IntentState.OPEN}
    assert len(under_way) == 4

    crowd.freeze("a")
    crowd.add("b")
    crowd.run(HALF)

    assert world.uncertain() == under_way
    with pytest.raises(LeaseLostError), world.store.write(before):
        pass
    tick = crowd.thaw("a", sleeper)
    assert (tick.counts, tick.is_under_way) == ({}, True)
    assert any(event.name == "lease.lost" for event in world.told)

    sleeper.mailer.slow = set()
    crowd.run(END)

    assert sleeper.worker.lease != before
    assert holdings(crowd) == [32, 32]
    received = Counter(mail.intent.key for mail in world.mails())
    assert world.uncertain() == under_way
    assert all(count == 1 for key, count in received.items() if key not in under_way)
    assert received.keys() == {item.key for item in world.intents()}


def test_late_replies_are_evidence_about_mails_that_had_become_uncertain(make: MakeWorld) -> None:
    world = make()
    crowd = Crowd(world, "a", seed=1)
    sleeper = crowd["a"]
    world.pause("program/bills")
    sleeper.mailer.slow = {"c01@people.example", "c02@people.example"}
    sleeper.mailer.behave("c02@people.example", ReplyKind.REJECTED)
    while sleeper.loop.tick().counts:
        pass
    held = {item.contact: item.key for item in world.intents() if item.state is IntentState.OPEN}
    assert held.keys() == {"c01", "c02"}
    crowd.freeze("a")
    crowd.add("b")
    crowd.run(START + timedelta(minutes=1))
    assert world.uncertain() == set(held.values())

    sleeper.mailer.slow = set()
    crowd.thaw("a", sleeper)
    crowd.run(START + timedelta(minutes=2))

    states = {item.key: item.state for item in world.intents()}
    assert states[held["c01"]] is IntentState.ACCEPTED
    assert states[held["c02"]] is IntentState.FAILED


def lose_lease(world: World, member: Member) -> str:
    """Let a worker lose its lease with a bill on the wire, take a new one, and take up what it had open.

    Returns the key of the bill.
    """
    world.pause("program/care")
    member.mailer.slow = {"c01@people.example"}
    member.loop.tick()
    (bill,) = (item.key for item in world.intents() if item.state is IntentState.OPEN)
    with world.store.write() as work:
        bury_all(work)
    tick = member.loop.tick()
    assert (tick.counts, world.told[-1].name) == ({}, "lease.lost")
    assert member.loop.tick().counts["rescue.uncertain"] == 1
    assert world.uncertain() == {bill}
    return bill


def test_a_worker_with_a_new_lease_does_not_try_again_what_it_still_has_on_the_wire(make: MakeWorld) -> None:
    world = make()
    crowd = Crowd(world, "a", seed=1)
    member = crowd["a"]
    bill = lose_lease(world, member)

    world.clock.jump(START + timedelta(minutes=10))
    ticks = [member.loop.tick() for _ in range(3)]
    assert all(tick.is_under_way and tick.trouble is None for tick in ticks)
    bill_of = {item.key: item for item in world.intents()}[bill]
    assert (bill_of.state, bill_of.attempts) == (IntentState.PENDING, 1)

    member.mailer.slow = set()
    crowd.run(END)

    received = Counter(mail.intent.key for mail in world.mails())
    bills = {item.key for item in world.intents(journey="program/bills")}
    assert {key: received[key] for key in bills} == dict.fromkeys(bills, 1)
    assert world.audit().holds


def test_a_mail_that_the_wire_has_let_go_of_is_tried_again_by_the_worker_with_a_new_lease(
    make: MakeWorld,
) -> None:
    world = make()
    crowd = Crowd(world, "a", seed=1)
    member = crowd["a"]
    bill = lose_lease(world, member)

    member.mailer.behave("c01@people.example", ReplyKind.DEFERRED)
    member.mailer.slow = set()
    crowd.run(END)

    bill_of = {item.key: item for item in world.intents()}[bill]
    assert (bill_of.state, bill_of.attempts) == (IntentState.ACCEPTED, 2)
    assert Counter(mail.intent.key for mail in world.mails())[bill] == 1


def test_a_worker_whose_clock_differs_does_nothing_and_leaves_its_work_to_others(make: MakeWorld) -> None:
    world = make()
    world.retire()
    now = datetime.now(UTC)
    wrong = Worker(world.store, "wrong", is_alone=False, clock=StepClock(now + timedelta(minutes=1)))

    with pytest.raises(ClocksDifferError, match="differ by 60 seconds"):
        wrong.begin()

    crowd = Crowd(world, "b", seed=1)
    crowd["b"].loop.tick()
    assert holdings(crowd) == [64]
    right = Worker(world.store, "right", is_alone=False, clock=StepClock(datetime.now(UTC)))
    right.begin()
    assert right.goes_on()


def test_a_worker_that_cannot_know_whether_it_lost_its_lease_gives_the_old_one_back(make: MakeWorld) -> None:
    world = make()
    world.retire()
    alone = Worker(world.store, "alone", is_alone=True)
    alone.begin()
    before = alone.lease

    alone.lose()
    alone.begin()

    assert alone.lease.token > before.token
    assert alone.shards == ALL_SHARDS


def test_a_worker_that_has_to_be_alone_waits_for_others_to_end(make: MakeWorld) -> None:
    world = make()
    crowd = Crowd(world, "a", seed=1)
    crowd["a"].loop.tick()
    alone = Worker(world.store, "alone", is_alone=True)

    assert not alone.join()
    crowd.kill("a")

    assert alone.join()
    alone.begin()
    assert alone.shards == ALL_SHARDS
