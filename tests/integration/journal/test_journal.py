"""The journal on a real disk: what was synced is there again, whatever happened to process or file."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jo.flow.intent import public_id
from jo.flow.state import AttemptState
from jo.journal import files
from jo.journal.folder import JournalFolder
from jo.journal.records import SIZE
from jo.ports.journal import Entry, Journal, JournalError, Mark
from tests.support.disks import files_no_longer_than

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
STORE, OTHER = "aa" * 16, "bb" * 16


def entries(first: int, count: int, at: datetime = NOON) -> list[Entry]:
    return [
        Entry(public=public_id(f"mail-{number}"), number=1, state=AttemptState.OPEN, at=at)
        for number in range(first, first + count)
    ]


@contextmanager
def a_journal(folder: Path, keep: timedelta = timedelta(days=90)) -> Iterator[Journal]:
    with closing(JournalFolder(folder, keep)) as journals:
        yield journals.own


def written(folder: Path, *batches: Sequence[Entry]) -> Mark:
    """Begin with a store and write batches, each synced by itself; then end as a killed process does."""
    with a_journal(folder) as journal:
        journal.begin(STORE, NOON)
        journal.see(1, NOON)
        for batch in batches:
            journal.reserve(len(batch))
            journal.append(batch)
        return journal.end


def content(journal: Journal, position: int = 0) -> list[Entry]:
    return [entry for part in journal.since(position) for entry in part.entries]


def missing(journal: Journal, position: int = 0) -> int:
    return sum(part.missing for part in journal.since(position))


def the_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*.journal"))


def offset(number: int) -> int:
    """Return where the record of a number stands in the first file."""
    return 40 + (number - 1) * SIZE


def test_what_was_written_is_there_again(tmp_path: Path) -> None:
    end = written(tmp_path, entries(0, 3), entries(3, 2))

    with a_journal(tmp_path) as journal:
        assert journal.end == end
        assert (journal.store, journal.seen, journal.is_new) == (STORE, 1, False)
        assert content(journal) == entries(0, 5)
        assert content(journal, position=5) == entries(3, 2)
        assert journal.check_at(end.position) == end.check
        assert journal.check_at(end.position + 1) is None
        assert missing(journal) == 0


def test_a_start_that_the_store_never_took_note_of_does_not_count(tmp_path: Path) -> None:
    written(tmp_path, entries(0, 1))
    with a_journal(tmp_path) as journal:
        journal.begin(OTHER, NOON)

    with a_journal(tmp_path) as journal:
        assert journal.store == STORE


def test_the_history_of_another_journal_does_not_fit(tmp_path: Path) -> None:
    end = written(tmp_path / "one", entries(0, 3))
    written(tmp_path / "two", entries(0, 3))

    with a_journal(tmp_path / "two") as journal:
        assert journal.end.position == end.position
        assert journal.check_at(end.position) != end.check


@pytest.mark.parametrize("cut", [1, SIZE - 1, SIZE, SIZE + 7, 2 * SIZE])
def test_what_a_crash_cut_short_is_cut_off(tmp_path: Path, cut: int) -> None:
    written(tmp_path, entries(0, 4), entries(4, 3))
    (path,) = the_files(tmp_path)
    data = path.read_bytes().rstrip(b"\0")
    path.write_bytes(data[:-cut])

    with a_journal(tmp_path) as journal:
        found = content(journal)
        assert found == entries(0, len(found))
        assert len(found) in (4, 5, 6)
        assert missing(journal) == 0
        journal.reserve(1)
        journal.append(entries(7, 1))
    with a_journal(tmp_path) as journal:
        assert content(journal) == [*found, *entries(7, 1)]


def test_a_write_that_reached_the_disk_out_of_order_is_cut_off(tmp_path: Path) -> None:
    """The last page of it did, the first did not; nothing of it was synced, so nothing was sent."""
    written(tmp_path, entries(0, 2), entries(2, 4))
    (path,) = the_files(tmp_path)
    damage(path, offset(5))  # the first record of the second write; two tell of the store

    with a_journal(tmp_path) as journal:
        assert content(journal) == entries(0, 2)
        assert missing(journal) == 0


def damage(path: Path, where: int) -> None:
    data = bytearray(path.read_bytes())
    data[where : where + SIZE] = bytes(SIZE)
    path.write_bytes(data)


def test_damage_in_the_middle_is_counted_and_the_rest_is_read(tmp_path: Path) -> None:
    written(tmp_path, entries(0, 2), entries(2, 2), entries(4, 2))
    (path,) = the_files(tmp_path)
    damage(path, offset(5))

    with a_journal(tmp_path) as journal:
        assert content(journal) == [*entries(0, 2), *entries(4, 2)]
        assert missing(journal) == 2  # the one behind it as well: it is held to the one before


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    written(tmp_path, entries(0, 2), entries(2, 2), entries(4, 2))
    (path,) = the_files(tmp_path)
    data = bytearray(path.read_bytes())
    data[offset(4) + 9] ^= 1
    path.write_bytes(data)

    with a_journal(tmp_path) as journal:
        assert content(journal) == [*entries(0, 1), *entries(2, 4)]
        assert missing(journal) == 1


@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_journal_that_is_taken_away_in_use_takes_no_more_until_it_is_back(
    tmp_path: Path, is_replaced: bool
) -> None:
    with a_journal(tmp_path / "journal") as journal:
        journal.begin(STORE, NOON)
        (tmp_path / "journal").rename(tmp_path / "away")
        if is_replaced:
            shutil.copytree(tmp_path / "away", tmp_path / "journal")
        for _ in range(2):
            with pytest.raises(JournalError, match=r"taken away or replaced.*put it back"):
                journal.reserve(1)

        shutil.rmtree(tmp_path / "journal", ignore_errors=True)
        (tmp_path / "away").rename(tmp_path / "journal")
        journal.reserve(1)
        journal.append(entries(0, 1))
        assert content(journal) == entries(0, 1)


def test_it_goes_on_in_new_files_and_each_says_what_a_start_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CAPACITY", 20)
    written(tmp_path, *(entries(3 * number, 3) for number in range(10)))

    assert len(the_files(tmp_path)) > 2
    with a_journal(tmp_path) as journal:
        assert content(journal) == entries(0, 30)
        assert (journal.store, journal.seen) == (STORE, 1)
        assert missing(journal) == 0
        position = journal.end.position
        assert content(journal, position - 3) == entries(27, 3)


def test_a_crash_between_a_new_file_and_its_first_record_is_no_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = written(tmp_path, entries(0, 3))
    with a_journal(tmp_path) as journal:
        files.create(tmp_path / "1", files.Head(journal=journal.id, before=end))

    with a_journal(tmp_path) as journal:
        assert (journal.store, journal.end) == (STORE, end)
    assert len(the_files(tmp_path)) == 1


def test_old_files_go_by_the_times_in_them_and_never_by_a_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CAPACITY", 20)
    days = [NOON + timedelta(days=number) for number in range(10)]
    with a_journal(tmp_path, keep=timedelta(days=3)) as journal:
        journal.begin(STORE, NOON)
        journal.see(1, NOON)
        for number, day in enumerate(days):
            journal.reserve(9)
            journal.append(entries(9 * number, 9, at=day))
        found = [entry.at for entry in content(journal)]
        assert found[0] == days[5]
        assert found[-1] == days[-1]
        assert missing(journal) > 0


def test_records_that_were_moved_away_are_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "CAPACITY", 20)
    written(tmp_path, *(entries(3 * number, 3) for number in range(10)))
    the_files(tmp_path)[1].unlink()

    with a_journal(tmp_path) as journal:
        assert missing(journal) > 0
        assert content(journal)[-1] == entries(29, 1)[0]


def test_a_file_of_somebody_else_is_left_alone_and_a_false_one_is_told(tmp_path: Path) -> None:
    written(tmp_path, entries(0, 1))
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "2024").mkdir()
    (tmp_path / "1" / "README.journal").write_text("mine")
    with closing(JournalFolder(tmp_path, timedelta(days=90))) as journals, journals.others() as others:
        assert content(journals.own) == entries(0, 1)
        assert others == []
    assert list((tmp_path / "2024").iterdir()) == []

    (tmp_path / "1" / "000000000099.journal").write_bytes(b"no journal" * 10)
    with pytest.raises(JournalError, match="is no file of a journal of jo"), a_journal(tmp_path):
        pass


def test_each_process_has_its_own_and_takes_care_of_those_left_behind(tmp_path: Path) -> None:
    with closing(JournalFolder(tmp_path, timedelta(days=90))) as first:
        with closing(JournalFolder(tmp_path, timedelta(days=90))) as second, first.others() as others:
            assert first.own.id != second.own.id
            assert others == []
            second_id = second.own.id
        with first.others() as others:
            assert [journal.id for journal in others] == [second_id]


def test_a_place_where_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(JournalError, match="cannot be used"), a_journal(tmp_path / "file"):
        pass


def test_a_full_disk_shows_before_anything_is_written_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with a_journal(tmp_path) as journal:
        journal.begin(STORE, NOON)
        journal.see(1, NOON)
        (path,) = the_files(tmp_path)
        with files_no_longer_than(path.stat().st_size):
            journal.reserve(100)
            journal.append(entries(0, 100))
            with pytest.raises(JournalError, match="its disk is full"):
                journal.reserve(10_000)
        journal.reserve(10_000)
        journal.append(entries(100, 10_000))
    with a_journal(tmp_path) as journal:
        assert len(content(journal)) == 10_100


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with a_journal(tmp_path) as journal:
        journal.begin(STORE, NOON)
        journal.see(1, NOON)
        with files_no_longer_than(offset(5)), pytest.raises(JournalError, match="its disk is full"):
            journal.append(entries(0, 10))
        journal.reserve(10)
        journal.append(entries(10, 10))
    with a_journal(tmp_path) as journal:
        found = content(journal)
        assert found[-10:] == entries(10, 10)
        assert len(found) <= 12  # what reached the disk before it was full was never handed over
        assert missing(journal) == 0
