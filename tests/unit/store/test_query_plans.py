"""Queries read an index that follows the work to be done, never everybody who waits or was ever there."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Select
from sqlalchemy.dialects import sqlite

from jo.store.engine import connect
from jo.store.tables import metadata
from jo.store.versions import prepare
from tests.support.statements import Statement, statements

SCANS = {
    "shares._ALL": "shares",
    "leases._FREE": "shares",
    "leases._HELD": "leases",
    "limits._TIDY": "limits",
    "limits._OVER": "limits",
    "counts._KEPT": "counts",
    "counts._ONE_BY_ONE.inside": "passages",
    "counts._ONE_BY_ONE.pinned": "passages",
    "counts._ONE_BY_ONE.ended": "passages",
    "counts._ONE_BY_ONE.decided": "decisions",
    "counts._ONE_BY_ONE.mail": "intents",
    "facts._AS_OF": "sources",
    "operations._OVERRIDES": "overrides",
    "operations._PAUSED": "overrides",
    "people._UNSEEN": "signals",
    "reports._DECISIONS": "decisions",
    "reports._INTENT_LINES": "intents",
    "reports._PASSAGES": "passages",
    "specs._HISTORY": "deployments",
    "specs._LIVE": "specs",
    "sweeps._ANY": "sweeps",
    "sweeps._FIRST": "sweeps",
}
"""Statement → the table that it may read as a whole. At a tick nothing does that grows."""

WORK = [
    "ix_passages_due_at_id_shard",
    "ix_intents_expires_at",
    "ix_intents_priority_due_at_key_shard",
    "uq_attempts_open",
    "ix_attempts_uncertain",
]
"""Partial indexes that hold only what is still to be done, and may be read as a whole."""

HOT = {
    "passages._DUE": "ix_passages_due_at_id_shard",
    "passages._DUE_IN": "ix_passages_due_at_id_shard",
    "passages._NEXT_DUE": "ix_passages_due_at_id_shard",
    "passages._NEXT_DUE_IN": "ix_passages_due_at_id_shard",
    "passages._INTENTS_OF": "ix_intents_passage",
    "passages._HAPPENINGS_OF": "ix_events_contact_at",
    "claims._HIGHEST": "ix_intents_priority_due_at_key_shard",
    "claims._NEXT_LOWER": "ix_intents_priority_due_at_key_shard",
    "claims._EARLIEST_OF": "ix_intents_priority_due_at_key_shard",
    "claims._EARLIEST_OF_IN": "ix_intents_priority_due_at_key_shard",
    "claims._CLAIMABLE_IN": "ix_intents_priority_due_at_key_shard",
    "claims._CLAIMABLE": "ix_intents_priority_due_at_key_shard",
    "claims._CLAIMABLE_BUT": "ix_intents_priority_due_at_key_shard",
    "claims._CLAIMABLE_IN_BUT": "ix_intents_priority_due_at_key_shard",
    "claims._EARLIEST_EXPIRY": "ix_intents_expires_at",
    "endings._OVERDUE": "ix_intents_expires_at",
    "endings._MENDED": "ix_intents_template",
    "endings._HELD_UNTIL_LATER": "ix_intents_why_due_at",
    "passages._WAKE_PAGE": "uq_passages_inside",
    "passages._WAKE.contacts": "ix_passages_contact",
    "passages._WAKE.rows": "ix_passages_row",
    "passages._ALREADY_DUE.contacts": "ix_passages_contact",
    "passages._ALREADY_DUE.rows": "ix_passages_row",
    "endings._WITHDRAWABLE_OF_PASSAGES": "ix_intents_passage",
    "endings._WITHDRAWABLE_OF_JOURNEY": "ix_intents_journey_state",
    "attempts._ABANDONED": "uq_attempts_open",
    "sent._IN_DOUBT_SINCE": "ix_intents_address_key_class_outcome_at",
    "evidence._DOUBTFUL": "ix_attempts_uncertain",
    "evidence._TRIED": "ix_attempts_intent_number",
    "sent._SENT_SINCE": "ix_intents_address_key_class_outcome_at",
    "sent._UNDER_WAY_SINCE": "ix_intents_address_key_class_outcome_at",
    "audiences._UNDECIDED": "ix_memberships_list_key",
    "audiences._UNDECIDED_TO": "ix_memberships_list_key",
    "audiences._END_OF_PAGE": "ix_memberships_list_key",
    "audiences._MEMBERS": "ix_memberships_list_key",
    "audiences._LEAVE": "ix_memberships_list_key",
    "audiences._HERE": "ix_memberships_list_contact",
    "passages._INSIDE": "uq_passages_inside",
}
"""Statement of the daemon's rounds → the index that serves it."""

PAGED = [
    "passages._DUE",
    "passages._DUE_IN",
    "claims._CLAIMABLE",
    "claims._CLAIMABLE_IN",
    "claims._CLAIMABLE_BUT",
    "claims._CLAIMABLE_IN_BUT",
    "audiences._UNDECIDED",
    "audiences._MEMBERS",
    "passages._INSIDE",
    "people._UNSEEN",
]
"""Statements with a limit that have to find their first rows without sorting all of them."""


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    database = connect("sqlite:///:memory:")
    prepare(database)
    with database.write() as connection:
        yield connection
    database.close()


def plan_of(connection: Connection, statement: Statement) -> list[str]:
    """Return the steps of SQLite's plan for a statement."""
    if isinstance(statement, Select):  # a list in its text is written out, so it needs values
        binds = statement.compile(dialect=sqlite.dialect()).binds.values()
        statement = statement.params({bind.key: [1, 2] if bind.expanding else None for bind in binds})
    compiled = statement.compile(dialect=sqlite.dialect(), compile_kwargs={"render_postcompile": True})
    nulls = (None,) * len(compiled.positiontup or ())
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", nulls)
    return [detail for *_, detail in rows]


@pytest.mark.parametrize("name", sorted(statements()))
def test_only_listed_statements_read_a_whole_table(connection: Connection, name: str) -> None:
    plan = plan_of(connection, statements()[name])

    scans = [step for step in plan if step.startswith("SCAN") and not step.endswith(tuple(WORK))]
    scanned = {step.split()[1] for step in scans} & set(metadata.tables)

    assert scanned == ({SCANS[name]} if name in SCANS else set()), plan


@pytest.mark.parametrize("name", sorted(HOT))
def test_a_hot_statement_reads_its_index(connection: Connection, name: str) -> None:
    plan = plan_of(connection, statements()[name])

    assert any(HOT[name] in step for step in plan), plan


@pytest.mark.parametrize("name", PAGED)
def test_a_page_is_found_without_a_sort(connection: Connection, name: str) -> None:
    plan = plan_of(connection, statements()[name])

    assert not any("TEMP B-TREE" in step for step in plan), plan
