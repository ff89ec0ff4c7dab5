"""P2: people moved along by the real decision code, durably, in batches.

People come in by the real loop over an applied project and stand at a wait. When it is over, one tick claims
them in batches of five hundred, loads them with their facts and records, takes them over a branch by their
company, and leaves them at the next wait. In turns, a copy of the same store gets the very same writes by
bare SQL over sets, in batches of the same size, each durable: what nobody can do faster who knows already
what the decisions will be. At the end both stores have to hold the same rows and counts.

The loop is the one of `jo run`, with its settings of the garbage collector, on a clock that is told when to
jump. `JO_BENCH_STEPPING` says how many people there are.
"""

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from jo.cli.running import collecting_seldom
from jo.daemon.advance import BATCH
from jo.store import open_store
from jo.store.columns import EPOCH, MICROSECOND
from tests.bench import beside_dbos
from tests.bench.figures import Figure, Race, timed
from tests.support.postgres import PostgresServer, find_postgres
from tests.support.scenery import BASE, company, contact, people, program
from tests.support.world import World

ROUNDS = 10
PEOPLE = int(os.environ.get("JO_BENCH_STEPPING", "50000"))
COHORT = PEOPLE // ROUNDS // BATCH * BATCH
"""How many are due at one moment: whole batches."""
OF_FIRM = 10
STEPS = 2
"""How many each of them takes in one decision."""
START = datetime(2026, 12, 1, 6, tzinfo=UTC)
DUE = START + timedelta(hours=12)
APART = timedelta(minutes=1)

PROJECT = {
    **BASE,
    **program(
        """
        first: {wait: 12 hours}
        size:
          branch:
            - when: company.segment in ('SMB', 'MM')
              next: small
          otherwise: large
        small: {wait: 2 days, next: end}
        large: {wait: 3 days, next: end}
        """,
        more="exit_when: {churned: company.churned_at is not null}\n",
    ),
}

SHIFT = """
UPDATE passages SET entered_at = entered_at + {by}, anchor_at = anchor_at + {by}, due_at = due_at + {by}
WHERE id BETWEEN {first} AND {last}
"""

_IS_SMALL = f"CAST(substr(contact, 2) AS INTEGER) / {OF_FIRM} % 2 = 0"
BARE = (
    """
    INSERT INTO passage_notes (passage, at, step, what, detail)
    SELECT id, {now}, 'first', 'took', 'next' FROM passages WHERE id BETWEEN {first} AND {last}
    """,
    f"""
    INSERT INTO passage_notes (passage, at, step, what, detail)
    SELECT id, {{now}}, 'size', 'took', CASE WHEN {_IS_SMALL} THEN 'when.0' ELSE 'otherwise' END
    FROM passages WHERE id BETWEEN {{first}} AND {{last}}
    """,
    f"""
    UPDATE passages SET
      anchor_at = {{now}}, visit = 1, repeat = 0, begun = {{true}}, taken = '{{{{}}}}', ended_at = NULL,
      exit_reason = NULL,
      step = CASE WHEN {_IS_SMALL} THEN 'small' ELSE 'large' END,
      due_at = {{now}} + CASE WHEN {_IS_SMALL} THEN 2 ELSE 3 END * 86400000000,
      why = CASE WHEN {_IS_SMALL} THEN 'waits 2 days' ELSE 'waits 3 days' END,
      visits = CASE WHEN {_IS_SMALL} THEN '{{{{"first":1,"size":1,"small":1}}}}'
               ELSE '{{{{"first":1,"large":1,"size":1}}}}' END
    WHERE id BETWEEN {{first}} AND {{last}}
    """,
    f"""
    INSERT INTO counts (journey, what, word, why, slot, number) VALUES
      ('program/care', 'inside', 'first', 'waits 12 hours', 0, -{BATCH}),
      ('program/care', 'inside', 'large', 'waits 3 days', 0, {BATCH // 2}),
      ('program/care', 'inside', 'small', 'waits 2 days', 0, {BATCH // 2})
    ON CONFLICT (journey, what, word, why, slot) DO UPDATE SET number = counts.number + excluded.number
    """,
)
"""What a batch of decisions writes. Passages are numbered as their contacts are."""

HELD = (
    "SELECT * FROM passages ORDER BY id",
    "SELECT passage, at, step, what, detail FROM passage_notes ORDER BY passage, at, id",
    "SELECT journey, what, word, why, sum(number) FROM counts GROUP BY 1, 2, 3, 4 HAVING sum(number) <> 0 "
    "ORDER BY 1, 2, 3, 4",
)
"""What both stores have to hold the same of at the end."""

Order = Callable[[str], Any]
"""Executes one statement, committed at once outside of a transaction; returns a cursor."""


