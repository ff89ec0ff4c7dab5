"""The world's trouble with a store comes out as a sentence for the operator, and loses nothing."""

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from jo.flow.state import IntentState
from jo.ports.errors import SettingsError
from jo.ports.store import Store, StoreError, Transaction
from jo.store import check, open_store, upgrade
from jo.store.backup import dump_command
from jo.store.engine import connect
from jo.store.sqlite import SqliteDatabase
from jo.store.store import SqlStore
from jo.store.versions import prepare
from tests.support.builders import an_intent
from tests.support.stores import file_store, file_url


def intents_of(store: Store) -> int:
    with store.read() as work:
        return len(work.reports.intents(states=list(IntentState), limit=100_000))


def fill(work: Transaction, start: int, count: int) -> None:
    work.ledger.create(
        [an_intent(f"c{number:06}", detail="x" * 500) for number in range(start, start + count)]
    )


def store_on_a_small_disk(path: Path, pages: int) -> Store:
    """Open a store whose file may not grow beyond `pages`; SQLite then says that the disk is full."""

    class SmallDisk(SqliteDatabase):
        def _connect(self) -> sqlite3.Connection:
            connection = super()._connect()
            connection.execute(f"PRAGMA max_page_count = {pages}")
            return connection

    database = SmallDisk(str(path), busy_seconds=1)
    prepare(database)
    return SqlStore(database)


def test_a_full_disk_loses_nothing_and_is_told(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(store_on_a_small_disk(path, pages=200)) as store:
        with store.write() as work:
            fill(work, 0, 50)

        def write_too_much() -> None:
            with store.write() as work:
                work.operations.remember("word", "lost")
                fill(work, 1_000, 5_000)

        with pytest.raises(StoreError, match="is full") as raised:
            write_too_much()

        assert str(path) in str(raised.value)
        assert intents_of(store) == 50
        with store.write() as work:
            assert work.operations.recall("word") is None
            fill(work, 100, 10)

    with closing(open_store(f"sqlite:///{path}")) as roomy:
        with roomy.write() as work:
            fill(work, 1_000, 1_000)
        assert intents_of(roomy) == 1_060
    assert check(f"sqlite:///{path}").is_sound


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="folder is missing"):
        open_store(f"sqlite:///{tmp_path / 'nowhere' / 'store.db'}")


@pytest.mark.parametrize("command", [check, upgrade])
def test_a_store_that_is_not_there_is_not_made_by_looking_after_it(
    tmp_path: Path, command: Callable[[str], object]
) -> None:
    with pytest.raises(StoreError, match="the file or its folder is missing"):
        command(file_url(tmp_path))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a store.db", "ünï?mode=ro#.db", "100%25.db"])
def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    open_store(f"sqlite:///{tmp_path / name}").close()

    assert (tmp_path / name).exists()


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_text("id,name\n1,Ada\n" * 100)
    before = path.read_bytes()

    with pytest.raises(StoreError, match="is no store of jo"):
        open_store(file_url(tmp_path))

    assert path.read_bytes() == before


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    with closing(file_store(tmp_path)) as store, store.write() as work:
        fill(work, 0, 500)
    path = tmp_path / "store.db"
    whole = path.read_bytes()
    middle = len(whole) // 2 // 4096 * 4096
    path.write_bytes(whole[:middle] + b"\xff" * 40_960 + whole[middle + 40_960 :])

    report = check(file_url(tmp_path))
    assert not report.is_sound
    assert report.findings
    with pytest.raises(StoreError, match="is damaged"), closing(file_store(tmp_path)) as store:
        intents_of(store)


