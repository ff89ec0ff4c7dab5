"""P5: a power list over a million contacts and a hundred thousand companies in Parquet.

Against the query that a person would write by hand for DuckDB over the same files: inner join, no unused
column, constants in place. Both sides return the sorted keys to Python. The files have been examined before,
as they are once for each version of a file; what that costs is a figure of its own. The second goal is a
whole refresh on SQLite: the list, the difference to the members before, the facts of all members, and a
decision about each candidate, on the first day, when everybody enters.
"""

import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from jo.apply.applying import Actor, apply_plan
from jo.apply.planning import Origin, make_plan
from jo.daemon.enroll import Enroll
from jo.daemon.inline import InlineRefresher
from jo.daemon.live import LiveCache
from jo.daemon.refresh import Refresh
from jo.daemon.service import Worker
from jo.model.project import Project
from jo.ports.warehouse import Warehouse
from jo.store import open_store
from jo.warehouse import open_warehouse
from jo.warehouse.location import SourceLocation
from tests.bench.figures import Figure, race, seconds, timed
from tests.support.manifests import SCHEMAS, compiled

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
---
kind: program
name: onboarding
audience: new-admins
entry: {identity: contact, reentry: never, existing: enter}
steps: {settle: {wait: 30 days}}
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
    warehouse = open_warehouse(
        {name: SourceLocation(name=name, root=folder, path=f"{name}.parquet") for name in project.sources}
    )
    by_hand = duckdb.connect()
    query = BY_HAND.format(folder=folder)

    def ours() -> list[str]:
        audience = warehouse.audience(project, power_list, today=TODAY, now=NOW)
        return [member.key for member in audience.members]

    def theirs() -> list[str]:
        return [key for (key,) in by_hand.execute(query).fetchall()]

    unexamined = timed(ours)
    members = theirs()
    assert ours() == members
    result = race(ours, theirs, rounds=20)
    refresh = min(_first_refresh(folder / f"{number}.db", project, warehouse) for number in range(5))
    warehouse.close()
    by_hand.close()
    return (
        Figure(
            name="P5",
            what="power list of 6 conditions over 1 M contacts in Parquet, against the query by hand",
            measured=result.ratio,
            at_most=1.3,
            detail=f"{result}; {len(members):,} members",
        ),
        Figure(
            name="P5",
            what="the same with facts, difference and decisions",
            measured=refresh / result.theirs,
            at_most=20,
            detail=f"{seconds(refresh)}; everybody enters",
        ),
        Figure(
            name="P5",
            what="the list alone, of files that were never examined",
            measured=unexamined / result.theirs,
            detail=f"{seconds(unexamined)}, once for each version: every cell is held against its type",
        ),
    )


def _first_refresh(file: Path, project: Project, warehouse: Warehouse) -> float:
    """Return the seconds from nothing known to everybody decided about, on SQLite in a file."""
    store = open_store(f"sqlite:///{file}")
    with store.write() as work:
        plan = make_plan(work, project, SCHEMAS, today=TODAY, now=NOW, warehouse=None, origin=Origin())
        apply_plan(work, plan, Actor(name="bench"), NOW)
    worker, cache = Worker(store, "bench", is_alone=True), LiveCache()
    worker.begin()
    refresh = Refresh(store, InlineRefresher(store, warehouse), cache, worker, lambda _: None, waits=True)
    enroll = Enroll(store, cache, worker, lambda _: None)

    def all_of_it() -> None:
        assert refresh.run_once(NOW)["entered"] == sum(enroll.run_once(NOW).values())

    took = timed(all_of_it)
    store.close()
    return took


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
