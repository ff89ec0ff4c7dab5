"""A store that is restored, copied or lost, and a journal that is: nothing goes out twice, somebody is asked.

The store is a SQLite file or a database in PostgreSQL, copied as a backup is; the journal lies in files.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from jo.daemon.journaling import SIGHT
from jo.flow.hold import Cause
from jo.flow.intent import Scope, public_id
from jo.flow.state import IntentState, Why
from jo.journal import files
from jo.ports.mailer import ReplyKind
from jo.ports.store import JournalMovedError
from jo.store import open_store
from tests.scenarios.test_kills import ROWS
from tests.support.disks import files_no_longer_than
from tests.support.postgres import PostgresServer
from tests.support.scenery import BASE, mails, outreach, program
from tests.support.stores import file_url
from tests.support.world import Killed, MortalStore, World, at

FILES = {
    **BASE,
    **program(
        """
        hello: {email: one}
        bill: {email: bill, after: 2 hours}
        more: {email: two, after: 2 hours}
        """
    ),
    **outreach('at: "2026-12-01 11:00"'),
    **mails("one", "two", "release"),
    **mails("bill", class_="transactional"),
    "lists/audiences.yaml": (
        "kind: power_list\nname: everybody\nfrom: contacts\nrefresh: monthly on the 1st at 09:00\n"
    ),
}
START, BACKUP, LOSS, END = (
    at("2026-12-01 10:00"),
    at("2026-12-01 10:30"),
    at("2026-12-01 12:30"),
    at("2026-12-02 12:00"),
)


class Place:
    """Where a store and its journal lie, and what is done to them behind jo's back."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.journal = folder / "journal"
        self.url = file_url(folder)

    def copy(self, name: str) -> None:
        """Copy the store, which nobody has open."""
        shutil.copyfile(self.folder / "store.db", self.folder / name)

    def put(self, name: str) -> None:
        """Put a copy in the store's place."""
        shutil.copyfile(self.folder / name, self.folder / "store.db")

    def lose(self) -> None:
        (self.folder / "store.db").unlink()

    def back_up(self, world: World, name: str = "backup.db") -> None:
        world.store.close()
        self.copy(name)
        self.open(world)

    def restore(self, world: World, name: str = "backup.db") -> None:
        """Put a copy in the store's place while nothing runs, and begin as a new process does."""
        world.store.close()
        self.put(name)
        self.open(world)

    def begin_anew(self, world: World) -> None:
        world.store.close()
        self.lose()
        world.store = MortalStore(open_store(self.url))
        world.apply(FILES)
        world.restart()

    def open(self, world: World) -> None:
        world.store = MortalStore(open_store(self.url))
        world.restart()


class PostgresPlace(Place):
    """The store is a database; copies are other ones."""

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        super().__init__(folder)
        self._server = server
        self._present = server.create()
        self._copies: dict[str, str] = {}
        self.url = server.url(self._present)

    def copy(self, name: str) -> None:
        self._copies[name] = self._server.create(self._present)

    def put(self, name: str) -> None:
        self._present = self._server.create(self._copies[name])
        self.url = self._server.url(self._present)

    def lose(self) -> None:
        self._present = self._server.create()
        self.url = self._server.url(self._present)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "postgres":
        return PostgresPlace(tmp_path / "place", request.getfixturevalue("postgres"))
    return Place(tmp_path / "place")


@contextmanager
def a_world(place: Place, *, is_killed: bool = False) -> Iterator[World]:
    """Check the accounts at the end: store and journal together know all that was sent. A worker that is
    killed sends transactional mail again of which nobody knows the end.
    """
    world = World(
        place.folder, FILES, ROWS, start=START, store=open_store(place.url), journal_folder=place.journal
    )
    with world:
        yield world
        assert_nothing_was_repeated(world, but=world.uncertain() if is_killed else set())
        world.check_accounts()
        assert not [line.invariant.name for line in world.audit().lines if line.found.count]


def assert_nothing_was_repeated(world: World, but: Set[str] = frozenset()) -> None:
    """No mail but those of these keys reached anybody twice, and the ledger has none for unsent that did."""
    taken = Counter(message_from_bytes(outgoing.data)["Message-ID"] for _, outgoing in world.mailer.taken)
    public = {str(name).strip("<>").partition("@")[0]: count for name, count in taken.items()}
    repeated = {name for name, count in public.items() if count > 1}
    assert repeated <= {public_id(key) for key in but}
    for intent in world.intents():
        if public_id(intent.key) in public and intent.state is not IntentState.PENDING:
            assert intent.state in (IntentState.ACCEPTED, IntentState.UNCERTAIN)


