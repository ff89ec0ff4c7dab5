"""What every store promises of a transaction: all or nothing, one consistent state, the lease held."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest

from jo.ports.store import LeaseLostError, Store, StoreError
from jo.store import open_store
from jo.store.engine import BUSY_SECONDS
from tests.support.builders import MINUTE, NOON
from tests.support.stores import a_lease

Pair = tuple[Store, Store]


@contextmanager
def two_stores(url: str, busy_seconds: float = BUSY_SECONDS) -> Iterator[Pair]:
    """Open a store twice, as two processes do."""
    with (
        closing(open_store(url, busy_seconds=busy_seconds)) as first,
        closing(open_store(url, busy_seconds=busy_seconds)) as second,
    ):
        yield first, second


def remembered(store: Store, name: str = "word") -> str | None:
    with store.read() as work:
        return work.operations.recall(name)


def test_a_transaction_is_committed_at_its_end(store: Store) -> None:
    with store.write() as work:
        work.operations.remember("word", "yes")

    assert remembered(store) == "yes"


def test_an_exception_rolls_back_all_of_a_transaction(store: Store) -> None:
    def fail_at_the_end() -> None:
        with store.write() as work:
            work.operations.remember("word", "yes")
            work.leases.acquire("send", "worker-1", NOON, 60)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_at_the_end()

    assert remembered(store) is None
    with store.read() as work:
        assert work.leases.holder("send") is None


def test_a_reading_transaction_refuses_to_write(store: Store) -> None:
    with pytest.raises(RuntimeError), store.read() as work:
        work.operations.remember("word", "yes")

    assert remembered(store) is None


def test_after_a_refused_write_the_store_still_writes(store: Store) -> None:
    with pytest.raises(RuntimeError), store.read() as work:
        work.operations.remember("word", "no")

    with store.write() as work:
        work.operations.remember("word", "yes")
    assert remembered(store) == "yes"


def test_a_transaction_inside_another_one_is_a_bug_and_says_so(store: Store) -> None:
    with store.write() as work:
        work.operations.remember("word", "yes")
        with pytest.raises(RuntimeError, match="inside another"), store.read():
            pass

    assert remembered(store) == "yes"


def test_a_naive_datetime_is_refused(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as work:
        work.leases.acquire("send", "worker-1", NOON.replace(tzinfo=None), 60)


def test_an_instant_comes_back_to_the_microsecond(store: Store) -> None:
    now = NOON + timedelta(microseconds=123_457)
    with store.write() as work:
        work.leases.acquire("send", "worker-1", now, 0)

    with store.read() as work:
        held = work.leases.holder("send")
    assert held is not None
    assert held.until == now


def test_a_reader_sees_the_state_before_a_writer_that_has_not_committed(store_url: str) -> None:
    with two_stores(store_url) as (reader, writer):
        with writer.write() as work:
            work.operations.remember("word", "old")

        with reader.read() as reading:
            assert reading.operations.recall("word") == "old"
            with writer.write() as writing:
                writing.operations.remember("word", "new")
            assert reading.operations.recall("word") == "old"

        assert remembered(reader) == "new"


def take_again(store: Store, times: int) -> None:
    """Take a lease as its owner, which raises its token by one each time."""
    for _ in range(times):
        a_lease(store)


def test_threads_write_at_the_same_time_and_no_write_is_lost(store: Store) -> None:
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(take_again, store, 25) for _ in range(4)]:
            done.result()

    assert a_lease(store).token == 101


def test_two_openers_of_one_store_write_at_the_same_time_and_no_write_is_lost(store_url: str) -> None:
    with two_stores(store_url) as stores:
        with ThreadPoolExecutor() as pool:
            for done in [pool.submit(take_again, store, 25) for store in stores]:
                done.result()

        assert a_lease(stores[0]).token == 51


def test_a_writer_that_waits_too_long_says_that_the_store_is_busy(store_url: str) -> None:
    with two_stores(store_url, busy_seconds=0.05) as (first, second), first.write() as work:
        work.operations.remember("word", "first")

        with pytest.raises(StoreError, match="busy"), second.write() as late:
            late.operations.remember("word", "second")


def test_nobody_takes_a_lease_while_its_holder_writes(store_url: str) -> None:
    with two_stores(store_url, busy_seconds=0.05) as (holder, other):
        lease = a_lease(holder)

        with holder.write(lease) as work:
            with pytest.raises(StoreError, match="busy"), other.write() as late:
                late.leases.acquire("send", "worker-2", NOON + 2 * MINUTE, 60)
            work.operations.remember("word", "yes")

        assert remembered(other) == "yes"


def test_many_may_open_a_fresh_store_at_once(fresh_url: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        stores = [done.result() for done in [pool.submit(open_store, fresh_url) for _ in range(8)]]

    assert [remembered(store) for store in stores] == [None] * 8
    for store in stores:
        store.close()


def test_who_holds_the_newest_lease_may_write(store: Store) -> None:
    lease = a_lease(store)

    with store.write(lease) as work:
        work.operations.remember("word", "yes")

    assert remembered(store) == "yes"


def test_who_lost_the_lease_writes_nothing(store: Store) -> None:
    lost = a_lease(store, owner="worker-1")
    with store.write() as work:
        taken = work.leases.acquire("send", "worker-2", NOON + 2 * MINUTE, 60)
    assert taken is not None

    with pytest.raises(LeaseLostError), store.write(lost) as work:
        work.operations.remember("word", "stale")

    assert remembered(store) is None


def test_who_gave_the_lease_back_writes_nothing(store: Store) -> None:
    lease = a_lease(store)
    with store.write() as work:
        work.leases.release(lease)

    with pytest.raises(LeaseLostError), store.write(lease):
        pass


def test_a_new_token_of_the_same_owner_fences_off_the_old_one(store: Store) -> None:
    before = a_lease(store)
    after = a_lease(store)

    assert after.token == before.token + 1
    with pytest.raises(LeaseLostError), store.write(before):
        pass
    with store.write(after):
        pass


def test_a_lease_is_refused_to_others_until_it_runs_out(store: Store) -> None:
    held = a_lease(store, owner="worker-1", seconds=60)

    with store.write() as work:
        assert work.leases.acquire("send", "worker-2", NOON + 0.9 * MINUTE, 60) is None
        taken = work.leases.acquire("send", "worker-2", NOON + MINUTE, 60)

    assert taken is not None
    assert (taken.owner, taken.token) == ("worker-2", held.token + 1)


def test_a_token_never_comes_again_after_a_release(store: Store) -> None:
    first = a_lease(store)
    with store.write() as work:
        work.leases.release(first)

    second = a_lease(store, owner="worker-2")

    assert second.token > first.token


def test_a_renewed_lease_keeps_its_token_and_lasts_longer(store: Store) -> None:
    lease = a_lease(store, seconds=60)

    with store.write(lease) as work:
        renewed = work.leases.renew(lease, NOON + MINUTE / 2, 60)

    assert renewed.token == lease.token
    assert renewed.until == NOON + 1.5 * MINUTE
    with store.read() as work:
        assert work.leases.holder("send") == renewed


def test_a_lost_lease_cannot_be_renewed_and_its_release_harms_nobody(store: Store) -> None:
    lost = a_lease(store, owner="worker-1")
    with store.write() as work:
        taken = work.leases.acquire("send", "worker-2", NOON + 2 * MINUTE, 60)
        work.leases.release(lost)

    with pytest.raises(LeaseLostError), store.write() as work:
        work.leases.renew(lost, NOON, 60)

    with store.read() as work:
        assert work.leases.holder("send") == taken
