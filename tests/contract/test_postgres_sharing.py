"""What holds between transactions that are open at the same time, which only PostgreSQL has."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import pytest

from jo.ports.store import Lease, LeaseLostError, Store
from jo.store import open_store
from tests.contract.test_store_passages import enter
from tests.support.builders import MINUTE, NOON, a_move, a_passage
from tests.support.stores import a_lease


@pytest.fixture
def stores(postgres_store_url: str) -> Iterator[tuple[Store, Store]]:
    """The same store, opened by two."""
    with ExitStack() as stack:
        one, two = (stack.enter_context(closing(open_store(postgres_store_url))) for _ in range(2))
        yield one, two


def test_nobody_is_buried_with_a_transaction_open_and_nobody_waits_for_it(
    stores: tuple[Store, Store],
) -> None:
    mine, others = stores
    lease = a_lease(mine, "run/1", "one", seconds=0)

    with mine.write(lease) as work:
        with ThreadPoolExecutor(1) as pool:
            assert not pool.submit(buried, others, lease).result(timeout=5)
        work.operations.remember("word", "written in time")

    assert buried(others, lease)
    with pytest.raises(LeaseLostError), mine.write(lease):
        pass
    with others.read() as work:
        assert work.operations.recall("word") == "written in time"


def buried(store: Store, lease: Lease) -> bool:
    with store.write() as work:
        return work.leases.bury(lease, NOON + MINUTE)


def test_who_is_being_decided_about_is_left_to_that_worker(stores: tuple[Store, Store]) -> None:
    mine, others = stores
    enter(mine, *(a_passage(f"c{number}") for number in range(4)))

    with mine.write() as work:
        first = [passage.contact for passage in work.passages.due(NOON, 2)]
        with ThreadPoolExecutor(1) as pool:
            second = pool.submit(due, others).result(timeout=5)

    assert (first, second) == (["c0", "c1"], ["c2", "c3"])
    assert due(others) == ["c0", "c1", "c2", "c3"]


def due(store: Store) -> list[str]:
    with store.write() as work:
        return [passage.contact for passage in work.passages.due(NOON, 10)]


def test_a_wake_up_call_is_not_lost_to_who_decides_at_that_moment(stores: tuple[Store, Store]) -> None:
    mine, others = stores
    (passage,) = enter(mine, a_passage())

    with ThreadPoolExecutor(1) as pool:
        with mine.write() as work:
            (found,) = work.passages.due(NOON, 1)
            called = pool.submit(wake, others, passage.id)
            work.passages.move([a_move(found, due_at=NOON + MINUTE)])
        assert called.result(timeout=5) == 1

    assert due(others) == ["c1"]


def wake(store: Store, id_: int) -> int:
    with store.write() as work:
        return work.passages.wake(NOON, ids=[id_])
