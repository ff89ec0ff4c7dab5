"""No transaction grows with the number of people: everything that may be about many is done in parts.

Batches are made small here, so that some hundred people are many. What is counted are rows, not seconds.
"""

from pathlib import Path

import pytest

from tests.support.changes import CountingStore
from tests.support.scenery import BASE, SOURCES, company, contact, mails, outreach, people, program
from tests.support.stores import memory_store
from tests.support.world import World, at

PEOPLE, BATCH = 400, 20
ROWS_EACH = 8
"""Rows that change with one person at the most: passage, notes, decision, mail, attempt."""
STARTING = 100
"""Rows of a worker that begins to work, or of an apply: shares, counts, specs."""

BATCHES = (
    "enroll.BATCH",
    "advance.BATCH",
    "outreaches.BATCH",
    "arrivals.BATCH",
    "spool.ROWS",
    "copying.ROWS",
    "pace.MOST",
    "rescue.OVERDUE",
)


def test_no_transaction_grows_with_the_number_of_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in BATCHES:
        monkeypatch.setattr(f"jo.daemon.{name}", BATCH)
    store = CountingStore(memory_store())
    steps = "hello: {email: hello}\nstay: {wait: 30 days}\nbye: {email: bye}"
    files = {
        **BASE,
        "lists/sources.yaml": SOURCES + "max_age: 3 days\n",
        **mails("hello", "bye", "release", "other"),
        **program(steps, more="send_window: business-hours\n"),
        **outreach(
            'at: "2026-12-01 22:00"', name="night", template="other", more="send_window: business-hours\n"
        ),
    }
    everybody = [contact(f"p{number:03}") for number in range(PEOPLE)]
    world = World(tmp_path, files, people(*everybody), start=at("2026-12-01 21:00"), store=store)
    with world:
        world.run("2026-12-01 22:00")  # everybody enters; nobody is written to before the morning
        assert world.status("program/care").inside == {"hello": PEOPLE}

        world.pause("all")
        world.change_rows({"companies": [company(plan="gold")]})
        world.run("2026-12-02 10:00")  # a row that everybody refers to has changed; mail is paused
        assert world.mails() == []

        with world.store.write() as work:
            work.operations.remember("refresh", "under way")
        world.restart()
        world.tick()  # a refresh was cut short, so everybody is looked at again

        retired = {path: None for path in files if path == "journeys/night.yaml"}
        world.apply({**retired, **program(steps, more="exit_when: {gone: company.plan = 'none'}\n")})
        assert {item.state for item in world.intents(journey="outreach/night")} == {"withdrawn"}

        world.lose("contacts")
        world.resume("all")
        world.run("2026-12-02 11:00")
        assert len(world.mails()) == PEOPLE

        others = [
            contact(f"p{number:03}", first_name="Ann") for number in range(PEOPLE // 2, PEOPLE * 3 // 2)
        ]
        world.change_rows(people(*others))
        world.run("2026-12-03 03:00")  # half of them are gone, and as many have come
        assert world.status("program/care").ended == {"gone": PEOPLE // 2}

    assert max(store.changes) <= BATCH * ROWS_EACH + STARTING < PEOPLE
    assert sum(store.changes) > PEOPLE * ROWS_EACH
