"""A small world around the real reconciler, with a clock that only moves when it is told to.

Everything is real but the clock and the relay: the project is compiled and checked, planned and applied
into SQLite in memory, audiences are computed by DuckDB over CSV files, and the services are those of
`jo run`. The relay is `MemoryMailer`, a mailer that keeps what it takes and can be told to misbehave.
"""

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

from jo.apply.applying import Actor, apply_plan
from jo.apply.planning import Origin, make_plan
from jo.audit.auditing import audit
from jo.audit.witness import Witness, public_of
from jo.checks.runner import run as check
from jo.daemon.clocks import ClockKind
from jo.daemon.gate import Gate
from jo.daemon.inline import InlineRefresher
from jo.daemon.journaling import Journaling
from jo.daemon.loop import Loop, Tick, run_through
from jo.daemon.service import Event, Worker
from jo.daemon.sharing import bury_all
from jo.daemon.sweeping import sweep
from jo.diagnostics.codes import Severity
from jo.flow.intent import TOPIC_PREFIX, Intent, Scope, Suppression
from jo.flow.limits import RelayLimits
from jo.flow.mailbox import address_key
from jo.flow.state import Why
from jo.journal.folder import JournalFolder
from jo.manifest.compile import compile_project
from jo.plan.plan import Plan
from jo.ports.clock import Clock
from jo.ports.journal import Journals
from jo.ports.mailer import Mailer, Outgoing, Reply, ReplyKind, Stage, check_batch
from jo.ports.refresher import RefreshError, Step
from jo.ports.store import (
    CandidateDecision,
    Engaged,
    Happening,
    JourneyCounts,
    Lease,
    Override,
    Store,
    Sweep,
    SweepKind,
    Transaction,
)
from jo.ports.warehouse import Warehouse
from jo.render.compiled import Site
from jo.render.tokens import Key, Keys
from jo.reports.audit import AuditReport
from jo.timing.zones import local_date
from jo.warehouse import open_warehouse
from jo.warehouse.location import SourceLocation
from jo.wiring import build_services, open_renderer
from jo.workspace.files import split
from tests.support.manifests import SCHEMAS
from tests.support.stores import memory_store

