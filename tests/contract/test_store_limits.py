"""What every store promises of rates that several workers keep together."""

import random
import threading
from contextlib import closing, suppress
from datetime import timedelta

import pytest

from jo.flow.limits import leave
from jo.ports.store import Store
from jo.store import open_store
from jo.timing.rates import Rate, parse_rate
from tests.support.builders import MINUTE, NOON

MS = timedelta(milliseconds=1)


def rate(text: str) -> Rate:
    found = parse_rate(text)
    assert found is not None
    return found


def test_a_slice_is_granted_and_the_next_one_when_its_time_is_over(store: Store) -> None:
    slow = rate("60 per minute")
    with store.write() as work:
        first = work.limits.take("relay/main", 50, slow, NOON)
        early = work.limits.take("relay/main", 1, slow, first.free_at - MS)
        late = work.limits.take("relay/main", 1, slow, first.free_at)

    assert (first.granted, early.granted, late.granted) == (1, 0, 1)
    assert early.free_at == first.free_at == NOON + timedelta(seconds=1)


def test_only_what_is_asked_for_is_paid_for(store: Store) -> None:
    with store.write() as work:
        some = work.limits.take("relay/main", 2, rate("1000 per second"), NOON)
        rest = work.limits.take("relay/main", 1000, rate("1000 per second"), some.free_at)

    assert (some.granted, rest.granted) == (2, 50)
    assert rest.free_at - some.free_at == 25 * (some.free_at - NOON)


def test_every_name_has_a_rate_of_its_own(store: Store) -> None:
    with store.write() as work:
        names = ("relay/main", "relay/main example.com", "relay/other")
        granted = [work.limits.take(name, 1, rate("1 per hour"), NOON).granted for name in names]

    assert granted == [1, 1, 1]


def test_what_a_slower_rate_or_a_wrong_clock_has_left_holds_nobody(store: Store) -> None:
    with store.write() as work:
        work.limits.take("relay/main", 1, rate("1 per day"), NOON)

        assert work.limits.take("relay/main", 1, rate("1 per second"), NOON + MINUTE).granted == 1


def test_leave_of_a_transaction_that_failed_is_not_given(store: Store) -> None:
    with suppress(ZeroDivisionError), store.write() as work:
        work.limits.take("relay/main", 1, rate("1 per hour"), NOON)
        raise ZeroDivisionError

    with store.write() as work:
        assert work.limits.take("relay/main", 1, rate("1 per hour"), NOON).granted == 1


@pytest.mark.parametrize("text", ["7 per second", "100 per second", "1000 per second", "90 per minute"])
def test_workers_together_never_exceed_the_rate_in_any_stretch(store: Store, text: str) -> None:
    wanted, chance = rate(text), random.Random(text)
    moments = []
    now, longest = NOON, leave(wanted).most * leave(wanted).interval
    with store.write() as work:
        for _ in range(400):
            now += chance.choice((0, 1, 1, 3)) * longest * chance.random()
            moments += [now] * work.limits.take("relay/main", chance.randint(1, 80), wanted, now).granted

    per = timedelta(seconds=wanted.per.at_most_seconds())
    most = max(sum(begin <= moment < begin + per for moment in moments) for begin in set(moments))
    assert most <= wanted.count
    assert len(moments) > wanted.count


def test_workers_that_ask_at_once_by_the_databases_clock_never_exceed_it(store_url: str) -> None:
    wanted = rate("200 per second")
    with closing(open_store(store_url)) as one, closing(open_store(store_url)) as other:
        moments: list[object] = []

        def ask(store: Store, seed: int) -> None:
            chance = random.Random(seed)
            for _ in range(60):
                with store.write() as work:
                    now = work.leases.clock()
                    granted = work.limits.take("relay/main", chance.randint(1, 20), wanted, now).granted
                moments.extend([now] * granted)

        threads = [
            threading.Thread(target=ask, args=(store, seed)) for seed, store in enumerate((one, other))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    found = sorted(moments)  # type: ignore[type-var]  # all of them are instants
    span = (found[-1] - found[0]).total_seconds()  # type: ignore[operator]
    assert found
    assert len(found) <= leave(wanted).most + span / leave(wanted).interval.total_seconds() + 1


def test_rates_whose_moment_is_over_are_forgotten_page_by_page(store: Store) -> None:
    slow = rate("1 per day")
    with store.write() as work:
        for number in range(5):
            work.limits.take(f"relay/main {number}.example", 1, rate("1 per second"), NOON)
        work.limits.take("relay/main", 1, slow, NOON)

        pages = [work.limits.tidy(NOON + timedelta(hours=1), 3) for _ in range(3)]
        still = work.limits.take("relay/main", 1, slow, NOON + timedelta(hours=2))

    assert pages == [3, 2, 0]
    assert still.granted == 0


def test_tidying_waits_for_nobody_who_asks(postgres_store_url: str) -> None:
    later = NOON + timedelta(hours=2)
    with closing(open_store(postgres_store_url)) as one, closing(open_store(postgres_store_url)) as other:
        with one.write() as work:
            for name in ("relay/main a.example", "relay/main b.example"):
                work.limits.take(name, 1, rate("1 per second"), NOON)

        with one.write() as asking:
            assert asking.limits.take("relay/main a.example", 1, rate("1 per second"), later).granted == 1
            with other.write() as tidying:
                assert tidying.limits.tidy(later, 10) == 1
