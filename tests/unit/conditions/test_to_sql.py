"""The SQL of conditions, as it is written and with the joins that it needs."""

import pathlib
from datetime import UTC, date, datetime

import pytest

from jo.conditions.parse import parse
from jo.conditions.sql_nodes import LONGEST_NAME
from jo.conditions.sql_texts import Dialect
from jo.conditions.text import letters_beyond_ascii, lower, upper
from jo.conditions.to_sql import Query, list_relation, quoted, row_alias, to_sql
from jo.conditions.tree import Path
from jo.conditions.types import Place, Scope
from tests.unit.conditions.scopes import TABLES, scope


def write(text: str, where: Scope | None = None, dialect: Dialect = Dialect.DUCKDB) -> Query:
    expr = parse(text).expr
    assert expr is not None
    now = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    return to_sql(expr, where or scope(), today=date(2026, 11, 22), now=now, dialect=dialect)


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("contact.role = 'it''s'", """"contact"."role" = 'it''s'"""),
        (
            "contact.active and not contact.logins in (1, -2)",
            """"contact"."active" AND (NOT ("contact"."logins" IN (1, (-2))))""",
        ),
        (
            "contact.born > '2026-01-01'",
            """"contact"."born" > CAST('2026-01-01' AS DATE)""",
        ),
        (
            "contact.created_at > '2026-01-01'",
            """"contact"."created_at" > CAST('2026-01-01 00:00' AS TIMESTAMP)""",
        ),
        ("contact.language is not null", """NOT ("contact"."language" IS NULL)"""),
        ("contact.role like 'a_%'", """"contact"."role" LIKE 'a_%'"""),
        ("contact.role ilike 'Ä%'", """LOWER("contact"."role") LIKE 'ä%'"""),
        (
            "days_since(contact.born) <= 30",
            """(CAST('2026-11-22' AS DATE) - "contact"."born") <= 30""",
        ),
        ("coalesce(contact.language, '') = ''", """COALESCE("contact"."language", '') = ''"""),
        ("contact.score = 0.1", """"contact"."score" = CAST('0.1' AS DOUBLE)"""),
    ],
)
def test_conditions_over_the_row_need_no_join(text: str, sql: str) -> None:
    assert write(text) == Query(sql, ())


def test_equal_paths_share_a_join_and_joins_stand_in_order() -> None:
    query = write("company.csm.name = 'Ada' and contact.company.segment = 'MM'")
    assert query.text == """("contact.company.csm"."name" = 'Ada') AND ("contact.company"."segment" = 'MM')"""
    assert [join.alias for join in query.joins] == ["contact.company", "contact.company.csm"]
    assert query.from_text == (
        'LEFT JOIN "companies" AS "contact.company" ON "contact"."company" = "contact.company"."id" '
        'LEFT JOIN "reps" AS "contact.company.csm" ON "contact.company"."csm" = "contact.company.csm"."id"'
    )


def test_count_is_one_grouped_join() -> None:
    query = write("count(tickets, ticket.owner.name = 'Ada') > 2")
    [join] = query.joins
    assert query.text == f'COALESCE({quoted(join.alias)}."count", 0) > 2'
    assert join.text == (
        'LEFT JOIN (SELECT "ticket"."contact" AS "key", COUNT(*) AS "count" FROM "tickets" AS "ticket" '
        'LEFT JOIN "reps" AS "ticket.owner" ON "ticket"."owner" = "ticket.owner"."id" '
        """WHERE "ticket.owner"."name" = 'Ada' GROUP BY "ticket"."contact") """
        f'AS {quoted(join.alias)} ON "contact"."id" = {quoted(join.alias)}."key"'
    )


def test_equal_counts_share_a_join_and_others_do_not() -> None:
    assert len(write("count(tickets) > 2 or count( tickets ) = 0").joins) == 1
    assert len(write("count(tickets) > 2 or count(tickets, ticket.status = 'open') = 0").joins) == 2


def test_a_count_of_the_company_is_joined_by_the_company() -> None:
    company, counted = write("count(orders) > 2").joins
    assert company.alias == "contact.company"
    assert counted.text.endswith(f'ON "contact.company"."id" = {quoted(counted.alias)}."key"')


def test_a_list_is_joined_by_the_contact() -> None:
    query = write("not in_list('new-admins')")
    assert query.text == """NOT (NOT "list.new-admins"."member" IS NULL)"""
    assert query.from_text == (
        'LEFT JOIN "list.new-admins" AS "list.new-admins" ON "contact"."id" = "list.new-admins"."member"'
    )


