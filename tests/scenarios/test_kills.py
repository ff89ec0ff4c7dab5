"""The process is killed before any of its commits, or while mails are on the wire; the next one goes on.

Afterwards everything is as if nothing had happened, but for the mails that were under way: they are listed as
uncertain, and only they may have reached nobody, or somebody twice.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from jo.flow.state import IntentState
from jo.ports.mailer import Outgoing
from tests.scenarios.conftest import MakeWorld, on_both_databases
from tests.support.scenery import contact, mails, outreach, people, program
from tests.support.world import Killed, World, at

FILES = {
    **program(
        """
        hello: {email: one}
        size:
          branch:
            - when: contact.role = 'Admin'
              next: bill
          otherwise: more
        bill: {email: bill, next: more}
        more: {email: two, after: 2 hours}
        """,
        more="exit_when: {left: contact.language = 'gone'}\n",
    ),
    **outreach('at: "2026-12-01 11:00"'),
    **mails("one", "two", "release"),
    **mails("bill", class_="transactional"),
    "lists/audiences.yaml": (
        "kind: power_list\nname: everybody\nfrom: contacts\nrefresh: monthly on the 1st at 09:00\n"
    ),
}
ROWS = people(
    contact("ada", role="Admin"),
    contact("bob"),
    contact("cleo", consent="no"),
    contact("dora", email=""),
    contact("eve", language="gone"),
)
START, END = at("2026-12-01 10:00"), at("2026-12-01 14:00")


class Account:
    """What became of everybody, without the instants at which it did."""

    def __init__(self, world: World) -> None:
        self.decisions = [world.decisions(journey) for journey in ("program/care", "outreach/release")]
        self.histories = sorted((who, step, what) for who, _, step, what in map(_parts, world.histories()))
        self.states = {item.key: item.state for item in world.intents()}
        self.received = Counter(mail.intent.key for mail in world.mails())
        self.uncertain = world.uncertain()

    def check(self, undisturbed: "Account") -> None:
        assert self.decisions == undisturbed.decisions
        assert self.histories == undisturbed.histories
        assert self.states.keys() == undisturbed.states.keys()
        for key, state in self.states.items():
            if key in self.uncertain:
                assert state in (IntentState.ACCEPTED, IntentState.UNCERTAIN)
                assert self.received[key] <= 2
            else:
                assert (state, self.received[key]) == (undisturbed.states[key], undisturbed.received[key])


def _parts(line: str) -> tuple[str, str, str, str]:
    """Split `care ada 2026-12-01 10:00 hello took next`."""
    program_, who, day, clock, step, what = line.split(" ", 5)
    return f"{program_} {who}", f"{day} {clock}", step, what


def lived_through(a_world: MakeWorld, *, dies_before: int | None, dies_after: int | None) -> World:
    """Run to the end; the process dies at that commit of its run and is started again."""
    world = a_world(FILES, ROWS, START)
    begun = world.store.commits
    world.store.dies_before = None if dies_before is None else begun + dies_before
    world.store.dies_after = None if dies_after is None else begun + dies_after
    for _ in range(2):
        try:
            world.run(END)
        except Killed:
            world.restart()
            continue
        return world
    raise AssertionError("killed more than once")


def undisturbed(a_world: MakeWorld) -> tuple[Account, int, Sequence[int]]:
    """Return the account of a run that nobody kills, its commits, and those after which mails went out."""
    world = a_world(FILES, ROWS, START)
    begun, opened = world.store.commits, list[int]()
    submit = world.mailer.submit

    def listen(relay: str, batch: Sequence[Outgoing]) -> None:
        opened.append(world.store.commits - begun - 1)
        submit(relay, batch)

    world.mailer.submit = listen  # type: ignore[method-assign]  # only to hear when
    world.run(END)
    assert Counter(mail.template for mail in world.mails()) == {"one": 2, "two": 2, "bill": 1, "release": 3}
    return Account(world), world.store.commits - begun, opened


def test_killed_before_any_commit(a_world: MakeWorld) -> None:
    expected, commits, _ = undisturbed(a_world)
    uncertain = 0
    for number in range(commits):
        found = Account(lived_through(a_world, dies_before=number, dies_after=None))
        found.check(expected)
        uncertain += len(found.uncertain)
    assert uncertain > 0


def test_killed_with_attempts_open_and_nothing_on_the_wire_yet(a_world: MakeWorld) -> None:
    expected, _, opened = undisturbed(a_world)
    for number in opened:
        found = Account(lived_through(a_world, dies_before=None, dies_after=number))
        found.check(expected)
        assert found.uncertain


@on_both_databases
def test_the_process_that_takes_over_knows_only_what_is_in_the_store(a_world: MakeWorld) -> None:
    """Every tick is made by a process of its own."""
    expected, _, _ = undisturbed(a_world)
    world = a_world(FILES, ROWS, START)
    for _ in islice(iter(lambda: world.clock.instant < END, False), 100):
        tick = world.tick()
        world.restart()
        world.clock.instant = END if tick.next_at is None else min(tick.next_at, END)
    world.tick()

    found = Account(world)
    found.check(expected)
    assert not found.uncertain
