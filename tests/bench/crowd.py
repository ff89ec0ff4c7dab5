"""Makes a crowd of one person: a store in which very many people stand where one has come to.

One real person goes through the first steps of an applied project: enters, gets a mail of a program and one
of an outreach that is still open, and waits. Set-based SQL then multiplies that person with all rows there
are of it. Cohorts of five hundred have their moment one minute after the other; keys are scattered, so that
the rows of a cohort lie far apart.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jo.store import open_store
from jo.store.columns import MICROSECOND
from tests.support.scenery import BASE, company, contact, mails, outreach, people, program
from tests.support.world import World

COHORT, APART = 500, timedelta(minutes=1)
START = datetime(2026, 12, 1, 6, tzinfo=UTC)
ORIGINAL, FIRM = "c0000000", "f0000000"

PROJECT = {
    **BASE,
    **mails("hello", "release"),
    **program("""
        hello: {email: hello}
        settle: {wait: 1 hour}
        reading: {wait_for: {when: "clicked('hello')", within: 5 days}, met: end, timeout: end}
    """),
    **outreach('at: "2026-12-01 06:00", timezone: contact'),
}
SETTINGS = """
[store]
url = "sqlite:///store.db"
[sources.companies]
path = "companies.csv"
[sources.contacts]
path = "contacts.csv"
"""

OF_EACH: Mapping[str, Mapping[str, str]] = {
    "facts": {},
    "memberships": {"id": "id + {rows} * n"},
    "decisions": {},
    "passages": {
        "id": "id + n",
        "shard": "n % 64",
        "due_at": f"due_at + (1 + (n - 1) / {COHORT}) * {APART // MICROSECOND}",
    },
    "passage_notes": {"id": "id + {rows} * n", "passage": "passage + n"},
    "intents": {
        "id": "id + {rows} * n",
        "public": "lower(hex(randomblob(16)))",
        "passage": "passage + n",
        "shard": "n % 64",
    },
    "attempts": {"id": "id + {rows} * n", "intent": "intent + {rows} * n"},
}
"""Table → what is not just the original's with other keys; `rows` is how many there are of each person."""


def make_crowd(folder: Path, size: int, stack: ExitStack) -> World:
    """Return the world over a store in a new folder with so many people who wait."""
    folder.mkdir()
    (folder / "jo.toml").write_text(SETTINGS, encoding="utf-8")
    rows = people(contact(ORIGINAL, company=FIRM), companies=[company(FIRM)])
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    world = stack.enter_context(World(folder, PROJECT, rows, start=START, store=store))
    world.run(START + timedelta(minutes=5))
    _multiply(folder / "store.db", size)
    with world.store.write() as work:
        work.counts.recount()
    return world


def _multiply(file: Path, size: int) -> None:
    """Make `size` people of one. Indexes are made at the end, which is many times as fast."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA cache_size = -{256 * 1024}")
        connection.execute("CREATE TEMP TABLE who (n INTEGER PRIMARY KEY, contact TEXT, firm TEXT)")
        connection.execute(
            f"""
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {size})
            INSERT INTO who SELECT n, printf('c%07d', n * 7919 % {size}), printf('f%07d', n / 10) FROM numbers
            """
        )
        tables = ", ".join(f"'{table}'" for table in OF_EACH)
        made = f"FROM sqlite_master WHERE type = 'index' AND sql <> '' AND tbl_name IN ({tables})"
        indexes = connection.execute(f"SELECT name, sql {made}").fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        for table, changes in OF_EACH.items():
            _multiply_table(connection, table, changes)
        connection.execute(f"UPDATE lists SET size = {size}")
        for _, statement in indexes:
            connection.execute(statement)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _multiply_table(connection: sqlite3.Connection, table: str, changes: Mapping[str, str]) -> None:
    """Insert each of the table's rows once more for each person, with that person's keys."""
    rows = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    columns = [(name, type_) for _, name, type_, *_ in connection.execute(f"PRAGMA table_info({table})")]
    values = []
    for name, type_ in columns:
        value = f"replace(replace(a.{name}, '{ORIGINAL}', who.contact), '{FIRM}', who.firm)"
        changed = changes.get(name, value if type_ == "TEXT" else name)
        values.append(changed.format(rows=rows))
    # Firms of ten people: of the firm's own row, one for each.
    of_firms = f"WHERE a.key <> '{FIRM}' OR n % 10 = 0" if table == "facts" else ""
    connection.execute(
        f"""
        INSERT INTO {table} ({", ".join(name for name, _ in columns)})
        SELECT {", ".join(values)} FROM who CROSS JOIN (SELECT * FROM {table}) AS a {of_firms}
        """
    )