def test_a_list_over_other_rows_reaches_the_contact_by_its_root() -> None:
    tickets = Scope(
        place=Place.LIST,
        tables=TABLES,
        namespaces={"ticket": "tickets", "contact": "contacts", "company": "companies"},
        roots={"contact": ("ticket", "contact"), "company": ("ticket", "contact", "company")},
        lists=frozenset({"vip"}),
    )
    assert row_alias(tickets) == "ticket"
    query = write("company.segment = 'MM' and contact.role = 'Admin' and in_list('vip')", tickets)
    assert [join.alias for join in query.joins] == ["ticket.contact", "ticket.contact.company", "list.vip"]
    assert query.from_text.endswith('ON "ticket.contact"."id" = "list.vip"."member"')


def test_a_path_alone_is_a_column() -> None:
    query = to_sql(
        Path(("company", "segment")), scope(), today=date(2026, 1, 1), now=datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert query.text == '"contact.company"."segment"'
    assert len(query.joins) == 1


def test_names_and_texts_cannot_break_out() -> None:
    query = write("contact.role = '''; drop table x; --' and in_list('a\"; drop table x; --')")
    assert """= '''; drop table x; --'""" in query.text
    assert '"list.a""; drop table x; --"' in query.from_text


def test_the_stores_records_have_no_sql() -> None:
    with pytest.raises(ValueError, match="sent"):
        write("sent('hello')", scope(Place.PROGRAM))
    with pytest.raises(ValueError, match="participant"):
        write("participant.tier = 'gold'", scope(Place.PROGRAM))


GOLDEN = pathlib.Path(__file__).parent / "golden"
CONDITIONS = (
    "contact.role = 'it''s'",
    "contact.role > 'a' and contact.role between 'a' and 'b' and contact.role in ('a', 'b')",
    "contact.language is not null",
    "contact.active and not contact.logins in (1, -2)",
    "contact.role like 'a\\_%' or contact.role ilike 'Ä%'",
    "starts_with(contact.role, 'a') or ends_with(contact.role, 'a') or contains(contact.role, 'a')",
    "trim(contact.role) = upper(contact.role) and length(contact.role) = 3",
    "lower(trim(contact.role)) = 'admin'",
    "coalesce(contact.language, '') = least(contact.role, 'b')",
    "contact.born > '2026-01-01' and contact.created_at > '2026-01-01'",
    "days_since(contact.born) <= 30 and days_until(contact.created_at) > 3",
    "hours_since(contact.created_at) < 36 and weekday(contact.born) = 1 and year(contact.created_at) = 2026",
    "contact.score = 0.1",
    "contact.score + 1 > contact.logins - contact.score",
    "contact.score * 2 > contact.score / contact.logins",
    "(contact.score + 1) * 2 > 3",
    "round(contact.score) = floor(contact.score) and abs(contact.score) > 1",
    "company.csm.name = 'Ada' and in_list('new-admins')",
    "count(tickets, ticket.owner.name = 'Ada') > 2",
)


@pytest.mark.parametrize("dialect", Dialect)
def test_the_sql_of_every_database_is_as_it_was_reviewed(dialect: Dialect, *, update_golden: bool) -> None:
    capitals, smalls = (letters_beyond_ascii(mapped) for mapped in (lower, upper))
    told = []
    for condition in CONDITIONS:
        query = write(condition, dialect=dialect)
        text = "\n".join((f"-- {condition}", query.text, *(join.text for join in query.joins)))
        for letters in (*capitals, *smalls):
            text = text.replace(letters, f"{letters[:3]}…")  # thousands, and as many as Python knows
        told.append(text)
    written = "\n\n".join(told) + "\n"
    file = GOLDEN / f"conditions.{dialect}.sql"
    if update_golden:
        file.write_text(written)
    assert written == file.read_text()


def test_computed_operands_are_written_once_however_deep_they_stand() -> None:
    deep = " + ".join(["contact.score"] * 20)
    assert len(write(f"{deep} > 1", dialect=Dialect.POSTGRES).text) < 20 * 1_000


def test_no_name_is_longer_than_a_database_takes() -> None:
    first, second = (list_relation(f"{'a-long-name' * 6}{number}") for number in (1, 2))
    assert first != second
    assert max(len(name.encode()) for name in (first, second, list_relation("ü" * 60))) <= LONGEST_NAME
    assert list_relation("short") == "list.short"
