"""What every store promises of what people said and did, of pauses and of small memories."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from threading import Barrier

from jo.flow.intent import Suppression, public_id
from jo.ports.store import Engaged, Happening, Override, Store
from jo.store import open_store
from tests.support.builders import DAY, MINUTE, NOON, a_passage, an_intent

OPT_OUT = Suppression(scope="marketing", cause="unsubscribe", at=NOON)
ACTIVATED = Happening(name="trial.activated", at=NOON, payload={"trial": "t1"})


def test_a_suppression_keeps_its_first_time(store: Store) -> None:
    with store.write() as work:
        assert work.people.suppress([("a@x.org", OPT_OUT, "intent-1")]) == 1
        later = replace(OPT_OUT, at=NOON + DAY, cause="import")
        assert work.people.suppress([("a@x.org", later, "file"), ("b@x.org", later, "file")]) == 1

        found = work.people.suppressions(["a@x.org", "b@x.org", "c@x.org"])

    assert found == {"a@x.org": (OPT_OUT,), "b@x.org": (later,)}


def test_scopes_stand_side_by_side(store: Store) -> None:
    topic = replace(OPT_OUT, scope="topic:news")
    with store.write() as work:
        assert work.people.suppress([("a@x.org", topic, "s"), ("a@x.org", OPT_OUT, "s")]) == 2

        assert work.people.suppressions(["a@x.org"]) == {"a@x.org": (OPT_OUT, topic)}


def test_an_event_counts_once_per_source_and_id(store: Store) -> None:
    with store.write() as work:
        assert work.people.event("app", "e1", ACTIVATED, "c1", NOON)
        assert not work.people.event("app", "e1", replace(ACTIVATED, at=NOON + DAY), "c2", NOON)
        assert work.people.event("shop", "e1", replace(ACTIVATED, at=NOON - DAY), "c1", NOON)

        assert work.people.event_times(["c1", "c2"], ["trial.activated", "other"]) == {
            "c1": {"trial.activated": (NOON - DAY, NOON)}
        }
        assert len(work.people.unseen(10)) == 2


def test_an_event_without_a_contact_wakes_nobody(store: Store) -> None:
    with store.write() as work:
        assert work.people.event("app", "e1", ACTIVATED, None, NOON)

        assert work.people.unseen(10) == []


def test_engagement_with_a_mail_that_is_not_there_is_told(store: Store) -> None:
    with store.write() as work:
        assert not work.people.engage("nothing", Engaged.OPENED, "", NOON)


def test_signals_are_seen_once_and_in_order(store: Store) -> None:
    with store.write() as work:
        (passage,) = work.passages.enter([a_passage("c1")])
        work.ledger.create([an_intent("c1", key="k1", passage=passage.id, step="hello")])
        work.ledger.create([an_intent("c2", key="k2")])
        work.people.event("app", "e1", ACTIVATED, "c1", NOON)
        work.people.engage(public_id("k1"), Engaged.CLICKED, "docs", NOON)
        work.people.engage(public_id("k2"), Engaged.CLICKED, "docs", NOON)

        first, second = work.people.unseen(10)
        assert (first.contact, first.passage) == ("c1", None)
        assert (second.contact, second.passage) == (None, passage.id)
        assert work.people.unseen(1) == [first]
        work.people.seen([first.id])
        assert work.people.unseen(10) == [second]


def test_the_id_of_a_signal_never_comes_again(store: Store) -> None:
    with store.write() as work:
        work.people.event("app", "e1", ACTIVATED, "c1", NOON)
        (first,) = work.people.unseen(10)
        work.people.seen([first.id])
        work.people.event("app", "e2", ACTIVATED, "c1", NOON)
        (second,) = work.people.unseen(10)

    assert second.id > first.id


PAUSE = Override(scope="program/onboarding", who="ada", why="incident", at=NOON, until=NOON + DAY)


def test_a_pause_is_lifted_by_its_scope_and_kept(store: Store) -> None:
    everything = Override(scope="all", who="ada", why="incident", at=NOON, until=None)
    with store.write() as work:
        work.operations.pause(PAUSE)
        work.operations.pause(everything)
        assert work.operations.overrides() == [everything, PAUSE]

        assert work.operations.resume("all", "grace", NOON) == everything
        assert work.operations.resume("all", "grace", NOON) is None
        assert work.operations.overrides() == [PAUSE]
        assert work.operations.paused() == 2


def test_a_pause_that_holds_is_not_replaced_and_one_that_has_run_out_is(store: Store) -> None:
    with store.write() as work:
        assert work.operations.pause(PAUSE) is None
        early = replace(PAUSE, who="grace", at=NOON + DAY - MINUTE, until=None)
        late = replace(early, at=NOON + DAY)

        assert work.operations.pause(early) == PAUSE
        assert work.operations.overrides() == [PAUSE]

        assert work.operations.pause(late) is None
        assert work.operations.overrides() == [late]


def test_of_two_who_pause_at_once_one_is_told_of_the_other(store_url: str) -> None:
    """Each waits for the other's commit, in whichever order they come; nobody's pause is lost."""
    with closing(open_store(store_url)) as one, closing(open_store(store_url)) as other:
        stores, barrier = {"ada": one, "jo": other}, Barrier(2)

        def pause(who: str, number: int) -> Override | None:
            barrier.wait()
            with stores[who].write() as work:
                return work.operations.pause(replace(PAUSE, scope=f"template/t{number}", who=who))

        with ThreadPoolExecutor(2) as threads:
            for number in range(20):
                ada, jo = threads.map(lambda who: pause(who, number), stores)  # noqa: B023 - ends within the turn
                with one.read() as work:
                    (kept,) = [
                        each for each in work.operations.overrides() if each.scope.endswith(f"/t{number}")
                    ]
                assert (ada, jo) in [(None, kept), (kept, None)]
                assert kept.who == ("ada" if ada is None else "jo")


def test_who_resumes_is_told_the_very_pause_that_was_lifted(store_url: str) -> None:
    """Whoever lifts a pause while somebody replaces it lifts the one, or the other, or none."""
    with closing(open_store(store_url)) as one, closing(open_store(store_url)) as other:
        barrier = Barrier(2)

        def resume(number: int) -> Override | None:
            barrier.wait()
            with one.write() as work:
                return work.operations.resume("all", "ada", NOON)

        def replace_it(number: int) -> None:
            barrier.wait()
            with other.write() as work:
                new = replace(PAUSE, scope="all", who="jo", why=f"{number}")
                while work.operations.pause(new) is not None:
                    work.operations.resume("all", "jo", NOON)

        with ThreadPoolExecutor(2) as threads:
            for number in range(20):
                first = replace(PAUSE, scope="all", why=f"first {number}")
                with one.write() as work:
                    assert work.operations.pause(first) is None
                replacing, resuming = threads.submit(replace_it, number), threads.submit(resume, number)
                replacing.result()
                lifted = resuming.result()
                with one.write() as work:
                    left = work.operations.resume("all", "ada", NOON)
                assert [None if each is None else each.who for each in (lifted, left)] in [
                    ["ada", "jo"],
                    ["jo", None],
                    [None, "jo"],
                ]


def test_a_memory_is_kept_and_replaced(store: Store) -> None:
    with store.write() as work:
        assert work.operations.recall("tick") is None
        work.operations.remember("tick", str(NOON))
        work.operations.remember("tick", str(NOON + MINUTE))

    with store.read() as work:
        assert work.operations.recall("tick") == str(NOON + MINUTE)
