"""P3: five million people who wait against ten thousand, on SQLite in a file.

One real person goes through the first steps of an applied project: enters, gets a mail of a program and one
of an outreach that is still open, and waits. Set-based SQL then multiplies that person with all rows there
are of it. Cohorts of five hundred have their moment one minute after the other; keys are scattered, so that
the rows of a cohort lie far apart. The real loop ticks over both stores in turns. `jo status` is the command
itself, in this process, so that starting Python does not hide what it costs.

By default a million wait. `JO_BENCH_WAITING=5000000` is the figure of the goal; it takes half an hour on a
busy machine, and 25 GB of disk.
"""

import io
import os
import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing, redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jo.cli.main import jo
from jo.cli.main import run as run_command
from jo.store import open_store
from jo.store.columns import MICROSECOND
from tests.bench.figures import Figure, race
from tests.support.scenery import BASE, company, contact, mails, outreach, people, program
from tests.support.world import World

FEW = 10_000
MANY = int(os.environ.get("JO_BENCH_WAITING", "1000000"))
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


def run() -> Sequence[Figure]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        few, many = (_Place(Path(folder) / str(size), size, stack) for size in (FEW, MANY))
        return _measure(few, many)


class _Place:
    """A store in a folder of its own, with so many people who wait, and the loop over it."""

    def __init__(self, folder: Path, size: int, stack: ExitStack) -> None:
        folder.mkdir()
        (folder / "jo.toml").write_text(SETTINGS, encoding="utf-8")
        self._folder = folder
        rows = people(contact(ORIGINAL, company=FIRM), companies=[company(FIRM)])
        store = open_store(f"sqlite:///{folder / 'store.db'}")
        self._world = stack.enter_context(World(folder, PROJECT, rows, start=START, store=store))
        self._world.run(START + timedelta(minutes=5))
        _multiply(folder / "store.db", size)
        with self._world.store.write() as work:
            work.counts.recount()

    def restart(self) -> None:
        self._world.restart()
        self.idle()

    def idle(self) -> None:
        assert self._world.tick().counts == {}

    def cohort(self) -> None:
        """Let the next cohort have its moment."""
        tick = self._world.tick()
        assert tick.counts["advance.decided"] == COHORT, tick
        assert tick.next_at is not None
        self._world.clock.jump(tick.next_at)

    def settle(self) -> None:
        """Go on to the moment of the first whole cohort."""
        for _ in range(2):
            tick = self._world.tick()
            assert tick.next_at is not None
            self._world.clock.jump(tick.next_at)

    def status(self) -> None:
        shown = io.StringIO()
        with redirect_stdout(shown):
            assert run_command(jo, ["status", "-C", str(self._folder)]) == 0
        assert "settle" in shown.getvalue()


def _measure(few: _Place, many: _Place) -> Sequence[Figure]:
    first = race(many.restart, few.restart, rounds=1)
    idle = race(many.idle, few.idle, rounds=50)
    status = race(many.status, few.status, rounds=10)
    for place in (few, many):
        place.settle()
    cohort = race(many.cohort, few.cohort, rounds=15)
    waiting = f"{MANY:,} waiting people against {FEW:,}"
    return (
        Figure(
            name="P3", what=f"an idle tick, {waiting}", measured=idle.ratio, at_most=1.2, detail=str(idle)
        ),
        Figure(
            name="P3",
            what=f"claim and advance {COHORT} of one cohort",
            measured=cohort.ratio,
            at_most=2.5,
            detail=str(cohort),
        ),
        Figure(name="P3", what="jo status", measured=status.ratio, at_most=1.5, detail=str(status)),
        Figure(
            name="P3",
            what="the first tick of a worker, which looks at every candidate once",
            measured=first.ratio,
            detail=str(first),
        ),
    )


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
