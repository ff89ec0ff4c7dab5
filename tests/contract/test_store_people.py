"""What every store promises of what people said and did, of pauses and of small memories."""

from dataclasses import replace

from jo.flow.intent import Suppression, public_id
from jo.ports.store import Engaged, Happening, Override, Store
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


def test_a_pause_is_replaced_and_lifted_by_its_scope(store: Store) -> None:
    pause = Override(scope="program/onboarding", who="ada", why="incident", at=NOON, until=NOON + DAY)
    everything = Override(scope="all", who="ada", why="incident", at=NOON, until=None)
    with store.write() as work:
        work.operations.pause(replace(pause, who="grace"))
        work.operations.pause(pause)
        work.operations.pause(everything)
        assert work.operations.overrides() == [everything, pause]

        assert work.operations.resume("all")
        assert not work.operations.resume("all")
        assert work.operations.overrides() == [pause]


def test_a_memory_is_kept_and_replaced(store: Store) -> None:
    with store.write() as work:
        assert work.operations.recall("tick") is None
        work.operations.remember("tick", str(NOON))
        work.operations.remember("tick", str(NOON + MINUTE))

    with store.read() as work:
        assert work.operations.recall("tick") == str(NOON + MINUTE)
