"""Refreshes that take their time, are cut short, or cannot read a source; and facts that are too old."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import count

import pytest

from jo.daemon.sharing import bury_all
from tests.scenarios.conftest import MakeWorld
from tests.support.scenery import SOURCES, company, contact, mails, outreach, people, program
from tests.support.world import World, at

TEN = at("2026-12-01 10:00")
SECOND = timedelta(seconds=1)
HALVES = {
    "lists/audiences.yaml": """\
kind: power_list
name: everybody
from: contacts
refresh: daily at 02:00
---
kind: power_list
name: left
from: contacts
where: contact.role = 'left'
refresh: daily at 02:00
---
kind: power_list
name: right
from: contacts
where: contact.role = 'right'
refresh: daily at 02:00
"""
}
"""Two lists of which everybody is in one."""

COMPANIES, CONTACTS = SOURCES.split("---\n")


def dated(**ages: str) -> Mapping[str, str]:
    """Return the file of the sources with a `max_age` for some of them."""
    texts = {"companies": COMPANIES, "contacts": CONTACTS, "tickets": TICKETS}
    said = [text + (f"max_age: {ages[name]}\n" if name in ages else "") for name, text in texts.items()]
    return {"lists/sources.yaml": "---\n".join(said)}


TICKETS = """\
kind: source
name: tickets
key: id
fields: {id: text, contact: ref contacts?, state: text}
"""


def begun(world: World, *, steps: int) -> None:
    """Let the worker no longer wait for refreshes, and so many steps of the next one come."""
    world.refreshing.is_awaited = False
    world.refreshing.steps = steps
    world.restart()


def held_for_facts(world: World, key: str) -> list[str]:
    return [item.why or "" for item in world.intents(key) if item.state == "pending"]


def test_mail_goes_on_while_a_refresh_is_computed(a_world: MakeWorld) -> None:
    files = {**program("hello: {email: one}\nmore: {email: two, after: 1 day}"), **mails("one", "two")}
    world = a_world(files, people(contact("ada")), TEN)
    world.run("2026-12-02 01:00")

    world.add("contacts", contact("bob"))
    begun(world, steps=0)
    world.clock.jump(at("2026-12-02 10:00"))
    tick = world.tick()

    assert world.told_to("ada") == ["2026-12-01 10:00 one", "2026-12-02 10:00 two"]
    assert tick.next_at is not None
    assert tick.next_at - world.now < SECOND  # it is looked for again soon
    assert world.told_to("bob") == []

    world.refreshing.steps = None
    world.tick()
    assert world.told_to("bob") == ["2026-12-02 10:00 one"]


@pytest.mark.parametrize("rows", [1, 1000])
def test_nothing_of_a_refresh_counts_before_all_of_it_does(
    a_world: MakeWorld, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr("jo.daemon.spool.ROWS", rows)
    monkeypatch.setattr("jo.daemon.copying.ROWS", rows)
    files = program(
        """
        hello: {email: one}
        stay: {wait: 30 days}
        """,
        more="exit_when: {nowhere: not in_list('left') and not in_list('right')}\n",
    )
    here = [contact(f"p{number}", role="left") for number in range(4)]
    there = [contact(f"p{number}", role="right") for number in range(4)]
    world = a_world({**files, **HALVES, **mails("one")}, people(*here), TEN)
    world.run("2026-12-02 01:00")

    world.change_rows({"contacts": [*there, contact("new", role="left")]})
    begun(world, steps=0)
    world.clock.jump(at("2026-12-02 02:00"))
    while "refresh.done" not in {event.name for event in world.told if event.at == world.now}:
        assert world.mails("new") == []
        world.refreshing.steps = 1
        world.tick()
    world.refreshing.steps = None
    world.run(SECOND)

    assert [world.where("care", f"p{number}") for number in range(4)] == ["stay"] * 4
    assert [mail.template for mail in world.mails("new")] == ["one"]


def test_a_refresh_that_is_cut_short_at_any_step_is_done_again(
    a_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jo.daemon.spool.ROWS", 1)
    monkeypatch.setattr("jo.daemon.copying.ROWS", 1)
    files = program(
        "hello: {email: one}\nstay: {wait: 30 days}",
        more="exit_when: {churned: company.churned_at is not null, moved: contact.role = 'right'}\n",
    )
    firms = [company("acme"), company("bolt")]
    before = people(contact("ada"), contact("bob", company="bolt"), contact("cleo"), companies=firms)
    after = people(
        contact("ada", role="right"),
        contact("bob", company="bolt"),
        contact("dora", first_name="Dora"),
        companies=[company("acme"), company("bolt", churned_at="2026-12-01")],
    )
    cut = 0
    for steps in count():
        world = a_world({**files, **HALVES, **mails("one")}, before, TEN)
        world.run("2026-12-02 01:00")
        world.change_rows(after)
        begun(world, steps=steps)
        world.clock.jump(at("2026-12-02 02:00"))
        world.tick()
        is_over = "refresh.done" in {event.name for event in world.told if event.at == world.now}
        world.refreshing.is_awaited, world.refreshing.steps = True, None
        world.restart()
        world.run(SECOND)

        assert [world.where("care", key) for key in ("ada", "bob", "cleo", "dora")] == [
            "ended: moved",
            "ended: churned",
            "ended: gone",
            "stay",
        ], steps
        assert [mail.text.count("Hello Dora!") for mail in world.mails("dora")] == [1], steps
        cut += not is_over
        if is_over:
            break
    assert cut >= 7, cut


def test_a_refresh_that_finds_other_rows_the_second_time_forgets_the_first(a_world: MakeWorld) -> None:
    files = {**program("hello: {email: one}", entry="existing: skip"), **HALVES, **mails("one")}
    world = a_world(files, people(contact("ada"), contact("bob")), TEN)
    world.run("2026-12-02 01:00")

    world.change_rows(people(contact("ada"), contact("cleo")))
    begun(world, steps=3)  # Cleo's facts; who leaves; who enters
    world.clock.jump(at("2026-12-02 02:00"))
    world.tick()
    assert "refresh.done" not in {event.name for event in world.told if event.at == world.now}
    world.change_rows(people(contact("ada"), contact("bob")))
    world.refreshing.is_awaited, world.refreshing.steps = True, None
    world.restart()
    world.run(SECOND)

    assert world.mails() == []
    assert set(world.decisions("program/care").values()) == {"in the list before the first apply"}
    assert set(world.decisions("program/care")) == {"ada", "bob"}


def test_a_refresh_that_came_to_no_end_is_tried_again(a_world: MakeWorld) -> None:
    world = a_world({**program("hello: {email: one}"), **mails("one")}, people(contact("ada")), TEN)
    world.refreshing.trouble = "the process was killed"
    world.run("2026-12-01 10:04")
    assert world.mails() == []
    assert [event.fields for event in world.told if event.name == "refresh.failed"] == [
        {"error": "the process was killed"}
    ]

    world.refreshing.trouble = None
    world.run("2026-12-01 10:06")
    assert world.told_to("ada") == ["2026-12-01 10:05 one"]


def test_a_worker_that_lost_its_lease_forgets_the_refresh_that_it_had_begun(a_world: MakeWorld) -> None:
    world = a_world({**program("hello: {email: one}"), **mails("one")}, people(contact("ada")), TEN)
    begun(world, steps=2)
    world.tick()
    with world.store.write() as work:
        bury_all(work)
    world.change_rows(people(contact("bob")))
    world.refreshing.steps = None
    for _ in range(3):
        world.tick()

    assert world.told_to("ada") == []
    assert world.told_to("bob") == ["2026-12-01 10:00 one"]


def test_nobody_is_decided_about_by_what_was_not_copied_yet(a_world: MakeWorld) -> None:
    files = program("hello: {email: one}\nmore: {email: two, after: 1 day}")
    rows = people(contact("ada"), companies=[company(churned_at="2026-11-01")])
    world = a_world({**files, **mails("one", "two")}, rows, TEN)
    world.run("2026-12-02 01:00")

    world.clock.jump(at("2026-12-02 10:00"))
    begun(world, steps=0)
    leaves = program(
        "hello: {email: one}\nmore: {email: two, after: 1 day}",
        more="exit_when: {churned: company.churned_at is not null}\n",
    )
    world.apply(leaves)
    world.tick()
    assert world.where("care", "ada") == "more"
    assert len(world.mails()) == 1

    world.refreshing.steps = None
    world.tick()
    world.tick()
    assert world.where("care", "ada") == "ended: churned"
    assert len(world.mails()) == 1


def test_a_list_is_computed_before_it_is_written_to_while_other_mail_goes_on(a_world: MakeWorld) -> None:
    files = {
        **program("hello: {email: one}\nmore: {email: two, after: 1 day}"),
        **outreach('at: "2026-12-02 10:00"', audience="left"),
        **HALVES,
        **mails("one", "two", "release"),
    }
    files["lists/audiences.yaml"] = HALVES["lists/audiences.yaml"].replace(
        "where: contact.role = 'left'\nrefresh: daily at 02:00",
        "where: contact.role = 'left'\nrefresh: before_send",
    )
    world = a_world(files, people(contact("ada")), TEN)
    world.run("2026-12-02 09:00")
    world.change("contacts", "ada", role="left")
    begun(world, steps=0)
    world.clock.jump(at("2026-12-02 10:00"))
    world.tick()
    assert [mail.template for mail in world.mails()] == ["one", "two"]

    world.refreshing.steps = None
    world.tick()
    assert [mail.template for mail in world.mails()] == ["one", "two", "release"]


def test_only_who_has_rows_of_a_source_waits_for_it(a_world: MakeWorld) -> None:
    files = program("hello: {email: one}\nmore: {email: two, after: 17 hours}")
    rows = people(contact("ada"), contact("free", company=""))
    files |= {**dated(companies="10 hours"), **mails("one", "two")}
    world = a_world(files, {**rows, "tickets": []}, TEN)
    world.run("2026-12-01 12:00")

    world.lose("companies")
    world.run("2026-12-02 03:30")
    assert held_for_facts(world, "ada") == ["stale-facts"]
    assert world.told_to("free")[1:] == ["2026-12-02 03:00 two"]

    world.change_rows({"companies": [company()]})
    world.run(timedelta(minutes=6))
    assert [mail.template for mail in world.mails("ada")] == ["one", "two"]


def test_who_is_judged_by_rows_that_are_counted_waits_for_them(a_world: MakeWorld) -> None:
    files = program(
        "hello: {email: one}\nmore: {email: two, after: 3 days}",
        more="exit_when: {busy: \"count(tickets, ticket.state = 'open') > 5\"}\n",
    )
    rows = {**people(contact("ada")), "tickets": [{"id": "t1", "contact": "ada", "state": "open"}]}
    world = a_world({**files, **dated(tickets="2 days"), **mails("one", "two")}, rows, TEN)
    world.run("2026-12-04 12:00")
    assert held_for_facts(world, "ada") == ["stale-facts"]

    world.change_rows({"tickets": rows["tickets"]})
    world.run("2026-12-05 02:00")
    assert [mail.template for mail in world.mails("ada")] == ["one", "two"]


def test_who_refers_to_what_nobody_can_read_enters_when_it_is_back(a_world: MakeWorld) -> None:
    files = program("hello: {email: one}", more="exit_when: {churned: company.churned_at is not null}\n")
    rows = people(contact("ada"), companies=[company(), company("bolt", churned_at="2026-11-01")])
    world = a_world({**files, **mails("one")}, rows, TEN)
    world.run("2026-12-02 01:00")

    world.lose("companies")
    world.add("contacts", contact("bob", company="bolt"), contact("cleo"))
    world.run("2026-12-02 02:30")
    assert world.told_to("cleo") == ["2026-12-02 02:00 one"]
    assert world.told_to("bob") == []

    world.change_rows({"companies": rows["companies"]})
    world.run(timedelta(minutes=6))
    assert world.told_to("bob") == []
    assert world.decisions("program/care")["bob"] == "leaves at once: churned"
