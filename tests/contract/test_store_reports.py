"""What every store promises of the counts and lines that status, why and the account show."""

from jo.flow.intent import End, Keep, public_id
from jo.flow.state import AttemptState, IntentState, Why
from jo.model.content import MailClass
from jo.ports.store import Engaged, Happening, JourneyCounts, Store, Tally
from tests.support.builders import (
    DAY,
    MINUTE,
    NOON,
    a_decision,
    a_fixed,
    a_member,
    a_move,
    a_passage,
    an_end,
    an_intent,
    settled,
)
from tests.support.stores import a_lease, take_members


def test_a_fresh_store_reports_nothing(store: Store) -> None:
    with store.read() as work:
        assert work.reports.journeys() == []
        assert work.reports.intents() == []
        assert work.reports.passages() == []
        assert work.reports.decisions() == []


def test_the_parts_of_a_program_add_up_to_its_candidates(store: Store) -> None:
    keys = [f"c{number}" for number in range(10)]
    with store.write() as work:
        take_members(work, "admins", [a_member(key) for key in keys])
        entered = work.passages.enter([a_passage(key) for key in keys[:6]])
        work.audiences.decide(
            [a_decision(key) for key in keys[:6]]
            + [a_decision(key, "held out", final=True) for key in keys[6:9]]
            + [a_decision(key, "no usable address") for key in keys[9:]]
        )
        work.passages.move(
            [
                a_move(entered[0], step="tips"),
                a_move(entered[1], ended_at=NOON, exit_reason="churned", due_at=None),
                a_move(entered[2], ended_at=NOON, exit_reason="done", due_at=None),
            ]
        )

        (counts,) = work.reports.journeys()

    assert counts == JourneyCounts(
        journey="program/onboarding",
        admitted=6,
        refused={"held out": 3, "no usable address": 1},
        inside={"hello": 3, "tips": 1},
        ended={"churned": 1, "done": 1},
        intents={},
    )
    assert len(keys) == counts.admitted + sum(counts.refused.values())
    assert counts.admitted == sum(counts.inside.values()) + sum(counts.ended.values())


def test_the_parts_of_an_outreach_add_up_to_its_target(store: Store) -> None:
    ends: list[AttemptState | None] = [
        AttemptState.ACCEPTED,
        AttemptState.ACCEPTED,
        AttemptState.UNCERTAIN,
        AttemptState.REJECTED,
        AttemptState.DEFERRED,
        None,
    ]
    keys = [f"c{number}" for number in range(12)]
    journey = {"journey": "outreach/release", "occurrence": "once"}
    lease = a_lease(store)
    with store.write(lease) as work:
        work.ledger.create([an_intent(key) for key in keys[:10]])
        work.audiences.decide(
            [a_decision(key, **journey) for key in keys[:10]]
            + [a_decision(key, "duplicate", final=True, **journey) for key in keys[10:]]
        )
        intents = work.ledger.claimable(NOON, 20)
        opened = work.ledger.open([(intent.id, a_fixed()) for intent in intents[:6]], NOON)
        for attempt, intent, state in zip(opened, intents, ends, strict=False):
            if state is not None:
                end = an_end(state)
                work.ledger.record([(attempt.id, end, settled(intent, end))])
        work.ledger.keep([(intents[6].id, Keep(why=Why.CAP, until=NOON + DAY))])
        work.ledger.end([(intents[7].id, End(state=IntentState.SUPPRESSED, detail="all"))], NOON)
        work.ledger.end([(intents[8].id, End(state=IntentState.EXPIRED, detail=""))], NOON)

        (counts,) = work.reports.journeys("outreach/release")

    assert counts.intents == {
        ("accepted", ""): 2,
        ("uncertain", ""): 1,
        ("failed", ""): 1,
        ("open", ""): 1,
        ("pending", "retry"): 1,
        ("pending", "cap"): 1,
        ("pending", "due"): 1,
        ("suppressed", ""): 1,
        ("expired", ""): 1,
    }
    assert counts.admitted == sum(counts.intents.values())
    assert len(keys) == counts.admitted + sum(counts.refused.values())


