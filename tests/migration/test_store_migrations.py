"""The tables that a fresh store gets at once are those that the migrations lead to, in both databases."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import text

from jo.ports.store import StoreVersionError
from jo.store import check, open_store, upgrade
from jo.store.engine import SQLITE, connect
from jo.store.upgrade import MIGRATIONS
from jo.store.versions import NEWEST

_SQLITE_SHAPE = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
_POSTGRES_SHAPE = """
SELECT attrelid::regclass || '.' || attname,
       concat_ws(' ', format_type(atttypid, atttypmod), collname, attnotnull, attidentity,
                 pg_get_expr(adbin, adrelid))
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
  LEFT JOIN pg_collation ON pg_collation.oid = attcollation
  LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
UNION ALL
SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
"""


def execute(url: str, statement: str) -> None:
    with closing(connect(url)) as database, database.write() as connection:
        connection.execute(text(statement))


def shape(url: str) -> dict[Any, Any]:
    """Return name → the lines of its definition, sorted: the order of constraints is no difference."""
    asked = _SQLITE_SHAPE if url.startswith(SQLITE) else _POSTGRES_SHAPE
    with closing(connect(url)) as database, database.read() as connection:
        rows = connection.execute(text(asked)).all()
    return {name: sorted(line.strip(" \t,") for line in sql.splitlines()) for name, sql in rows}


def set_version(url: str, version: str) -> None:
    execute(url, f"UPDATE alembic_version SET version_num = '{version}'")


def test_a_fresh_store_is_what_the_migrations_lead_to(make_url: Callable[[], str]) -> None:
    fresh, migrated = make_url(), make_url()
    open_store(fresh).close()

    before, after = upgrade(migrated)

    assert (before, after) == (None, NEWEST)
    assert shape(migrated) == shape(fresh)
    assert len(shape(fresh)) > 50


def test_every_migration_is_named_after_its_version_and_the_last_is_the_newest() -> None:
    versions = sorted(path.name[1:5] for path in (MIGRATIONS / "versions").glob("v*.py"))

    assert versions == [f"{number:04}" for number in range(1, len(versions) + 1)]
    assert versions[-1] == NEWEST


def test_a_migrated_store_opens(url: str) -> None:
    upgrade(url)

    with closing(open_store(url)) as store, store.write() as work:
        work.operations.remember("word", "yes")

    assert check(url).is_sound


def test_upgrading_a_store_that_is_up_to_date_changes_nothing(url: str) -> None:
    open_store(url).close()
    before = shape(url)

    assert upgrade(url) == (NEWEST, NEWEST)

    assert shape(url) == before


def test_an_older_store_asks_for_the_upgrade(url: str) -> None:
    open_store(url).close()
    set_version(url, "0000")

    with pytest.raises(StoreVersionError, match="jo store upgrade"):
        open_store(url)
    assert not check(url).is_sound


def test_a_version_that_there_never_was_cannot_be_upgraded(url: str) -> None:
    open_store(url).close()
    set_version(url, "0000")

    with pytest.raises(StoreVersionError, match="cannot be upgraded"):
        upgrade(url)


@pytest.mark.parametrize("command", [open_store, upgrade])
def test_a_newer_store_is_refused(url: str, command: object) -> None:
    open_store(url).close()
    set_version(url, "9999")

    with pytest.raises(StoreVersionError, match="newer"):
        command(url)  # type: ignore[operator]
    assert check(url).version == "9999"
    assert not check(url).is_sound


def test_a_database_of_somebody_elses_is_refused(url: str) -> None:
    execute(url, "CREATE TABLE customers (name TEXT)")

    with pytest.raises(StoreVersionError, match="not jo's"):
        open_store(url)