def held_by(world: World) -> set[Cause]:
    """Tick, and return what holds the worker."""
    before = len(world.mailer.offered)
    standstill = world.tick().standstill
    assert len(world.mailer.offered) == before
    return set() if standstill is None else {hold.cause for hold in standstill.holds}


def release(world: World) -> None:
    with world.store.write() as work:
        assert work.holds.release("ada", world.now)


def received(world: World) -> Counter[str]:
    """Return how many mails of each subject, which is its template's name, have reached somebody."""
    return Counter(str(message_from_bytes(outgoing.data)["Subject"]) for _, outgoing in world.mailer.taken)


def undisturbed(tmp_path: Path) -> Counter[str]:
    with a_world(Place(tmp_path / "undisturbed")) as world:
        world.run(END)
        return received(world)


def test_a_backup_restored_in_mid_campaign_repeats_no_mail(place: Place, tmp_path: Path) -> None:
    expected = undisturbed(tmp_path)
    with a_world(place) as world:
        world.run(BACKUP)
        place.back_up(world)
        world.run(LOSS)
        sent = len(world.mailer.taken)
        assert sent > 3

        place.restore(world)
        assert held_by(world) == {Cause.ROLLED_BACK}
        assert held_by(world) == {Cause.ROLLED_BACK}  # until somebody has looked
        release(world)
        world.run(END)

        assert received(world) == expected
        assert not world.uncertain()
        assert world.tick().standstill is None


def opt_out(world: World) -> None:
    world.suppress("ada@people.example", Scope.ALL)


def apply(world: World) -> None:
    world.apply(mails("one", "more"))


@pytest.mark.parametrize("change", [opt_out, apply])
def test_a_restored_store_that_lacks_only_opt_outs_or_an_apply_is_noticed(
    place: Place, change: Callable[[World], None]
) -> None:
    with a_world(place) as world:
        world.run(BACKUP)
        place.back_up(world)
        assert held_by(world) == set()
        sent = len(world.mailer.taken)
        change(world)
        world.clock.instant += SIGHT
        world.tick()
        assert len(world.mailer.taken) == sent

        place.restore(world)
        assert held_by(world) == {Cause.ROLLED_BACK}
        with world.store.read() as work:
            (hold,) = work.holds.active()
        assert "has come less far" in hold.detail
        release(world)
        world.restart()
        assert held_by(world) == set()


def test_what_is_known_is_not_sent_again_even_when_it_is_planned_long_after_the_release(place: Place) -> None:
    """The restored store plans the mails of the second step anew, hours later."""
    with a_world(place) as world:
        place.back_up(world)  # nothing has run in it
        world.run(LOSS)
        sent = received(world)

        place.restore(world)
        world.clock.instant = START
        assert held_by(world) == {Cause.OTHER_STORE}  # it never was one that somebody ran
        release(world)
        world.run(LOSS)
        assert received(world) == sent
        assert {item.state for item in world.intents()} <= {
            IntentState.ACCEPTED,
            IntentState.SKIPPED,
            IntentState.SUPPRESSED,
        }


def test_mails_on_the_wire_when_the_worker_died_are_uncertain_in_a_restored_store(place: Place) -> None:
    with a_world(place) as world:
        world.run(BACKUP)
        place.back_up(world)
        submit = world.mailer.submit

        def die(relay: str, batch: object) -> None:
            submit(relay, batch)  # type: ignore[arg-type]  # as it was handed in
            raise Killed

        world.mailer.submit = die  # type: ignore[method-assign]  # the process ends with mails on the wire
        with pytest.raises(Killed):
            world.run(LOSS)
        world.mailer.submit = submit  # type: ignore[method-assign]  # the next process lives

        place.restore(world)
        assert held_by(world) == {Cause.ROLLED_BACK}
        release(world)
        world.run(END)
        assert len(world.uncertain()) in range(1, 5)


