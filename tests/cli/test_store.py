"""The store itself, by commands: backups, checks, upgrades."""

import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jo.cli.exits import Exit
from jo.ports.store import Store
from jo.store import check, open_store
from jo.store.alone import RunLock
from jo.workspace.starting import make_key, starter_files, write_files
from tests.support.builders import a_passage, an_intent
from tests.support.neighborhood import play


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_files(tmp_path, starter_files("project"))
    make_key(tmp_path)
    (tmp_path / ".jo").mkdir(exist_ok=True)
    return tmp_path


@pytest.fixture
def store(project: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{project}/.jo/store.db")) as store:
        with store.write() as work:
            work.ledger.create([an_intent("ada"), an_intent("bob")])
            work.passages.enter([a_passage("ada")])
        yield store


def run(project: Path, *words: str) -> tuple[int, str, str]:
    return play(project, {}, "store", *words)


def count(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        found: int = connection.execute("SELECT count(*) FROM intents").fetchone()[0]
    return found


# --- the file ---------------------------------------------------------------------------------------


def test_whoever_comes_by_a_symbolic_link_finds_the_same_lock_and_the_same_journal(
    project: Path, store: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(project, other, ignore=shutil.ignore_patterns("store.db*"), dirs_exist_ok=True)
    (other / ".jo" / "store.db").symlink_to(project / ".jo" / "store.db")
    lock = RunLock(project / ".jo" / "store.db")
    assert lock.take()
    try:
        code, _, err = play(other, {}, "run", "--once")
    finally:
        lock.give_back()
    assert (code, "works on this store" in err) == (Exit.LOCKED, True)

    play(other, {}, "run", "--once")
    assert (project / ".jo" / "store.journal").is_dir()
    assert sorted(path.name for path in (other / ".jo").glob("store*")) == ["store.db"]


@pytest.mark.parametrize("words", ["status", "run --once", "apply --yes", "store check", "store backup x.db"])
def test_a_store_with_two_names_is_refused(project: Path, store: Store, words: str) -> None:
    (project / "second.db").hardlink_to(project / ".jo" / "store.db")

    code, _, err = play(project, {}, *words.split())

    assert code == Exit.FAILURE
    assert "is one of 2 names of the same file" in " ".join(err.split())
    assert not (project / "x.db").exists()


@pytest.mark.parametrize(
    "words", ["status", "run --once", "apply --yes", "store check", "store backup x.db", "doctor"]
)
@pytest.mark.parametrize("left", ["store.db-wal", "store.journal/1/000000000001.journal"])
def test_a_store_that_was_emptied_is_not_taken_for_a_new_one(project: Path, words: str, left: str) -> None:
    file, beside = project / ".jo" / "store.db", project / ".jo" / left
    beside.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    beside.write_bytes(b"something")

    code, out, err = play(project, {}, *words.split())

    assert code == Exit.FAILURE
    said = " ".join((out + err).split())
    assert f"{file} is empty, but {beside} is what a store left" in said
    assert (file.read_bytes(), beside.read_bytes()) == (b"", b"something")
    assert not (project / "x.db").exists()


def test_an_empty_file_with_nothing_beside_it_is_where_a_new_store_goes(project: Path) -> None:
    (project / ".jo" / "store.db").touch()

    assert "Nothing is live yet" in play(project, {}, "status")[1]
    assert play(project, {}, "apply", "--yes")[0] == Exit.OK


# --- backup ------------------------------------------------------------------------------------------


def test_a_store_and_what_lies_beside_it_are_for_their_owner_only(project: Path, store: Store) -> None:
    files = sorted((project / ".jo").glob("store.db*"))

    assert {"store.db", "store.db-shm", "store.db-wal"} <= {file.name for file in files}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_backup_is_one_sound_file_for_its_owner_only(project: Path, store: Store) -> None:
    code, out, _ = run(project, "backup", "copy.db")

    copy = project / "copy.db"
    assert code == Exit.OK
    assert out.startswith("copy.db holds the store: ")
    assert count(copy) == 2
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert sorted(path.name for path in project.glob("*copy.db*")) == ["copy.db"]
    assert check(f"sqlite:///{copy}").is_sound


def test_a_backup_is_made_while_somebody_writes_and_holds_what_was_committed(
    project: Path, store: Store
) -> None:
    with store.write() as work:
        work.ledger.create([an_intent("cleo")])

        assert run(project, "backup", "copy.db")[0] == Exit.OK

    assert count(project / "copy.db") == 2
    assert count(project / ".jo" / "store.db") == 3


def test_a_backup_overwrites_nothing(project: Path, store: Store) -> None:
    (project / "copy.db").write_text("precious")

    code, _, err = run(project, "backup", "copy.db")

    assert code == Exit.FAILURE
    assert "copy.db is there already" in err
    assert (project / "copy.db").read_text() == "precious"


def test_a_backup_that_cannot_be_written_leaves_nothing_behind(project: Path, store: Store) -> None:
    code, _, err = run(project, "backup", "jo.toml/copy.db")

    assert code == Exit.FAILURE
    assert "cannot be written: File exists" in err


def test_the_folder_of_a_backup_is_made_for_its_owner_only(project: Path, store: Store) -> None:
    assert run(project, "backup", "backup/copy.db")[0] == Exit.OK

    assert stat.S_IMODE((project / "backup").stat().st_mode) == 0o700
    assert (project / "backup" / "copy.db").is_file()


def test_a_damaged_store_is_not_copied(project: Path) -> None:
    file = project / ".jo" / "store.db"
    with closing(open_store(f"sqlite:///{file}")) as store, store.write() as work:
        work.ledger.create([an_intent(f"c{number}") for number in range(500)])
    with file.open("r+b") as damaged:
        damaged.seek(8 * 4096)
        damaged.write(os.urandom(16 * 4096))

    code, _, err = run(project, "backup", "copy.db")

    assert code == Exit.FAILURE
    assert "damaged" in err
    assert not list(project.glob("*copy.db*"))


def test_a_store_that_is_not_there_has_no_backup(project: Path) -> None:
    code, _, err = run(project, "backup", "copy.db")

    assert code == Exit.FAILURE
    assert "There is no store at" in err
    assert not (project / ".jo" / "store.db").exists()


def test_a_store_in_postgresql_is_for_its_own_tools(project: Path) -> None:
    url = "postgresql://jo:secret@db.example:5433/journeys?sslmode=require"

    variables = {"JO_STORE_URL": "env:STORE_URL", "STORE_URL": url}

    code, _, err = play(project, variables, "store", "backup", "my copy")

    assert code == Exit.FAILURE
    assert "pg_dump --format=custom --file='my copy'" in err
    assert "host=db.example" in err
    assert "sslmode=require" in err
    assert "secret" not in err


# --- check -------------------------------------------------------------------------------------------


def test_a_sound_store_is_said_to_be_sound(project: Path, store: Store) -> None:
    code, out, _ = run(project, "check")
    assert code == Exit.OK
    assert out.startswith("The store is sound: ")

    code, out, _ = run(project, "check", "--json")
    document = json.loads(out)
    assert (code, document["format"], document["is_sound"]) == (Exit.OK, "jo.store-check/1", True)


def test_a_row_that_refers_to_nothing_is_told_with_what_to_do(project: Path, store: Store) -> None:
    with closing(sqlite3.connect(project / ".jo" / "store.db")) as connection, connection:
        connection.execute("UPDATE intents SET passage = 99")

    code, out, _ = run(project, "check")

    assert code == Exit.FAILURE
    assert "A row of `intents` (1) refers to a row of `passages` that is not there." in out
    assert "restore a backup" in out


def test_without_a_store_there_is_nothing_to_check(project: Path) -> None:
    code, _, err = run(project, "check")

    assert code == Exit.FAILURE
    assert "There is no store at" in err


# --- upgrade -----------------------------------------------------------------------------------------


def test_a_store_that_is_up_to_date_is_left_as_it_is(project: Path, store: Store) -> None:
    code, out, _ = run(project, "upgrade")

    assert code == Exit.OK
    assert "is up to date: version" in out
    assert [path.name for path in (project / ".jo").glob("store.db.0*")] == []


def test_nothing_is_upgraded_while_a_worker_runs(project: Path, store: Store) -> None:
    lock = RunLock(project / ".jo" / "store.db")
    assert lock.take()
    try:
        code, _, err = run(project, "upgrade")
    finally:
        lock.give_back()

    assert code == Exit.LOCKED
    assert "Stop every `jo run`, then upgrade." in err


def test_an_older_store_is_copied_before_its_tables_change(project: Path, store: Store) -> None:
    store.close()
    with closing(sqlite3.connect(project / ".jo" / "store.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")

    code, _, err = run(project, "upgrade")

    (copy,) = (project / ".jo").glob("store.db.0000-*")
    assert count(copy) == 2
    assert "The store as it was is in" in err
    assert code == Exit.FAILURE  # no migration begins with a version that never was
    assert "cannot be upgraded" in err


def test_a_store_of_a_newer_jo_is_left_as_it_is(project: Path, store: Store) -> None:
    store.close()
    with closing(sqlite3.connect(project / ".jo" / "store.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    code, _, err = run(project, "upgrade")

    assert (code, "from a newer jo" in err) == (Exit.FAILURE, True)
    assert not list((project / ".jo").glob("store.db.9999*"))


def test_a_worker_in_postgresql_refuses_an_upgrade(project: Path, postgres_store_url: str) -> None:
    with closing(open_store(postgres_store_url)) as store, store.write() as work:
        now = datetime.now(UTC)
        lease = work.leases.acquire("worker", "mailhost:4711", now, 3600)
        assert lease is not None
    variables = {"JO_STORE_URL": postgres_store_url}

    code, _, err = play(project, variables, "store", "upgrade")
    assert code == Exit.LOCKED
    assert "mailhost:4711 works on this store." in err

    with closing(open_store(postgres_store_url)) as store, store.write() as work:
        work.leases.release(lease)
    assert play(project, variables, "store", "upgrade")[0] == Exit.OK


# --- counts ------------------------------------------------------------------------------------------


def test_counts_that_are_wrong_are_mended(project: Path, store: Store) -> None:
    assert run(project, "recount")[1] == "Every count is right.\n"
    with closing(sqlite3.connect(project / ".jo" / "store.db")) as connection, connection:
        connection.execute("UPDATE counts SET number = number + 5 WHERE what = 'mail'")
    assert play(project, {}, "audit")[0] == Exit.FAILURE

    assert run(project, "recount")[1] == "1 count was wrong, and mended.\n"

    with store.read() as work:
        assert work.counts.miscounts() == []