SITE = Site(
    domain="aurora.example",
    base_url="http://127.0.0.1:8025",
    keys=Keys(current=Key(id="k1", secret=b"0123456789abcdef0123456789abcdef")),
)
Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Source → rows, each column → value."""


def at(text: str, zone: str = "UTC") -> datetime:
    """Return the instant of a local time such as `2026-12-01 09:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


class StepClock:
    """A clock that stands still until somebody waits on it."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def jump(self, to: datetime) -> None:
        assert to > self.instant, "a tick that leaves work behind for the same instant"
        self.instant = to


class MemoryMailer:
    """A `Mailer` that keeps what it takes. It accepts, unless `behave` says otherwise for an address."""

    def __init__(self, clock: StepClock) -> None:
        self._clock = clock
        self._answers: dict[str, list[ReplyKind]] = {}
        self._under_way: dict[str, tuple[str, Outgoing]] = {}
        """Key → relay and message."""
        self.relays = {"default"}
        self.slow: set[str] = set()
        """Addresses whose mails stay under way as long as they stand here."""
        self.refusal: str | None = None
        """What it says of every message after its last dot, where it takes none of them."""
        self.offered: list[Outgoing] = []
        """Every message that was handed over, whatever became of it."""
        self.taken: list[tuple[datetime, Outgoing]] = []
        """What a recipient's mailbox got, in order; for an uncertain answer the relay took it, too."""

    def behave(self, address: str, *kinds: ReplyKind) -> None:
        """Answer the next mails to the address so, in order; then accept again."""
        self._answers[address] = list(kinds)

    def connections(self, relay: str) -> int:
        return 4 if relay in self.relays else 0

    def room(self, relay: str) -> int:
        return self.connections(relay) - sum(name == relay for name, _ in self._under_way.values())

    def submit(self, relay: str, batch: Sequence[Outgoing]) -> None:
        check_batch(batch, self.room(relay), self._under_way.keys())
        self.offered += batch
        self._under_way.update((outgoing.key, (relay, outgoing)) for outgoing in batch)

    def collect(self, seconds: float) -> Sequence[Reply]:
        under_way = [outgoing for _, outgoing in self._under_way.values()]
        done = [outgoing for outgoing in under_way if outgoing.recipient not in self.slow]
        for outgoing in done:
            del self._under_way[outgoing.key]
        return [self._answer(outgoing) for outgoing in done]

    def abandon(self) -> Sequence[Reply]:
        replies = [*self.collect(0)]
        for _, outgoing in self._under_way.values():
            self.taken.append((self._clock.now(), outgoing))
            replies.append(_reply(outgoing, ReplyKind.UNCERTAIN))
        self._under_way.clear()
        return replies

    def close(self) -> None:
        self._under_way.clear()

    def _answer(self, outgoing: Outgoing) -> Reply:
        if self.refusal is not None:
            found = _reply(outgoing, ReplyKind.REJECTED)
            return found._replace(stage=Stage.DOT, code=554, enhanced="5.7.1", text=self.refusal)
        answers = self._answers.get(outgoing.recipient)
        kind = answers.pop(0) if answers else ReplyKind.ACCEPTED
        if kind in (ReplyKind.ACCEPTED, ReplyKind.UNCERTAIN):
            self.taken.append((self._clock.now(), outgoing))
        return _reply(outgoing, kind)


def _reply(outgoing: Outgoing, kind: ReplyKind) -> Reply:
    return Reply(
        key=outgoing.key,
        kind=kind,
        stage=Stage.DOT if kind in (ReplyKind.ACCEPTED, ReplyKind.UNCERTAIN) else Stage.RCPT,
        code={ReplyKind.ACCEPTED: 250, ReplyKind.DEFERRED: 450, ReplyKind.REJECTED: 550}.get(kind),
        enhanced=None,
        text=f"the relay said {kind}",
        relay="memory",
    )


@dataclass(slots=True)
class Refreshing:
    """How refreshes go."""

    is_awaited: bool = True
    """Whether each is over at the instant at which it began; counts from the next restart on."""
    steps: int | None = None
    """How many more steps may come; None: all."""
    trouble: str | None = None
    """Why there are none."""


class ControlledRefresher(InlineRefresher):
    """Computes refreshes here, and gives out as many steps as the test says."""

    def __init__(self, store: Store, warehouse: Warehouse, how: Refreshing) -> None:
        super().__init__(store, warehouse)
        self._how = how

    def next(self, seconds: float) -> Step | None:
        if self._how.trouble is not None:
            raise RefreshError(self._how.trouble)
        if self._how.steps is not None:
            if not self._how.steps:
                return None
            self._how.steps -= 1
        return super().next(seconds)


class Links:
    """A probe of links that answers what the test says."""

    alive = True

    def answers(self) -> bool:
        return self.alive


class Killed(BaseException):
    """Stands for the end of the process; nothing in jo catches it."""


class MortalStore:
    """A store whose process can be killed right before or right after one of its commits."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.commits = 0
        self.dies_before: int | None = None
        self.dies_after: int | None = None

    @contextmanager
    def write(self, lease: Lease | None = None) -> Iterator[Transaction]:
        with self._store.write(lease) as work:
            yield work
            if self.commits == self.dies_before:
                self.dies_before = None
                raise Killed
        self.commits += 1
        if self.commits - 1 == self.dies_after:
            self.dies_after = None
            raise Killed

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        with self._store.read() as work:
            yield work

    def close(self) -> None:
        self._store.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail that reached a mailbox."""

    at: datetime
    to: str
    template: str
    step: str | None
    subject: str
    text: str
    intent: Intent

    def local(self, zone: str) -> str:
        return f"{self.at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.template} → {self.to.partition('@')[0]}"


class World:
    """Begins with the files applied at `start`; nothing has run yet."""

    def __init__(
        self,
        folder: Path,
        files: Mapping[str, str],
        rows: Rows,
        *,
        start: datetime,
        zone: str = "UTC",
        store: Store | None = None,
        journal_folder: Path | None = None,
        mailer: Mailer | None = None,
    ) -> None:
        """`mailer` takes the place of the one in memory."""
        self._folder = folder
        self._zone = zone
        self._files: dict[str, str] = {}
        self.clock = StepClock(start)
        self.store = MortalStore(store or memory_store())
        self.mailer = MemoryMailer(self.clock)
        self._wire: Mailer = mailer or self.mailer
        self.links = Links()
        self.refreshing = Refreshing()
        self.journal_folder = journal_folder
        """Without one the worker keeps no journal."""
        self._journals: JournalFolder | None = None
        self.told: list[Event] = []
        self.limits = RelayLimits()
        """Of the relay; they count from the next restart on."""
        self._renderer = open_renderer()
        self._rows: dict[str, list[Mapping[str, Any]]] = {}
        self.change_rows(rows)
        self._warehouse = open_warehouse(
            {name: SourceLocation(name=name, root=folder, path=f"{name}.csv") for name in rows}
        )
        self.apply(files)
        self.restart()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._journals is not None:
            self._journals.close()
        self._renderer.close()
        self._warehouse.close()
        self.store.close()

    # --- what the test does ---

    def restart(self) -> None:
        """Begin as a new process would: with a new lease, and nothing in mind but what is in the store."""
        with self.store.write() as work:
            bury_all(work)
        self._worker = worker = Worker(self.store, "world", is_alone=True)
        assert worker.join()
        self._wire.close()
        self._loop = self.loop_of(worker, self._wire, self._open_journals())

    def retire(self) -> None:
        """End the world's own worker, so that others may begin."""
        self._worker.leave()

    def loop_of(
        self,
        worker: Worker,
        mailer: Mailer,
        journals: Journals | None = None,
        *,
        store: Store | None = None,
        clock: Clock | None = None,
        kind: ClockKind = ClockKind.FAST,
    ) -> Loop:
        """Return the reconciler of a worker, which may be one of several, each with a store of its own."""
        store, clock = store or self.store, clock or self.clock
        journaling = Journaling(store, journals, worker)
        services = build_services(
            store=store,
            refresher=ControlledRefresher(store, self._warehouse, self.refreshing),
            waits=self.refreshing.is_awaited,
            mailer=mailer,
            renderer=self._renderer,
            site=SITE,
            probe=self.links,
            journaling=journaling,
            clock=clock,
            kind=kind,
            limits={"default": self.limits},
            worker=worker,
            tell=self.told.append,
        )
        gate = Gate(store, journaling, kind, worker, self.told.append)
        return Loop(store, services, clock, kind, gate, worker, self.told.append)

    def _open_journals(self) -> Journals | None:
        """Take the journal anew, as the next process does."""
        if self._journals is not None:
            self._journals.close()
        if self.journal_folder is not None:
            self._journals = JournalFolder(self.journal_folder, timedelta(days=90))
        return self._journals

    def run(self, until: datetime | str | timedelta) -> Self:
        """Let time pass up to the instant, UTC when it is a text."""
        ticks: list[Tick] = []
        run_through(self._loop, self.clock, self._worker, self._instant(until), ticks.append)
        trouble = [tick.trouble for tick in ticks if tick.trouble is not None]
        assert not trouble, trouble
        return self

    def tick(self) -> Tick:
        return self._loop.tick()

    def finish(self) -> Tick | None:
        """Do what a worker does that is told to stop, with no patience for what is on the wire."""
        return self._loop.finish(0)

    def plan(self, files: Mapping[str, str | None]) -> Plan:
        """Return what an apply of the files would do, None removes one; nothing is written."""
        with self.store.read() as work:
            return self._plan(work, self._with(files))

    def apply(self, files: Mapping[str, str | None]) -> Plan:
        """Write files, None removes one; then plan and apply. The project must be without errors."""
        self._files = self._with(files)
        with self.store.write() as work:
            plan = self._plan(work, self._files)
            assert not plan.is_refused, plan.guards
            if not plan.is_empty:
                apply_plan(work, plan, Actor(name="test"), self.clock.now())
        sweep(self.store)
        return plan

    def _with(self, files: Mapping[str, str | None]) -> dict[str, str]:
        return {path: text for path, text in {**self._files, **files}.items() if text is not None}

    def _plan(self, work: Transaction, files: Mapping[str, str]) -> Plan:
        now = self.clock.now()
        found = split({path: text.encode() for path, text in files.items()})
        compiled = compile_project(found.manifests, found.bodies, SCHEMAS, zone=self._zone)
        today = local_date(now, ZoneInfo(self._zone))
        errors = [item for item in check(compiled, today=today) if item.severity is Severity.ERROR]
        assert not errors, errors
        return make_plan(
            work,
            compiled.project,
            SCHEMAS,
            today=today,
            now=now,
            warehouse=self._warehouse,
            origin=Origin(),
        )

    def change_rows(self, rows: Rows) -> None:
        """Replace the rows of the named sources, as of now."""
        for name, found in rows.items():
            self._rows[name] = list(found)
            columns = list(dict.fromkeys(column for row in found for column in row))
            path = self._folder / f"{name}.csv"
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, columns or ["id"])
                writer.writeheader()
                writer.writerows(found)
            written = self.clock.now().timestamp()
            os.utime(path, (written, written))

    def change(self, source: str, key: str, **fields: Any) -> None:
        """Change fields of one row."""
        rows = [{**row, **fields} if row["id"] == key else row for row in self._rows[source]]
        self.change_rows({source: rows})

    def add(self, source: str, *rows: Mapping[str, Any]) -> None:
        self.change_rows({source: [*self._rows[source], *rows]})

    def remove(self, source: str, key: str) -> None:
        self.change_rows({source: [row for row in self._rows[source] if row["id"] != key]})

    def lose(self, source: str) -> None:
        """Take a source's file away, until its rows are changed again."""
        (self._folder / f"{source}.csv").unlink()

    def event(self, name: str, contact: str, *, when: datetime | None = None, **payload: Any) -> bool:
        moment = when or self.clock.now()
        known = payload.pop("id", f"{name}-{contact}-{moment.isoformat()}")
        with self.store.write() as work:
            happening = Happening(name=name, at=moment, payload=payload)
            return work.people.event("test", known, happening, contact, self.clock.now())

    def click(self, mail: Mail, link: str = "") -> None:
        self._engage(mail, Engaged.CLICKED, link)

    def open(self, mail: Mail) -> None:
        self._engage(mail, Engaged.OPENED, "")

    def unsubscribe(self, mail: Mail) -> None:
        """Do what the one-click POST does: the topic, and marketing where there is none."""
        topic = mail.intent.topic
        self.suppress(mail.to, TOPIC_PREFIX + topic if topic else Scope.MARKETING)

    def suppress(self, address: str, scope: str) -> None:
        found = Suppression(scope=scope, cause="unsubscribe", at=self.clock.now())
        with self.store.write() as work:
            work.people.suppress([(address_key(address), found, "test")])

    def pause(self, scope: str, *, until: datetime | None = None) -> None:
        with self.store.write() as work:
            override = Override(scope=scope, who="ada", why="a test", at=self.clock.now(), until=until)
            assert work.operations.pause(override) is None
            work.sweeps.add([Sweep(kind=SweepKind.RECONSIDER, subject=Why.PAUSE, at=self.clock.now())])

    def resume(self, scope: str) -> None:
        with self.store.write() as work:
            assert work.operations.resume(scope, "ada", self.clock.now()) is not None
            work.sweeps.add([Sweep(kind=SweepKind.RECONSIDER, subject=Why.PAUSE, at=self.clock.now())])

    # --- what the test sees ---

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def mails(self, to: str | None = None, template: str | None = None) -> list[Mail]:
        """Return what reached mailboxes, in order; of one contact's key with `to`."""
        with self.store.read() as work:
            found = [_mail(work, moment, outgoing) for moment, outgoing in self.mailer.taken]
        return [
            mail
            for mail in found
            if (to is None or mail.intent.contact == to) and (template is None or mail.template == template)
        ]

    def told_to(self, to: str, zone: str = "UTC") -> list[str]:
        """Return `2026-12-01 09:00 template` for each mail of a contact, in a zone's local time."""
        return [f"{mail.local(zone)} {mail.template}" for mail in self.mails(to)]

    def intents(self, contact: str | None = None, journey: str | None = None) -> list[Intent]:
        with self.store.read() as work:
            lines = work.reports.intents(contact=contact, journey=journey, limit=100_000)
        return [line.intent for line in lines]

    def ends(self, contact: str) -> list[str]:
        """Return `template state: detail` of each mail that was planned for a contact."""
        return [
            f"{item.template} {item.state}" + (f": {item.detail}" if item.detail else "")
            for item in self.intents(contact)
            if item.state != "accepted"
        ]

    def uncertain(self) -> set[str]:
        """Return the keys of the mails that were ever uncertain."""
        with self.store.read() as work:
            return {line.intent.key for line in work.reports.intents(was_uncertain=True, limit=100_000)}

    def status(self, journey: str) -> JourneyCounts:
        with self.store.read() as work:
            found = work.reports.journeys(journey)
        assert len(found) == 1, f"nothing is known of {journey}"
        return found[0]

    def decisions(self, journey: str) -> dict[str, str]:
        """Return contact's key → reason, empty for those who entered or were planned a mail."""
        return {str(item.contact): item.reason for item in self.candidates(journey)}

    def candidates(self, journey: str) -> Sequence[CandidateDecision]:
        with self.store.read() as work:
            return work.reports.decisions(journey=journey, limit=100_000)

    def where(self, program: str, contact: str) -> str:
        """Return the step at which a contact is, or `ended: REASON`."""
        with self.store.read() as work:
            lines = work.reports.passages(program=program, contact=contact)
        assert lines, f"{contact} never entered {program}"
        last = lines[-1].passage.stand
        return last.step if last.is_open else f"ended: {last.exit_reason}"

    def histories(self) -> list[str]:
        """Return every line of every passage, without the instants at which it was looked at."""
        with self.store.read() as work:
            lines = work.reports.passages(limit=100_000)
        return sorted(
            f"{line.passage.program} {line.passage.contact} {note.at:%Y-%m-%d %H:%M} "
            f"{note.step} {note.what} {note.detail}".rstrip()
            for line in lines
            for note in line.notes
        )

    def check_accounts(self) -> None:
        """Hold every journey to its accounts: candidates, people and mails add up."""
        with self.store.read() as work:
            journeys = work.reports.journeys()
            assert work.counts.miscounts() == []
        for item in journeys:
            decided = self.candidates(item.journey)
            assert len(decided) == item.admitted + sum(item.refused.values())
            assert len({(found.occurrence, found.key) for found in decided}) == len(decided)
            planned = len(self.intents(journey=item.journey))
            assert planned == sum(item.intents.values())
            if item.journey.startswith("program/"):
                assert item.admitted == sum(item.inside.values()) + sum(item.ended.values())
            else:
                assert item.admitted == planned

    def audit(self) -> AuditReport:
        """Hold the store against its invariants, and against what reached mailboxes."""
        witness = Witness(public_in(outgoing) for _, outgoing in self.mailer.taken)
        return audit(self.store, witness)

    def _engage(self, mail: Mail, what: Engaged, link: str) -> None:
        from jo.flow.intent import public_id

        with self.store.write() as work:
            assert work.people.engage(public_id(mail.intent.key), what, link, self.clock.now())

    def _instant(self, until: datetime | str | timedelta) -> datetime:
        if isinstance(until, timedelta):
            return self.clock.now() + until
        return at(until) if isinstance(until, str) else until


def _mail(work: Transaction, moment: datetime, outgoing: Outgoing) -> Mail:
    message = message_from_bytes(outgoing.data, policy=policy.default)
    intent = work.ledger.by_public_id(public_in(outgoing))
    assert intent is not None, "a mail that no intent stands behind"
    body = message.get_body(("plain",))
    return Mail(
        at=moment,
        to=outgoing.recipient,
        template=intent.template,
        step=intent.step,
        subject=str(message["Subject"]),
        text=body.get_content() if body is not None else "",
        intent=intent,
    )


def public_in(outgoing: Outgoing) -> str:
    """Return the public id in a message's Message-ID."""
    found = public_of(message_from_bytes(outgoing.data, policy=policy.default)["Message-ID"])
    assert found is not None
    return found
