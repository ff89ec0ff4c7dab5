"""Every statement can be said to both databases: where the words differ, both are known."""

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from jo.store.tables import intents
from jo.store.twins import among, pairs
from tests.support.statements import statements


@pytest.mark.parametrize("name", sorted(statements()))
def test_a_statement_compiles_for_both_databases(name: str) -> None:
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        assert str(statements()[name].compile(dialect=dialect))


def test_there_are_statements_to_compile() -> None:
    assert len(statements()) > 50


def test_a_list_is_one_parameter_in_both_databases() -> None:
    by_key = select(intents.c.id).where(among(intents.c.key, "keys"))
    by_id = select(intents.c.key).where(~among(intents.c.id, "ids"))

    assert 'intents."key" IN (SELECT value FROM json_each(?))' in str(
        by_key.compile(dialect=sqlite.dialect())
    )
    assert "NOT intents.id IN (SELECT value FROM json_each(?))" in str(
        by_id.compile(dialect=sqlite.dialect())
    )
    assert "intents.key = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(" in str(
        by_key.compile(dialect=postgresql.dialect())
    )
    assert "AS BIGINT[])" in str(by_id.compile(dialect=postgresql.dialect()))


def test_a_map_is_one_parameter_in_both_databases() -> None:
    members = pairs("members")
    statement = select(members.c.key, members.c.value)

    assert "FROM json_each(?) AS anon_1" in str(statement.compile(dialect=sqlite.dialect()))
    assert "FROM jsonb_each_text(CAST(" in str(statement.compile(dialect=postgresql.dialect()))