def run() -> Sequence[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        return [*_on_sqlite(Path(folder)), *_on_postgres(Path(folder))]


def _on_sqlite(folder: Path) -> Sequence[Figure]:
    file, copy = folder / "store.db", folder / "copy.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as order:
        _prepare(folder, f"sqlite:///{file}", order.execute)
        order.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(file, copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as bare:
        bare.execute("PRAGMA journal_mode = WAL")
        bare.execute("PRAGMA synchronous = FULL")
        found = _race(folder, f"sqlite:///{file}", bare.execute, begin="BEGIN IMMEDIATE")
        with closing(sqlite3.connect(file)) as ours:
            _compare(ours.execute, bare.execute)
    figures = _figures("SQLite", found[0], at_least=0.1)
    by_cpu = Figure(
        name="P2", what="the same by CPU time", measured=1 / found[1].ratio, unit="×", detail=str(found[1])
    )
    beside = _beside_dbos("SQLite", found[0], f"sqlite:///{folder / 'dbos.db'}", at_least=100)
    return [*figures, by_cpu, *beside]


def _on_postgres(folder: Path) -> Sequence[Figure]:
    programs = find_postgres()
    if programs is None:
        raise SystemExit("P2 needs PostgreSQL: install Debian's package `postgresql`.")
    with closing(PostgresServer(programs, durable=True)) as server:
        name = server.create()
        with psycopg.connect(server.url(name), autocommit=True) as order:
            _prepare(folder, server.url(name), _orders(order))
        with (
            server.database(template=name) as copy,
            psycopg.connect(copy, autocommit=True) as bare,
        ):
            found = _race(folder, server.url(name), _orders(bare), begin="BEGIN")
            with psycopg.connect(server.url(name)) as ours:
                _compare(_orders(ours), _orders(bare))
        beside = _beside_dbos("PostgreSQL", found[0], server.url(server.create()), at_least=60)
    figures = _figures("PostgreSQL", found[0], at_least=0.25)
    by_cpu = Figure(
        name="P2",
        what="CPU of the worker itself",
        measured=found[1].ours / COHORT * 1e6,
        unit="µs",
        detail="for two steps",
    )
    return [*figures, by_cpu, *beside]


def _orders(connection: psycopg.Connection[Any]) -> Order:
    return lambda statement: connection.execute(statement.encode())


def _prepare(folder: Path, url: str, order: Order) -> None:
    """Let everybody in by the real loop, and set the cohorts apart."""
    keys = range(COHORT * ROUNDS)
    rows = people(
        *(contact(f"c{key:07}", company=f"f{key // OF_FIRM:06}", language="en") for key in keys),
        companies=[
            company(f"f{key:06}", segment="ENT" if key % 2 else "SMB") for key in range(len(keys) // OF_FIRM)
        ],
    )
    with World(folder, PROJECT, rows, start=START, store=open_store(url)) as world:
        assert world.tick().counts["advance.decided"] == len(keys)
    for number in range(ROUNDS):
        first, by = number * COHORT + 1, number * (APART // MICROSECOND)
        order(SHIFT.format(by=by, first=first, last=first + COHORT - 1))


def _race(folder: Path, url: str, bare: Order, *, begin: str) -> Sequence[Race]:
    """Let the cohorts have their moments one after the other, ours and the bare ones in turns.

    Returns the race by the clock on the wall, and the one by this process's CPU.
    """
    with (
        World(folder, PROJECT, {}, start=START + APART, store=open_store(url)) as world,
        collecting_seldom(),
    ):
        assert world.tick().counts == {}, "nobody is due yet"

        def ours() -> None:
            tick = world.tick()
            assert tick.counts["advance.decided"] == COHORT, tick

        found = []
        for cohort in range(ROUNDS):
            world.clock.jump(DUE + cohort * APART)
            theirs = partial(_write_bare, bare, cohort, begin)
            found.append((_spent(ours), _spent(theirs)))
    return [
        Race(ours=min(first[at] for first, _ in found), theirs=min(second[at] for _, second in found))
        for at in range(2)
    ]


def _spent(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that it takes, and those of this process's CPU."""
    before = time.process_time()
    taken = timed(work)
    return taken, time.process_time() - before


def _write_bare(order: Order, cohort: int, begin: str) -> None:
    now = (DUE + cohort * APART - EPOCH) // MICROSECOND
    for batch in range(COHORT // BATCH):
        first = cohort * COHORT + batch * BATCH + 1
        order(begin)
        for statement in BARE:
            order(statement.format(now=now, first=first, last=first + BATCH - 1, true="true"))
        order("COMMIT")


def _compare(ours: Order, bare: Order) -> None:
    for statement in HELD:
        assert ours(statement).fetchall() == bare(statement).fetchall(), statement


def _figures(database: str, found: Race, *, at_least: float) -> Sequence[Figure]:
    return (
        Figure(
            name="P2",
            what=f"steps on {database} against bare SQL of the same writes",
            measured=1 / found.ratio,
            at_least=at_least,
            detail=f"{found} for {COHORT * STEPS:,} steps",
        ),
        Figure(
            name="P2", what=f"steps a second on {database}", measured=COHORT * STEPS / found.ours, unit="/s"
        ),
    )


def _beside_dbos(database: str, found: Race, url: str, *, at_least: float) -> Sequence[Figure]:
    """Hold our steps a second to those of DBOS, let go in the way in which it is fastest."""
    steps = beside_dbos.steps_a_second(url)
    if steps is None:
        return ()
    ours, in_one = COHORT * STEPS / found.ours, steps.pop(beside_dbos.ALONE)
    way = max(steps, key=lambda name: steps[name])
    return (
        Figure(
            name="P2",
            what=f"steps a second on {database} against DBOS, two for each person",
            measured=ours / steps[way],
            at_least=at_least,
            detail=f"{ours:,.0f} against {steps[way]:,.0f}, {way}",
        ),
        Figure(
            name="P2",
            what=f"the same on {database} against steps of one long workflow",
            measured=ours / in_one,
            detail=f"{in_one:,.0f}",
        ),
    )
