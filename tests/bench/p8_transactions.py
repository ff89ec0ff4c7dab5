"""The longest transaction while lists, facts and people of a large project change: none may take 200 ms.

A store in a file goes through what touches very many rows: a first refresh, with everybody entering; a
refresh in which one in a hundred has changed and as many have come and gone; a refresh after one that was cut
short, which has everybody looked at again; an apply that changes the program and retires an outreach with a
mail planned for everybody. Refreshes are computed by the child process, as by `jo run`. Times are of a shared
machine: what else it does makes single transactions longer.

By default there are 200,000 people. `JO_BENCH_PEOPLE=1000000` is the size of the goal.
"""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from jo.apply.applying import Actor, apply_plan
from jo.apply.planning import Origin, make_plan
from jo.child import Surroundings
from jo.daemon.advance import Advance
from jo.daemon.enroll import Enroll
from jo.daemon.live import LiveCache
from jo.daemon.outreaches import Outreaches
from jo.daemon.refresh import Refresh
from jo.daemon.service import Event, Service, Worker
from jo.daemon.sweeping import Sweeping
from jo.ports.store import Lease, Store, Transaction
from jo.store import open_store
from jo.warehouse.location import SourceLocation
from jo.workers.refresher import ChildRefresher
from tests.bench.figures import Figure, seconds
from tests.support.manifests import SCHEMAS, compiled
from tests.support.scenery import LISTS, SENDERS, SOURCES, mails, outreach, program

PEOPLE = int(os.environ.get("JO_BENCH_PEOPLE", "200000"))
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
FILES = {
    "lists/sources.yaml": SOURCES,
    "lists/audiences.yaml": LISTS,
    "templates/senders.yaml": SENDERS,
    **mails("hello", "release"),
    **program(
        "settle: {wait: 30 days}\nhello: {email: hello}", more="exit_when: {left: company.plan = 'none'}\n"
    ),
    **outreach(
        'at: "2026-12-01 09:00"',
    ),
}


@dataclass(slots=True)
class Timed:
    """A store that remembers how long its writing transactions took, by what was going on."""

    store: Store
    doing: str = ""
    took: dict[str, list[float]] = field(default_factory=dict)

    @contextmanager
    def write(self, lease: Lease | None = None) -> Iterator[Transaction]:
        began = time.perf_counter()
        with self.store.write(lease) as work:
            yield work
        self.took.setdefault(self.doing, []).append(time.perf_counter() - began)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        with self.store.read() as work:
            yield work

    def close(self) -> None:
        self.store.close()


def run() -> Sequence[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        store = Timed(open_store(f"sqlite:///{folder}/store.db"))
        with closing(store), closing(_refresher(Path(folder))) as refresher:
            _live_through(store, refresher, Path(folder))
    return [
        Figure(
            name="P8",
            what=f"longest transaction of {len(took):,}: {doing}, {PEOPLE:,} people",
            measured=max(took) * 1000,
            unit="ms",
            at_most=200,
            detail=f"{seconds(sum(took))} in all",
        )
        for doing, took in store.took.items()
    ]


def _live_through(store: Timed, refresher: ChildRefresher, folder: Path) -> None:
    def doing(what: str, *services: Service, at: datetime = NOW) -> None:
        store.doing = what
        for service in services:
            while service.run_once(at):
                pass

    _make(folder, changed=False)
    store.doing = "an apply"
    _apply(store, FILES)
    worker, cache = Worker(store, "bench", is_alone=True), LiveCache()
    worker.begin()
    refresh = Refresh(store, refresher, cache, worker, _silent, waits=True)
    sweeping = Sweeping(store, worker)
    doing("a first refresh", refresh)
    doing("everybody enters", Enroll(store, cache, worker, _silent))
    doing("everybody is looked at", Advance(store, cache, worker, _silent))
    doing("a mail is planned for everybody", Outreaches(store, cache, refresh, worker, _silent))
    _make(folder, changed=True)
    doing("a refresh, one in a hundred has changed", refresh, sweeping, at=NOW + timedelta(days=1))
    with store.write() as work:
        work.operations.remember("refresh", "under way")
    doing("a refresh after one that was cut short", refresh, sweeping, at=NOW + timedelta(days=2))
    store.doing = "an apply"
    changed = {path: text for path, text in FILES.items() if "release" not in text or "kind" not in text}
    _apply(store, {**changed, **program("settle: {wait: 40 days}\nhello: {email: hello}")})
    doing("what an apply means for everybody", sweeping, at=NOW + timedelta(days=2))


def _silent(event: Event) -> None:
    pass


def _apply(store: Timed, files: dict[str, str]) -> None:
    texts = [text for path, text in files.items() if path.endswith(".yaml")]
    bodies = {path.removeprefix("templates/"): text for path, text in files.items() if path.endswith(".j2")}
    project = compiled(*texts, bodies=bodies).project
    with store.write() as work:
        plan = make_plan(work, project, SCHEMAS, today=NOW.date(), now=NOW, warehouse=None, origin=Origin())
        apply_plan(work, plan, Actor(name="bench"), NOW)


def _refresher(folder: Path) -> ChildRefresher:
    sources = {
        name: SourceLocation(name=name, root=folder, path=f"{name}.parquet")
        for name in ("companies", "contacts")
    }
    surroundings = Surroundings(store=f"sqlite:///{folder}/store.db", sources=sources)
    return ChildRefresher("jo.child", surroundings.encode())


def _make(folder: Path, *, changed: bool) -> None:
    """Write the files; values follow from the row's number.

    Changed, one in a hundred is somebody else, and one in a hundred has a new name.
    """
    first = PEOPLE // 100 if changed else 0
    name = "case when i % 100 = 7 then 'New' else 'Ann' end" if changed else "'Ann'"
    connection = duckdb.connect()
    connection.execute(f"""
        copy (
            select printf('f%07d', i) as id, printf('Firm %d', i) as name, 'SMB' as segment, 'saas' as plan,
                null::date as customer_since, null::date as live_at, null::date as renewal_date,
                'Cleo' as csm, null::date as churned_at, 'green' as health, 'Europe/Dublin' as zone
            from range({PEOPLE // 10 + 1 + first}) as numbers(i)
        ) to '{folder}/companies.parquet' (format parquet)""")
    connection.execute(f"""
        copy (
            select printf('c%08d', i) as id, printf('f%07d', i // 10) as company,
                printf('c%d@people.example', i) as email, {name} as first_name, 'Admin' as role,
                'en' as language, null::varchar as zone, true as consent
            from range({first}, {PEOPLE + first}) as numbers(i)
        ) to '{folder}/contacts.parquet' (format parquet)""")
    connection.close()
