"""The tables that a fresh store gets at once are those that the migrations lead to."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from jo.ports.store import StoreVersionError
from jo.store import check, open_store, upgrade
from jo.store.upgrade import MIGRATIONS
from jo.store.versions import NEWEST
from tests.support.stores import file_url


def shape(path: Path) -> dict[str, list[str]]:
    """Return name → the lines of its definition, sorted: the order of constraints is no difference."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: sorted(line.strip(" \t,") for line in sql.splitlines()) for name, sql in rows}


def set_version(path: Path, version: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [version])


def test_a_fresh_store_is_what_the_migrations_lead_to(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path / 'fresh.db'}").close()

    (tmp_path / "migrated.db").touch()
    before, after = upgrade(f"sqlite:///{tmp_path / 'migrated.db'}")

    assert (before, after) == (None, NEWEST)
    assert shape(tmp_path / "migrated.db") == shape(tmp_path / "fresh.db")


def test_every_migration_is_named_after_its_version_and_the_last_is_the_newest() -> None:
    versions = sorted(path.name[1:5] for path in (MIGRATIONS / "versions").glob("v*.py"))

    assert versions == [f"{number:04}" for number in range(1, len(versions) + 1)]
    assert versions[-1] == NEWEST


def test_a_migrated_store_opens(tmp_path: Path) -> None:
    (tmp_path / "store.db").touch()
    upgrade(file_url(tmp_path))

    with closing(open_store(file_url(tmp_path))) as store, store.write() as work:
        work.operations.remember("word", "yes")

    assert check(file_url(tmp_path)).is_sound


def test_upgrading_a_store_that_is_up_to_date_changes_nothing(tmp_path: Path) -> None:
    open_store(file_url(tmp_path)).close()
    before = shape(tmp_path / "store.db")

    assert upgrade(file_url(tmp_path)) == (NEWEST, NEWEST)

    assert shape(tmp_path / "store.db") == before


def test_an_older_store_asks_for_the_upgrade(tmp_path: Path) -> None:
    open_store(file_url(tmp_path)).close()
    set_version(tmp_path / "store.db", "0000")

    with pytest.raises(StoreVersionError, match="jo store upgrade"):
        open_store(file_url(tmp_path))
    assert not check(file_url(tmp_path)).is_sound


def test_a_version_that_there_never_was_cannot_be_upgraded(tmp_path: Path) -> None:
    open_store(file_url(tmp_path)).close()
    set_version(tmp_path / "store.db", "0000")

    with pytest.raises(StoreVersionError, match="cannot be upgraded"):
        upgrade(file_url(tmp_path))


@pytest.mark.parametrize("command", [open_store, upgrade])
def test_a_newer_store_is_refused(tmp_path: Path, command: object) -> None:
    open_store(file_url(tmp_path)).close()
    set_version(tmp_path / "store.db", "9999")

    with pytest.raises(StoreVersionError, match="newer"):
        command(file_url(tmp_path))  # type: ignore[operator]
    assert check(file_url(tmp_path)).version == "9999"
    assert not check(file_url(tmp_path)).is_sound


def test_a_database_of_somebody_elses_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection, connection:
        connection.execute("CREATE TABLE customers (name TEXT)")

    with pytest.raises(StoreVersionError, match="not jo's"):
        open_store(file_url(tmp_path))
