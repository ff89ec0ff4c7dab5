"""P5: a power list over a million contacts and a hundred thousand companies in Parquet.

Against the query that a person would write by hand for DuckDB over the same files: inner join, no unused
column, constants in place. Both sides return the sorted keys to Python. The files have been examined before,
as they are once for each version of a file; what that costs is a figure of its own.
"""

import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from jo.warehouse import open_warehouse
from jo.warehouse.location import SourceLocation
from tests.bench.figures import Figure, race, timed
from tests.support.manifests import compiled

CONTACTS, COMPANIES = 1_000_000, 100_000
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
TODAY = date(2026, 12, 1)

PROJECT = """
kind: source
name: companies
key: id
fields: {id: text, segment: text, plan: text, health: "text?", customer_since: date, churned_at: "date?"}
---
kind: source
name: contacts
key: id
fields: {id: text, email: "text?", role: text, language: "text?", company: ref companies}
roles: {address: email, language: language, company: company}
---
kind: power_list
name: new-admins
from: contacts
where:
  - contact.role = 'Admin'
  - contact.language in ('en', 'de')
  - company.segment in ('SMB', 'MM')
  - company.plan = 'saas'
  - company.churned_at is null
  - days_since(company.customer_since) <= 365
refresh: daily at 02:00
"""

BY_HAND = """
select contact.id
from read_parquet('{folder}/contacts.parquet') as contact
join read_parquet('{folder}/companies.parquet') as company on company.id = contact.company
where contact.role = 'Admin'
  and contact.language in ('en', 'de')
  and company.segment in ('SMB', 'MM')
  and company.plan = 'saas'
  and company.churned_at is null
  and company.customer_since >= date '2025-12-01'
order by contact.id
"""


def run() -> Sequence[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        _make(Path(folder))
        return _measure(Path(folder))


def _measure(folder: Path) -> Sequence[Figure]:
    project = compiled(PROJECT).project
    power_list = project.lists["new-admins"]
    locations = {
        name: SourceLocation(name=name, root=folder, path=f"{name}.parquet") for name in project.sources
    }
    by_hand = duckdb.connect()
    warehouse = open_warehouse(locations)
    query = BY_HAND.format(folder=folder)

    def ours() -> list[str]:
        audience = warehouse.audience(project, power_list, today=TODAY, now=NOW)
        return [member.key for member in audience.members]

    def theirs() -> list[str]:
        return [key for (key,) in by_hand.execute(query).fetchall()]

    first = timed(ours)
    assert ours() == theirs()
    result = race(ours, theirs, rounds=20)
    members = len(ours())
    warehouse.close()
    by_hand.close()
    what = f"power list of 6 conditions, {CONTACTS:,} contacts in Parquet, against the query by hand"
    return (
        Figure(
            name="P5",
            what=what,
            measured=result.ratio,
            at_most=1.3,
            detail=f"{result}; {members:,} members",
        ),
        Figure(
            name="P5",
            what="the same for files that were never examined",
            measured=first / result.theirs,
            detail="once for each version of a file: every cell against its type, keys unique",
        ),
    )


def _make(folder: Path) -> None:
    """Write the files. Values follow from the row's number, so that every run has the same."""
    connection = duckdb.connect()
    connection.execute("create macro draw(i, salt, n) as cast(hash(i, salt) % n as int)")
    connection.execute("create macro pick(texts, i, salt) as texts[1 + draw(i, salt, len(texts))]")
    connection.execute(f"""
        copy (
            select printf('co-%06d', i) as id,
                pick(['SMB', 'MM', 'ENT', 'Public'], i, 1) as segment,
                pick(['saas', 'self-managed'], i, 2) as plan,
                pick(['green', 'yellow', 'red', null], i, 3) as health,
                date '2018-01-01' + draw(i, 4, 3240) as customer_since,
                case when draw(i, 5, 5) = 0 then date '2026-01-01' + draw(i, 6, 300) end as churned_at
            from range({COMPANIES}) as numbers(i)
        ) to '{folder}/companies.parquet' (format parquet)""")
    connection.execute(f"""
        copy (
            select printf('ct-%07d', i) as id,
                case when draw(i, 1, 50) > 0 then printf('p%d@firm%d.example', i, i % 5000) end as email,
                pick(['Admin', 'Sold-To', 'User', 'Billing'], i, 2) as role,
                pick(['en', 'de', 'es', 'ja', null], i, 3) as language,
                printf('co-%06d', draw(i, 4, {COMPANIES})) as company
            from range({CONTACTS}) as numbers(i)
        ) to '{folder}/contacts.parquet' (format parquet)""")
    connection.close()
