"""Rates and limits by relay and domain: what is held stays in line, and what is behind it goes past."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from jo.flow.limits import DomainLimit, RelayLimits, parse_limit
from jo.timing.rates import parse_rate
from tests.scenarios.conftest import MakeWorld, on_both_databases
from tests.support.crowd import Crowd
from tests.support.scenery import contact, mails, people, program
from tests.support.world import World, at

TEN = at("2026-12-01 10:00")
FILES = {**program("hello: {email: one}"), **mails("one")}
SLOW = "slow.example"


def limit(text: str) -> DomainLimit:
    found = parse_limit(text)
    assert found is not None
    return found


def crowd_of(*domains: str) -> dict[str, list[dict[str, object]]]:
    """Return the rows of people, in the order of their keys one at each domain."""
    rows = [contact(f"c{number:03}", email=f"c{number:03}@{name}") for number, name in enumerate(domains)]
    return people(*rows)  # type: ignore[return-value]


def limited(world: World, limits: RelayLimits) -> World:
    world.limits = limits
    world.restart()
    return world


def busiest(moments: Sequence[datetime], per: timedelta) -> int:
    """Return the most that lie within any stretch so long."""
    return max(sum(begin <= moment < begin + per for moment in moments) for begin in moments)


@on_both_databases
def test_a_relay_gets_no_more_than_its_rate_and_all_of_it(a_world: MakeWorld) -> None:
    world = limited(
        a_world(FILES, crowd_of(*["a.example"] * 15), TEN), RelayLimits(rate=parse_rate("10 per second"))
    )

    world.run(TEN + timedelta(seconds=10))

    sent = [mail.at for mail in world.mails()]
    assert len(sent) == 15
    assert busiest(sent, timedelta(seconds=1)) == 10
    assert max(sent) - TEN == timedelta(seconds=1.4)


def test_mails_in_line_for_a_relays_rate_are_not_written(a_world: MakeWorld) -> None:
    world = limited(
        a_world(FILES, crowd_of(*["a.example"] * 9), TEN), RelayLimits(rate=parse_rate("1 per minute"))
    )

    world.run(TEN + timedelta(seconds=90))

    waiting = [item for item in world.intents() if item.state == "pending"]
    assert len(waiting) == 7
    assert {(item.why, item.due_at) for item in waiting} == {("due", TEN)}


@on_both_databases
def test_a_slow_domain_blocks_no_other_and_its_mails_are_written_once(a_world: MakeWorld) -> None:
    limits = RelayLimits(domains={SLOW: limit("1 per second")})
    world = limited(a_world(FILES, crowd_of(*[SLOW] * 12, *["a.example"] * 12), TEN), limits)

    world.run(TEN)
    others = [mail for mail in world.mails() if not mail.to.endswith(SLOW)]
    held = {item.id: item.due_at for item in world.intents() if item.why == "rate"}
    assert len(others) == 12
    assert len(held) > 8

    world.run(TEN + timedelta(seconds=5))
    kept = {item.id: item.due_at for item in world.intents() if item.why == "rate"}
    assert kept.items() <= held.items()
    assert 3 < len(kept) < len(held)

    world.run(TEN + timedelta(minutes=5))
    slow = [mail.at for mail in world.mails() if mail.to.endswith(SLOW)]
    assert len(slow) == 12
    assert busiest(slow, timedelta(seconds=1)) == 1
    assert max(slow) - TEN < timedelta(seconds=18)


def test_every_other_domain_has_the_limit_for_itself(a_world: MakeWorld) -> None:
    limits = RelayLimits(domains={"*": limit("1 per minute"), "fast.example": limit("100 per second")})
    domains = [*["a.example"] * 3, *["b.example"] * 3, *["fast.example"] * 6]
    world = limited(a_world(FILES, crowd_of(*domains), TEN), limits)

    world.run(TEN + timedelta(seconds=59))

    sent = Counter(mail.to.partition("@")[2] for mail in world.mails())
    assert sent == {"a.example": 1, "b.example": 1, "fast.example": 6}


def test_a_domain_has_no_more_under_way_than_its_connections(a_world: MakeWorld) -> None:
    world = a_world(FILES, crowd_of(*[SLOW] * 6, *["a.example"] * 6), TEN)
    limited(world, RelayLimits(domains={SLOW: limit("2 connections")}))
    world.mailer.slow = {f"c{number:03}@{SLOW}" for number in range(6)}

    world.tick()

    states = Counter((item.state, item.address.partition("@")[2]) for item in world.intents())
    assert states == {("accepted", "a.example"): 6, ("open", SLOW): 2, ("pending", SLOW): 4}
    world.mailer.slow.clear()
    world.run(TEN + timedelta(minutes=1))
    assert len(world.mails()) == 12


def test_the_more_important_mail_gets_the_leave(a_world: MakeWorld) -> None:
    files = {
        **program("hello: {email: one}", name="low", more="priority: 1\n"),
        **program("hello: {email: two}", name="high", more="priority: 9\n"),
        **mails("one", "two"),
    }
    world = limited(
        a_world(files, crowd_of(*["a.example"] * 4), TEN), RelayLimits(rate=parse_rate("1 per second"))
    )

    world.run(TEN + timedelta(minutes=1))

    assert [mail.template for mail in world.mails()] == ["two"] * 4 + ["one"] * 4


def test_workers_together_keep_the_rates(a_world: MakeWorld) -> None:
    domains = [SLOW if number % 2 else "a.example" for number in range(12)]
    world = a_world(FILES, crowd_of(*domains), TEN)
    world.limits = RelayLimits(rate=parse_rate("10 per second"), domains={SLOW: limit("2 per second")})
    crowd = Crowd(world, "ab", seed=1)

    crowd.run(TEN + timedelta(minutes=2))

    every = [mail.at for mail in world.mails()]
    slow = [mail.at for mail in world.mails() if mail.to.endswith(SLOW)]
    assert len(every) == 12
    assert busiest(every, timedelta(seconds=1)) <= 10
    assert busiest(slow, timedelta(seconds=1)) <= 2
    assert max(slow) - TEN < timedelta(seconds=12)


def test_a_mail_that_waits_for_its_rate_for_too_long_expires(a_world: MakeWorld) -> None:
    files = {**program("hello: {email: one, expires_after: 1 hour}"), **mails("one")}
    limits = RelayLimits(rate=parse_rate("1 per day"))
    world = limited(a_world(files, crowd_of("a.example", "a.example"), TEN), limits)

    world.run(TEN + timedelta(days=3))

    assert sorted(str(item.state) for item in world.intents()) == ["accepted", "expired"]