def test_one_journey_or_all_are_counted(store: Store) -> None:
    with store.write() as work:
        work.passages.enter([a_passage(program="onboarding"), a_passage(program="renewal")])
        work.ledger.create([an_intent()])

        assert [counts.journey for counts in work.reports.journeys()] == [
            "outreach/release",
            "program/onboarding",
            "program/renewal",
        ]
        assert [counts.journey for counts in work.reports.journeys("program/renewal")] == ["program/renewal"]
        assert work.reports.journeys("program/never") == []
        assert work.reports.journeys("outreach/renewal") == []


def test_lines_of_intents_show_the_relays_last_words(store: Store) -> None:
    lease = a_lease(store)
    with store.write(lease) as work:
        work.ledger.create([an_intent("c1"), an_intent("c2", due_at=NOON + MINUTE)])
        (intent,) = work.ledger.claimable(NOON, 10)
        for text in ("451 later", "250 ok"):
            (attempt,) = work.ledger.open([(intent.id, a_fixed())], NOON)
            state = AttemptState.DEFERRED if text.startswith("4") else AttemptState.ACCEPTED
            end = an_end(state, text=text)
            work.ledger.record([(attempt.id, end, settled(intent, end))])

        lines = work.reports.intents()

    assert [(line.intent.contact, line.last_code, line.last_text) for line in lines] == [
        ("c1", 250, "250 ok"),
        ("c2", None, ""),
    ]


def test_lines_of_intents_are_chosen_by_journey_state_and_contact(store: Store) -> None:
    with store.write() as work:
        work.ledger.create(
            [an_intent("c1"), an_intent("c2"), an_intent("c1", journey="outreach/other", template="other")]
        )
        work.ledger.withdraw_journey("outreach/other", "retired", NOON, 10)

        def keys(**by: object) -> set[tuple[str, str]]:
            lines = work.reports.intents(**by)  # type: ignore[arg-type]
            return {(line.intent.journey, line.intent.contact) for line in lines}

        assert keys(contact="c1") == {("outreach/release", "c1"), ("outreach/other", "c1")}
        assert keys(journey="outreach/release") == {("outreach/release", "c1"), ("outreach/release", "c2")}
        assert keys(states=[IntentState.WITHDRAWN]) == {("outreach/other", "c1")}
        assert len(work.reports.intents(limit=2)) == 2


def test_lines_of_passages_and_decisions_are_chosen_by_journey_and_contact(store: Store) -> None:
    decisions = [
        a_decision("c1"),
        a_decision("c2", "held out", final=True),
        a_decision("c1", journey="outreach/x"),
    ]
    with store.write() as work:
        later = a_passage("c1", entered_at=NOON + DAY)
        entered = work.passages.enter([later, a_passage("c2"), a_passage("c1", program="renewal")])
        work.audiences.decide(decisions)

        assert [line.passage for line in work.reports.passages()] == [entered[1], entered[2], entered[0]]
        assert [line.passage for line in work.reports.passages(program="onboarding", contact="c1")] == [
            entered[0]
        ]
        assert work.reports.decisions() == [decisions[2], decisions[0], decisions[1]]
        assert work.reports.decisions(journey="program/onboarding", contact="c1") == [decisions[0]]


def test_the_contacts_at_an_address_are_found_by_its_key(store: Store) -> None:
    with store.write() as work:
        work.ledger.create(
            [
                an_intent("c2", address="Ada@Example.com"),
                an_intent("c1", address="ada@example.com ", occurrence="2"),
                an_intent("c3"),
            ]
        )

        assert work.reports.contacts_at("ada@example.com") == ["c1", "c2"]


