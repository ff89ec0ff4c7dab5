"""The ground that processes are killed on: an applied project, a relay that keeps what it takes, a store.

Forty people get three to five mails each over three weeks: waits, a repeat, a branch, an outreach. The
templates differ in what becomes of an uncertain mail: some are closed then, others go out again.
"""

import csv
import os
import shutil
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email import message_from_binary_file
from pathlib import Path
from typing import NoReturn

from jo.flow.intent import public_id
from jo.flow.state import IntentState
from jo.mail import sink_server
from jo.ports.store import Store
from jo.store import open_store
from tests.support.neighborhood import finish, start
from tests.support.postgres import PostgresServer, a_server
from tests.support.scenery import BASE, contact, mails, outreach, people, program

CONNECTIONS = 4
BEGIN, END = "2026-12-01 08:00", "2026-12-22"
PEOPLE = 40

_SETTINGS = """\
[project]
name = "crash"
domain = "crash.example"

[store]
url = "file:store-url"
lease_seconds = 2

[journal]
path = ".jo/journal"

[run]
hold_after = "60 days"

[sources.companies]
path = "companies.csv"

[sources.contacts]
path = "contacts.csv"

[relay.default]
port = 2525
connections = {connections}

[web]
base_url = "http://127.0.0.1:9"
signing_keys = ["file:key"]
"""

_CLOSED = mails("hello", "again", class_="transactional", more="on_uncertain: assume_sent\n")
_RESENT = mails("tip", "release", class_="transactional", more="on_uncertain: resend\n")

_LISTS = """\
kind: power_list
name: everybody
from: contacts
refresh: "0 2 8,15 * *"
"""

FILES: Mapping[str, str] = {
    **BASE,
    "lists/audiences.yaml": _LISTS,
    **_CLOSED,
    **_RESENT,
    **program(
        """\
        hello: {email: hello}
        settle: {wait: 3 days}
        tip: {email: tip, after: 1 day}
        kind:
          branch:
            - when: contact.role = 'Admin'
              next: again
          otherwise: end
        again: {email: again, repeat: {every: 4 days, count: 2}}
        """
    ),
    **outreach('at: "2026-12-10 09:00"'),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A folder with an applied project; may be copied as often as wanted."""

    folder: Path
    database: str
    server: PostgresServer | None

    def copy(self, to: Path) -> "Ground":
        """Return another ground like this one, with a store and a journal of its own."""
        shutil.copytree(self.folder, to)
        if self.server is None:
            return Ground(folder=to, database=self.database, server=None)
        name = self.server.create(self.database)
        _write_settings(to, self.server.url(name))
        return Ground(folder=to, database=name, server=self.server)

    def remove(self) -> None:
        if self.server is not None:
            self.server.drop(self.database)
        shutil.rmtree(self.folder)

    @property
    def url(self) -> str:
        if self.server is None:
            return f"sqlite:///{self.folder / '.jo' / 'store.db'}"
        return self.server.url(self.database)

    @contextmanager
    def store(self) -> Iterator[Store]:
        with closing(open_store(self.url)) as store:
            yield store


@contextmanager
def grounds(folder: Path, database: str) -> Iterator[Ground]:
    """Yield the ground to copy, over `sqlite` or `postgresql`."""
    if database == "sqlite":
        yield _applied(folder, None)
    else:
        with a_server(durable=True) as server:
            yield _applied(folder, server)


def _applied(folder: Path, server: PostgresServer | None) -> Ground:
    folder.mkdir(parents=True)
    for path, text in FILES.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    rows = people(*(contact(f"p{n:02}", role="Admin" if n % 2 else "User") for n in range(PEOPLE)))
    for name, found in rows.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(found[0]))
            writer.writeheader()
            writer.writerows(found)
    (folder / "key").write_text("0123456789abcdef0123456789abcdef", encoding="utf-8")
    database = "store" if server is None else server.create()
    _write_settings(folder, "sqlite:///.jo/store.db" if server is None else server.url(database))
    code, out, err = finish(start(folder, {}, "apply", "--yes"))
    assert code == 0, out + err
    return Ground(folder=folder, database=database, server=server)


def _write_settings(folder: Path, url: str) -> None:
    (folder / "jo.toml").write_text(_SETTINGS.format(connections=CONNECTIONS), encoding="utf-8")
    (folder / "store-url").write_text(url, encoding="utf-8")


@contextmanager
def relay(folder: Path) -> Iterator[dict[str, str]]:
    """Run a relay that keeps mail in the folder; gives the variables that lead there.

    It is a process, not a thread: whoever has threads had better not fork.
    """
    told, tell = os.pipe()
    alive, life = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(life)
        _serve(folder / "mails", tell, alive)
    os.close(alive)
    try:
        yield {
            "JO_RELAY_DEFAULT_HOST": "127.0.0.1",
            "JO_RELAY_DEFAULT_PORT": os.read(told, 16).decode().strip(),
        }
    finally:
        for end in (told, tell, life):
            os.close(end)
        os.waitpid(child, 0)


def _serve(folder: Path, tell: int, alive: int) -> NoReturn:
    """Keep mail until whoever started this is gone."""
    stop = threading.Event()

    def watch() -> None:
        os.read(alive, 1)
        stop.set()

    threading.Thread(target=watch, daemon=True).start()
    sink_server.serve(folder, 0, lambda port: os.write(tell, f"{port}\n".encode()) and None, stop)
    os._exit(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a store says of each mail, and what the relay has."""

    states: Mapping[str, IntentState]
    """Key → state."""
    uncertain: frozenset[str]
    """Keys of mails any of whose attempts is uncertain."""
    taken: Mapping[str, int]
    """Key → copies that the relay took. A mail that the store does not know stands under its public id."""


def account_of(ground: Ground) -> Account:
    with ground.store() as store, store.read() as work:
        lines = work.reports.intents(limit=1_000_000)
        doubtful = work.reports.intents(was_uncertain=True, limit=1_000_000)
    keys = {public_id(line.intent.key): line.intent.key for line in lines}
    copies: Counter[str] = Counter()
    for path in sorted((ground.folder / "mails").glob("*.eml")):
        with path.open("rb") as file:
            public = str(message_from_binary_file(file)["Message-ID"]).strip("<>").partition("@")[0]
        copies[keys.get(public, public)] += 1
    return Account(
        states={line.intent.key: line.intent.state for line in lines},
        uncertain=frozenset(line.intent.key for line in doubtful),
        taken=copies,
    )
