"""What a store of years would fill with goes when its time is over."""

from datetime import timedelta

from jo.daemon.tidy import PAGE
from jo.timing.durations import Duration, Unit
from jo.timing.rates import Rate
from tests.scenarios.conftest import MakeWorld, on_both_databases
from tests.support.scenery import contact, mails, outreach, people
from tests.support.world import World, at

TEN = at("2026-12-01 10:00")
DAILY = {
    **outreach("cron: '0 12 * * *'", more="canary: {first: 1, wait: 30 minutes}\n"),
    **mails("release"),
}


def recalled(world: World, day: str) -> str | None:
    with world.store.read() as work:
        return work.operations.recall(f"canary:outreach/release:{day}")


def test_the_memory_of_a_canary_goes_with_its_occurrence(a_world: MakeWorld) -> None:
    world = a_world(DAILY, people(contact("ada"), contact("bob")), TEN)

    world.run("2026-12-01 12:05")
    assert recalled(world, "2026-12-01") is not None

    world.run("2026-12-03 12:05")
    assert [recalled(world, f"2026-12-{day:02}") is None for day in (1, 2, 3)] == [True, True, False]
    assert len(world.mails()) == 5


@on_both_databases
def test_rates_of_domains_that_nobody_writes_to_any_more_are_forgotten(a_world: MakeWorld) -> None:
    world = a_world(DAILY, people(contact("ada")), TEN)
    second = Rate(1, Duration(1, Unit.SECOND))
    with world.store.write() as work:
        for number in range(PAGE + 10):
            work.limits.take(f"default {number:04}.example", 1, second, TEN)

    world.run("2026-12-01 14:00")

    with world.store.write() as work:
        assert work.limits.tidy(TEN + timedelta(days=1), PAGE) == 0