def test_a_mail_that_was_refused_for_good_or_deferred_before_the_loss(place: Place) -> None:
    with a_world(place) as world:
        place.back_up(world)
        world.mailer.behave("ada@people.example", ReplyKind.REJECTED)
        world.mailer.behave("bob@people.example", ReplyKind.DEFERRED)
        world.tick()
        place.restore(world)
        assert held_by(world) == {Cause.OTHER_STORE}
        release(world)
        world.run(START + timedelta(minutes=20))

        states = {item.contact: item.state for item in world.intents(journey="program/care")}
        assert states["ada"] is IntentState.FAILED
        assert states["bob"] is IntentState.ACCEPTED


def test_a_copy_of_the_store_that_is_used_beside_it_is_noticed(place: Place) -> None:
    with a_world(place) as world:
        world.run(BACKUP)
        place.back_up(world, "clone.db")
        world.run(LOSS)
        world.restart()
        place.back_up(world, "original.db")

        place.restore(world, "clone.db")
        assert held_by(world) == {Cause.ROLLED_BACK}
        release(world)
        world.run(LOSS + timedelta(hours=1))

        place.restore(world, "original.db")
        assert held_by(world) == {Cause.ROLLED_BACK}
        release(world)
        world.run(END)


def test_a_project_that_was_copied_with_its_journal_holds_and_one_that_was_moved_does_not(
    place: Place,
) -> None:
    with a_world(place) as world:
        world.run(BACKUP)
        place.journal = place.journal.rename(place.folder / "moved")
        world.journal_folder = place.journal
        world.restart()
        assert held_by(world) == set()
        world.run(LOSS)

        original = place.journal.rename(place.folder / "original")
        shutil.copytree(original, place.journal)  # with the store: nothing else tells the two apart
        world.restart()
        assert held_by(world) == {Cause.CLONED}
        world.restart()
        assert held_by(world) == {Cause.CLONED}  # until somebody has looked
        release(world)
        world.run(END)
        world.restart()
        assert held_by(world) == set()  # the store is used with the copy now

        shutil.rmtree(place.journal)
        original.rename(place.journal)
        world.restart()
        assert held_by(world) == {Cause.JOURNAL_BEHIND}
        release(world)


def test_a_store_begun_anew_beside_an_old_journal_sends_nothing_again(place: Place) -> None:
    with a_world(place) as world:
        world.run(LOSS)
        sent = received(world)
        place.begin_anew(world)

        assert held_by(world) == {Cause.OTHER_STORE}
        release(world)
        world.run(END)
        assert received(world)["one"] == sent["one"]


def test_a_journal_that_is_gone_or_older_than_the_store_is_noticed(place: Place) -> None:
    with a_world(place) as world:
        world.run(BACKUP)
        shutil.copytree(place.journal, place.folder / "journal-backup")
        world.run(LOSS)

        shutil.rmtree(place.journal)
        world.restart()
        assert held_by(world) == {Cause.JOURNAL_LOST}
        release(world)
        world.restart()
        assert held_by(world) == set()

        shutil.rmtree(place.journal)
        shutil.copytree(place.folder / "journal-backup", place.journal)
        world.restart()
        assert held_by(world) == {Cause.JOURNAL_BEHIND}
        release(world)
        world.restart()
        assert held_by(world) == set()
        world.run(END)


def test_the_very_journal_put_back_lets_the_store_go_on(place: Place, tmp_path: Path) -> None:
    expected = undisturbed(tmp_path)
    with a_world(place) as world:
        defer_all(world)
        lose_the_journal(world, place, timedelta(hours=2))
        assert held_by(world) == {Cause.JOURNAL_LOST}

        put_back(place, place.folder / "elsewhere")
        world.restart()
        assert world.tick().standstill is None
        world.run(END)

        assert received(world) == expected
        assert not world.uncertain()


def test_what_waited_for_a_journal_for_too_long_is_looked_at_by_somebody(place: Place) -> None:
    """Nothing is overdue but mails that are held."""
    welcome = {**BASE, **program("hello: {email: one}"), **mails("one")}
    store = open_store(place.url)
    with World(place.folder, welcome, ROWS, start=START, store=store, journal_folder=place.journal) as world:
        defer_all(world)
        lose_the_journal(world, place, timedelta(hours=7))
        assert held_by(world) == {Cause.JOURNAL_LOST}
        assert any(item.why is Why.HOLD for item in world.intents())

        put_back(place, place.folder / "elsewhere")
        world.restart()
        assert held_by(world) == {Cause.OVERDUE}
        release(world)
        world.run(END)