def test_people_inside_are_counted_by_step_and_what_they_wait_for(store: Store) -> None:
    with store.write() as work:
        entered = work.passages.enter([a_passage(f"c{number}") for number in range(4)])
        work.passages.move(
            [
                a_move(entered[0], step="tips", why="waits 3 days"),
                a_move(entered[1], step="tips", why="waits 3 days"),
                a_move(entered[2], step="tips", why="date missing"),
                a_move(entered[3], ended_at=NOON, exit_reason="done", due_at=None),
            ]
        )

        found = work.reports.waiting("program/onboarding")

    assert found == [
        Tally(journey="program/onboarding", sort="tips", why="date missing", count=1),
        Tally(journey="program/onboarding", sort="tips", why="waits 3 days", count=2),
    ]


def test_mails_that_were_not_sent_are_counted_by_state_and_reason(store: Store) -> None:
    lease = a_lease(store)
    with store.write(lease) as work:
        work.ledger.create([an_intent(f"c{number}") for number in range(5)])
        intents = [line.intent for line in work.reports.intents()]
        opted_out = End(state=IntentState.SUPPRESSED, detail="topic:tips (unsubscribe)")
        work.ledger.end([(intents[0].id, opted_out), (intents[1].id, opted_out)], NOON)
        opened = work.ledger.open([(intent.id, a_fixed()) for intent in intents[2:4]], NOON)
        ends = [an_end(AttemptState.REJECTED, text=f"no {number}") for number in range(2)]
        work.ledger.record(
            [
                (attempt.id, end, settled(intent, end))
                for attempt, end, intent in zip(opened, ends, intents[2:4], strict=True)
            ]
        )

        found = work.reports.unsent()

    journey = intents[0].journey
    assert found == [
        Tally(journey=journey, sort="failed", why="", count=2),
        Tally(journey=journey, sort="suppressed", why="topic:tips (unsubscribe)", count=2),
    ]


def test_mails_that_were_ever_uncertain_are_found_whatever_became_of_them(store: Store) -> None:
    lease = a_lease(store)
    with store.write(lease) as work:
        work.ledger.create([an_intent("c1", class_=MailClass.TRANSACTIONAL), an_intent("c2")])
        intents = [line.intent for line in work.reports.intents()]
        for state in (AttemptState.UNCERTAIN, AttemptState.ACCEPTED):
            (attempt,) = work.ledger.open([(intents[0].id, a_fixed())], NOON)
            end = an_end(state)
            work.ledger.record([(attempt.id, end, settled(intents[0], end))])

        found = work.reports.intents(was_uncertain=True)

    assert [(line.intent.contact, line.intent.state) for line in found] == [("c1", IntentState.ACCEPTED)]


def test_events_and_engagement_of_a_contact_are_told_in_order(store: Store) -> None:
    lease = a_lease(store)
    with store.write(lease) as work:
        later = Happening(name="trial.activated", at=NOON + DAY, payload={"trial": "pro"})
        sooner = Happening(name="trial.started", at=NOON, payload={})
        for number, happening in enumerate((later, sooner)):
            work.people.event("crm", str(number), happening, "c1", NOON)
        work.people.event("crm", "other", sooner, "c2", NOON)
        work.ledger.create([an_intent("c1"), an_intent("c2")])
        keys = {line.intent.contact: line.intent.key for line in work.reports.intents()}
        work.people.engage(public_id(keys["c1"]), Engaged.CLICKED, "guide", NOON + MINUTE)
        work.people.engage(public_id(keys["c1"]), Engaged.OPENED, "", NOON)
        work.people.engage(public_id(keys["c2"]), Engaged.OPENED, "", NOON)

        assert work.reports.happenings("c1") == [sooner, later]
        assert [(item.what, item.link, item.at) for item in work.reports.engagement("c1")] == [
            (Engaged.OPENED, "", NOON),
            (Engaged.CLICKED, "guide", NOON + MINUTE),
        ]