def test_a_file_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    file_store(tmp_path).close()
    database = SqliteDatabase(str(tmp_path / "store.db"), busy_seconds=1)
    database._mode = "ro"  # what the file's permissions would do to anybody but root

    with (
        closing(SqlStore(database)) as store,
        pytest.raises(StoreError, match="read-only"),
        store.write() as work,
    ):
        work.operations.remember("word", "yes")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "store.db",
        "sqlite://",
        "sqlite:///",
        "postgres://ada:secret@db/jo",
        "mysql://ada:secret@db/jo",
        "sqlite+weird:///x",
        "::",
    ],
)
def test_an_address_that_is_no_store_is_told_without_its_secret(url: str) -> None:
    with pytest.raises(SettingsError, match="sqlite:///") as raised:
        open_store(url)

    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:secret@db:x/jo",
        "postgresql://ada:secret@db:99999/jo",
        "postgresql://ada:secret@[::1/jo",
        "postgresql://ada:sec%ZZret@db/jo",
        "postgresql://ada:secret@db/jo?nonsense=1",
        "postgresql://ada:secret@db/jo?connect_timeout=secret",
    ],
)
def test_an_address_that_postgresql_cannot_read_is_told_without_its_secret(url: str) -> None:
    with pytest.raises(SettingsError, match="cannot be read") as raised:
        open_store(url)

    assert "secret" not in str(raised.value)
    assert raised.value.__suppress_context__
    with pytest.raises(SettingsError):
        dump_command(url, Path("store.dump"))


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql://ada:secret@db.example.com:6432/jo", "db.example.com:6432/jo"),
        ("postgresql://ada:secret@db.example.com/jo?sslmode=require", "db.example.com:5432/jo"),
        ("postgresql://ada:secret@[::1]:6432/jo", "[::1]:6432/jo"),
        ("postgresql://ada:secret@one:1,two:2/jo", "one:1,two:2/jo"),
        ("postgresql://ada:secret@one,two/jo?port=6432", "one:6432,two:6432/jo"),
        ("postgresql://ada:secret@/jo?host=/run/pg&port=6432", "/run/pg:6432/jo"),
        ("postgresql://ada:secret@", "localhost:5432/ada"),
    ],
)
def test_a_store_in_postgresql_is_named_by_host_port_and_database(
    url: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PGHOST", "PGPORT", "PGDATABASE"):
        monkeypatch.delenv(name, raising=False)

    with closing(connect(url)) as database:
        assert database.place == place


def test_a_missing_driver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(StoreError, match=r"pip install 'jo-engine\[postgres\]'"):
        open_store("postgresql://ada@db/jo")


def test_no_data_stands_in_the_text_of_a_refused_change() -> None:
    store = open_store("sqlite:///:memory:")
    with pytest.raises(StoreError) as raised, store.write() as work:
        work.ledger.create([an_intent("ada", address="ada@example.com", passage=99)])

    assert "ada" not in str(raised.value)
    assert "ada" not in str(raised.value.__cause__)
    store.close()


def test_a_store_that_was_closed_in_a_crash_is_whole(tmp_path: Path) -> None:
    """A copy of file and log at any moment is what a power failure leaves behind."""
    with closing(file_store(tmp_path)) as store:
        with store.write() as work:
            fill(work, 0, 10)
        copy = tmp_path / "copy"
        copy.mkdir()
        with store.write() as work:
            fill(work, 10, 10)
            for name in ("store.db", "store.db-wal"):
                (copy / name).write_bytes((tmp_path / name).read_bytes())

    with closing(file_store(copy)) as copied:
        assert intents_of(copied) == 10


def test_commits_are_synced_and_the_log_is_written_ahead(tmp_path: Path) -> None:
    database = connect(file_url(tmp_path))
    with database.write() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    database.close()


def test_a_check_finds_a_reference_that_leads_nowhere(tmp_path: Path) -> None:
    file_store(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection, connection:
        connection.execute(
            "INSERT INTO passage_notes (passage, at, step, what, detail) VALUES (99, 0, 'hello', 'took', '')"
        )

    report = check(file_url(tmp_path))

    assert report.findings == [
        "A row of `passage_notes` (1) refers to a row of `passages` that is not there."
    ]
