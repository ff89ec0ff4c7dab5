"""What a tick does when there is nothing to do, and what wakes it again."""

from tests.scenarios.conftest import MakeWorld
from tests.support.scenery import contact, mails, outreach, people
from tests.support.world import World, at

NINE = at("2026-12-01 09:00")


def commits_of_a_tick(world: World) -> int:
    before = world.store.commits
    assert world.tick().counts == {}
    return world.store.commits - before


def test_an_outreach_that_is_open_looks_at_nobody_twice(a_world: MakeWorld) -> None:
    files = {**outreach('at: "2026-12-01 10:00", timezone: contact'), **mails("release")}
    rows = people(contact("ada"), contact("joe", zone="Pacific/Honolulu"))
    world = a_world(files, rows, NINE)
    world.run("2026-12-01 10:30")
    while_one_waits = commits_of_a_tick(world)
    world.run("2026-12-01 20:30")
    while_nobody_waits = commits_of_a_tick(world)

    world.run("2026-12-03 00:00")

    assert while_one_waits == while_nobody_waits == commits_of_a_tick(world)
    assert world.told_to("ada") == ["2026-12-01 10:00 release"]
    assert world.told_to("joe") == ["2026-12-01 20:00 release"]


def test_whoever_comes_into_the_list_while_an_outreach_is_open_is_seen(a_world: MakeWorld) -> None:
    files = {
        **outreach('at: "2026-12-01 20:00", timezone: contact', audience="hourly"),
        **mails("release"),
        "lists/hourly.yaml": "kind: power_list\nname: hourly\nfrom: contacts\nrefresh: '0 * * * *'\n",
    }
    world = a_world(files, people(contact("kei", zone="Asia/Tokyo")), NINE)
    world.run("2026-12-01 12:30")
    world.add("contacts", contact("ada"))

    world.run("2026-12-03 00:00")

    assert world.told_to("kei") == ["2026-12-01 11:00 release"]
    assert world.told_to("ada") == ["2026-12-01 20:00 release"]


def test_a_list_that_could_not_be_computed_before_the_sends_is_tried_again(a_world: MakeWorld) -> None:
    files = {
        **outreach('at: "2026-12-01 10:00"', audience="fresh"),
        **mails("release"),
        "lists/fresh.yaml": "kind: power_list\nname: fresh\nfrom: contacts\nrefresh: before_send\n",
    }
    rows = people(contact("ada"))
    world = a_world(files, rows, NINE)
    world.lose("contacts")
    world.run("2026-12-01 10:02")
    assert world.mails() == []
    world.change_rows(rows)

    world.run("2026-12-03 00:00")

    assert world.told_to("ada") == ["2026-12-01 10:05 release"]
