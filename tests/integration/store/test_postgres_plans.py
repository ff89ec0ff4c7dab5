"""PostgreSQL serves the daemon's rounds by indexes as SQLite does, whatever the parameters are.

The tables hold some rows, and the server is told that they hold millions, of which few are to be worked on.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import Connection, Select
from sqlalchemy.dialects.postgresql import psycopg as postgresql

from jo.ports.store import Happening
from jo.store import open_store
from jo.store.engine import connect
from jo.store.postgres import LOOK_EVERY
from tests.integration.store.test_postgres_batches import decide, enter, hold, refresh, send
from tests.support.builders import NOON
from tests.support.postgres import PostgresServer
from tests.support.statements import Statement, statements
from tests.support.stores import a_lease
from tests.unit.store.test_query_plans import HOT, PAGED, WORK

_DIALECT = postgresql.dialect(paramstyle="numeric_dollar")

_PRETEND = f"""
UPDATE pg_class SET reltuples = reltuples * 10000
WHERE relnamespace = 'public'::regnamespace AND relname NOT IN ({", ".join(f"'{name}'" for name in WORK)})
"""


@pytest.fixture(scope="module")
def connection(postgres: PostgresServer) -> Iterator[Connection]:
    with postgres.database() as url:
        with closing(open_store(url)) as store:
            lease = a_lease(store)
            with store.write(lease) as work:
                for number, batch in enumerate((enter, send, hold, decide, refresh)):
                    batch(work, [f"{number}-{who:03}" for who in range(500)])
                for who in range(50):
                    happening = Happening(name="said", at=NOON, payload={})
                    work.people.event("test", str(who), happening, f"{who:03}", NOON)
        with closing(connect(url)) as database, database.write() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.exec_driver_sql(_PRETEND)
            connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
            yield connection


def plan_of(connection: Connection, statement: Statement) -> list[str]:
    """Return the lines of PostgreSQL's plan for a statement with any parameters."""
    if isinstance(statement, Select):  # a list in its text is written out, so it needs values
        binds = statement.compile(dialect=_DIALECT).binds.values()
        statement = statement.params({bind.key: [1, 2] if bind.expanding else None for bind in binds})
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    connection.exec_driver_sql(f"PREPARE asked AS {compiled}")
    nulls = ", ".join("NULL" for _ in compiled.positiontup or ())
    rows = connection.exec_driver_sql(f"EXPLAIN EXECUTE asked{f'({nulls})' if nulls else ''}")
    found = list(rows.scalars())
    connection.exec_driver_sql("DEALLOCATE asked")
    return found


def whole_reads(plan: Sequence[str]) -> list[str]:
    """Return the steps that read all of a table, or of an index that holds more than what is to be done."""
    steps = "\n".join(plan).split("->")
    scans = [step for step in steps if " Scan " in step and " Function " not in step and " Heap " not in step]
    queues = (*WORK, "pk_signals", "ix_intents_template")
    return [step for step in scans if "Index Cond" not in step and not any(name in step for name in queues)]


@pytest.mark.parametrize("name", sorted({*HOT, *PAGED}))
def test_a_hot_statement_reads_what_it_is_about(connection: Connection, name: str) -> None:
    plan = plan_of(connection, statements()[name])

    assert not whole_reads(plan), "\n".join(plan)


def test_a_statement_over_everybody_is_seen_as_one(connection: Connection) -> None:
    assert whole_reads(plan_of(connection, statements()["reports._PASSAGES"]))


def known_rows(url: str, table: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT reltuples::int FROM pg_class WHERE oid = %s::regclass", [table])
        return row.fetchall()[0][0]


def test_a_table_that_has_grown_is_known_to_have(postgres_url: str) -> None:
    with closing(open_store(postgres_url)) as store:
        assert known_rows(postgres_url, "facts") < 10
        for number in range(LOOK_EVERY + 1):
            with store.write() as work:
                rows = {f"{number:03}-{key:03}": f'"{"x" * 200}"' for key in range(150)}
                work.facts.put("contacts", rows)

    assert known_rows(postgres_url, "facts") > LOOK_EVERY * 100
