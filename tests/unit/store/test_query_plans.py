"""The queries that run at every tick read an index that follows the work, never the people who wait."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Executable, event

from jo.store import audiences, ledger, passages
from jo.store.engine import Database
from jo.store.versions import prepare
from tests.support.builders import NOON


@pytest.fixture
def connection() -> Iterator[Connection]:
    database = Database("sqlite:///:memory:")
    prepare(database)
    with database.write() as connection:
        yield connection
    database.close()


def plan_of(connection: Connection, statement: Executable, **values: Any) -> str:
    """Return what SQLite would do for the statement, with the parameters that it really gets."""
    seen: list[str] = []

    def explain(conn: object, cursor: Any, sql: str, parameters: Any, context: object, many: bool) -> None:
        if not sql.startswith("EXPLAIN"):
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
            seen.extend(row[3] for row in cursor.fetchall())

    event.listen(connection, "before_cursor_execute", explain)
    connection.execute(statement, values)
    event.remove(connection, "before_cursor_execute", explain)
    return "\n".join(seen)


@pytest.mark.parametrize(
    ("statement", "values", "index"),
    [
        (passages._DUE, {"now": NOON, "limit": 500}, "ix_passages_due_at_id"),
        (passages._NEXT_DUE, {}, "ix_passages_due_at_id"),
        (ledger._HIGHEST, {}, "ix_intents_priority_due_at_key"),
        (ledger._NEXT_LOWER, {"above": 1}, "ix_intents_priority_due_at_key"),
        (ledger._EARLIEST_OF, {"priority": 1}, "ix_intents_priority_due_at_key"),
        (ledger._CLAIMABLE, {"priority": 1, "now": NOON, "limit": 500}, "ix_intents_priority_due_at_key"),
        (ledger._EARLIEST_EXPIRY, {}, "ix_intents_expires_at"),
        (ledger._ABANDONED, {"now": NOON, "lease": "send", "token": 1}, "uq_attempts_open"),
        (
            ledger._SENT_SINCE,
            {"address_keys": ["a"], "class": None, "since": NOON},
            "ix_intents_address_key_class_outcome_at",
        ),
        (
            ledger._UNDER_WAY_SINCE,
            {"address_keys": ["a"], "class": None, "since": NOON},
            "ix_intents_address_key_class_outcome_at",
        ),
        (passages._INTENTS_OF, {"ids": [1]}, "ix_intents_passage"),
        (passages._HAPPENINGS_OF, {"ids": [1]}, "ix_events_contact_at"),
        (
            audiences._UNDECIDED,
            {
                "journey": "program/p",
                "occurrence": "",
                "b_list": "l",
                "since": NOON,
                "after": "",
                "limit": 500,
            },
            "ix_memberships_list_key",
        ),
    ],
)
def test_a_hot_query_reads_its_index_and_sorts_nothing(
    connection: Connection, statement: Executable, values: dict[str, Any], index: str
) -> None:
    plan = plan_of(connection, statement, **values)

    assert index in plan
    sorts_a_batch = statement in (passages._HAPPENINGS_OF, passages._INTENTS_OF)
    assert "TEMP B-TREE" not in plan or sorts_a_batch
    for table in ("passages", "intents", "attempts", "memberships", "decisions", "events"):
        assert f"SCAN {table}\n" not in f"{plan}\n"