def test_an_older_copy_of_a_lost_journal_is_not_taken_for_it(place: Place) -> None:
    with a_world(place) as world:
        world.run(BACKUP)
        shutil.copytree(place.journal, place.folder / "old")
        world.run(LOSS)
        lose_the_journal(world, place, timedelta(hours=1))

        put_back(place, place.folder / "old")
        world.restart()
        assert held_by(world) == {Cause.JOURNAL_LOST, Cause.JOURNAL_BEHIND}
        release(world)
        world.run(END)


def lose_the_journal(world: World, place: Place, time: timedelta) -> None:
    """Have a worker begin without the journal, as before its disk is mounted, and hold for some time."""
    shutil.move(place.journal, place.folder / "elsewhere")
    world.restart()
    assert held_by(world) == {Cause.JOURNAL_LOST}
    for part in (time / 4, time * 3 / 4):  # what becomes due meanwhile is held when it does
        world.clock.instant += part
        assert Cause.JOURNAL_LOST in held_by(world)


def defer_all(world: World) -> None:
    """Have the mails of the first tick wait, and so all people for them."""
    for row in ROWS["contacts"]:
        world.mailer.behave(str(row["email"]), ReplyKind.DEFERRED)
    world.tick()


def put_back(place: Place, journal: Path) -> None:
    shutil.rmtree(place.journal)
    journal.rename(place.journal)


def test_damage_in_what_the_store_lacks_is_told(place: Place) -> None:
    with a_world(place) as world:
        world.run(BACKUP)
        place.back_up(world)
        world.run(LOSS)
        (path,) = place.journal.glob("*/*.journal")
        data = bytearray(path.read_bytes())
        last = len(data.rstrip(b"\0"))
        data[last - 200 : last - 150] = b"\xff" * 50
        path.write_bytes(data)

        place.restore(world)
        assert held_by(world) == {Cause.ROLLED_BACK, Cause.JOURNAL_DAMAGED}


def test_a_store_exchanged_under_a_worker_ends_it(place: Place) -> None:
    with a_world(place) as world:
        world.run(BACKUP)
        with world.store.read() as work:
            before = work.journals.all()
        world.run(LOSS)
        with world.store.write() as work:
            work.journals.put(before[0])

        with pytest.raises(JournalMovedError):
            world.tick()


@pytest.mark.parametrize("every", [3, 5])
def test_no_crash_is_taken_for_another_store(place: Place, every: int) -> None:
    with a_world(place, is_killed=True) as world:
        deaths = 0
        world.store.dies_before = world.store.commits + every
        while world.clock.instant < END:
            try:
                world.run(END)
            except Killed:
                deaths += 1
                world.restart()
                if deaths % 2:
                    world.store.dies_before = world.store.commits + every * deaths
                else:
                    world.store.dies_after = world.store.commits + every * deaths
        assert deaths > 5
        assert not [event for event in world.told if event.name == "run.held"]


def test_a_journal_that_is_deleted_under_a_worker_lets_nothing_out_and_the_next_start_asks(
    place: Place,
) -> None:
    with a_world(place) as world:
        world.run(BACKUP)
        sent = len(world.mailer.taken)
        shutil.rmtree(place.journal)
        world.clock.instant = LOSS
        assert "taken away" in str(world.tick().trouble)
        assert len(world.mailer.taken) == sent
        assert world.told[-1].name == "tick.trouble"

        world.restart()
        assert held_by(world) == {Cause.JOURNAL_LOST}
        release(world)
        world.run(END)


def test_a_full_disk_of_the_journal_sends_nothing_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_AHEAD", 10)
    with World(tmp_path, FILES, ROWS, start=START, journal_folder=tmp_path / "journal") as world:
        world.tick()
        sent = len(world.mailer.taken)
        assert sent
        world.clock.instant = at("2026-12-01 11:00")
        (path,) = (tmp_path / "journal").glob("*/*.journal")
        with files_no_longer_than(path.stat().st_size):
            trouble = [world.tick().trouble for _ in range(5)]
            assert "its disk is full" in str(trouble[-1])
            assert len(world.mailer.taken) < sent + 3
        world.run(END)
        assert received(world)["release"] == 3
        assert_nothing_was_repeated(world)
        world.check_accounts()
