"""What every store promises of leases that end, and of the shares that a lease has."""

from datetime import UTC, datetime, timedelta

import pytest

from jo.flow.shards import ALL_SHARDS, shard_of
from jo.ports.store import LeaseLostError, Store
from tests.contract.test_store_ledger import create
from tests.contract.test_store_passages import enter
from tests.support.builders import DAY, MINUTE, NOON, a_passage, an_intent
from tests.support.stores import a_lease


def owned(store: Store) -> dict[str, str | None]:
    with store.read() as work:
        return dict(work.shares.all())


def test_the_clock_of_the_database_is_the_present(store: Store) -> None:
    with store.read() as work:
        told = work.leases.clock()

    assert abs(told - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_buried_lease_fences_off_its_holder_and_is_free(store: Store) -> None:
    lost = a_lease(store, owner="worker-1")

    with store.write() as work:
        assert work.leases.bury(lost, NOON + MINUTE)

        assert work.leases.holder("send") is None
        assert work.leases.held() == []
    with pytest.raises(LeaseLostError), store.write(lost):
        pass
    assert a_lease(store, owner="worker-2").token > lost.token


def test_only_a_lease_that_is_over_and_still_the_same_is_buried(store: Store) -> None:
    lease = a_lease(store, owner="worker-1", seconds=60)
    with store.write() as work:
        assert not work.leases.bury(lease, NOON + MINUTE / 2)
        renewed = work.leases.renew(lease, NOON + MINUTE / 2, 60)

        assert not work.leases.bury(lease, NOON + MINUTE)
        assert work.leases.bury(renewed, NOON + 1.5 * MINUTE)
        assert not work.leases.bury(renewed, NOON + 1.5 * MINUTE)


def test_leases_that_are_held_are_listed_run_out_or_not(store: Store) -> None:
    second, first = a_lease(store, "run/2", "two"), a_lease(store, "run/1", "one", seconds=0)
    over = a_lease(store, "run/3", "three")
    with store.write() as work:
        work.leases.release(over)

    with store.read() as work:
        assert work.leases.held() == [first, second]


def test_a_share_is_taken_by_one_and_stays_until_it_is_given_back(store: Store) -> None:
    one, two = a_lease(store, "run/1", "one"), a_lease(store, "run/2", "two")
    with store.write() as work:
        work.shares.declare(["a", "b", "c"])
        work.shares.declare(["c", "d"])
    assert owned(store) == dict.fromkeys("abcd")

    with store.write(one) as work:
        assert work.shares.take(one, ["a", "b", "unknown"]) == {"a", "b"}
    with store.write(two) as work:
        assert work.shares.take(two, ["b", "c"]) == {"c"}
    assert owned(store) == {"a": "run/1", "b": "run/1", "c": "run/2", "d": None}

    with store.write(two) as work:
        work.shares.give_back(two, ["a", "c"])
    assert owned(store) == {"a": "run/1", "b": "run/1", "c": None, "d": None}


def test_the_end_of_a_lease_frees_its_shares(store: Store) -> None:
    buried, released = a_lease(store, "run/1", "one"), a_lease(store, "run/2", "two")
    with store.write() as work:
        work.shares.declare(["a", "b"])
        work.shares.take(buried, ["a"])
        work.shares.take(released, ["b"])

    with store.write() as work:
        work.leases.bury(buried, buried.until)
        work.leases.release(released)

    assert owned(store) == {"a": None, "b": None}


def test_releasing_a_lost_lease_leaves_the_shares_of_its_next_holder_alone(store: Store) -> None:
    lost = a_lease(store, "run/1", "one")
    held = a_lease(store, "run/1", "one")
    with store.write() as work:
        work.shares.declare(["a"])
        work.shares.take(held, ["a"])

        work.leases.release(lost)
        assert not work.leases.bury(lost, NOON + DAY)

    assert owned(store) == {"a": "run/1"}


def test_a_worker_finds_what_is_due_in_its_shards(store: Store) -> None:
    passages = enter(store, *(a_passage(f"c{n}", due_at=NOON + n * MINUTE) for n in range(20)))
    intents = create(store, *(an_intent(f"c{n}", due_at=NOON + n * MINUTE) for n in range(20)))
    end = NOON + DAY
    halves = ALL_SHARDS & set(range(32)), ALL_SHARDS & set(range(32, 64))

    with store.write() as work:
        for half in halves:
            mine = [item for item in passages if shard_of(item.contact) in half]
            assert work.passages.due(end, 100, half) == mine
            assert work.passages.next_due(half) == mine[0].stand.due_at
        found = [work.ledger.claimable(end, 100, half) for half in halves]
        assert sorted(item.key for half in found for item in half) == sorted(item.key for item in intents)
        assert [work.ledger.next_due(half) for half in halves] == [half[0].due_at for half in found]
        assert work.passages.due(end, 100, frozenset()) == []
        assert work.passages.next_due(frozenset()) is None
        assert work.ledger.claimable(end, 100, frozenset()) == []
        assert work.ledger.next_due(frozenset()) is None


def test_priorities_without_anything_in_ones_shards_are_passed_over(store: Store) -> None:
    high, low = create(store, an_intent("c1", priority=9), an_intent("c2", priority=1))
    with store.read() as work:
        shards = [
            {shard for shard in ALL_SHARDS if work.ledger.claimable(NOON + DAY, 10, {shard}) == [item]}
            for item in (high, low)
        ]
        assert work.ledger.claimable(NOON + DAY, 10, shards[1]) == [low]
        assert work.ledger.claimable(NOON + DAY, 10, shards[0] | shards[1]) == [high, low]
