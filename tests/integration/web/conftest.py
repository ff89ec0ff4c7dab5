"""Mails that were really sent, and jo behind their links: the real application over a real store."""

import asyncio
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Response

from jo.flow.intent import Intent, Suppression
from jo.flow.mailbox import address_key
from jo.ports.store import Store
from jo.web.app import Options, build_app
from jo.web.desk import Desk
from jo.web.spool import Spool
from tests.support.scenery import BASE, FOOTER, contact, outreach, people, template
from tests.support.stores import file_store
from tests.support.world import SITE, World, at

SENT = at("2026-12-01 09:00")
NOW = SENT + timedelta(hours=1)
SECRET = "a secret of those who send events"
BUSY_SECONDS = 0.05

_BODY = """\
# Hello

[Docs](https://docs.example/start?who={{ contact.first_name | default('you') }}#top "docs")

[Plain](https://docs.example/plain)

[Their own]({{ contact.site }})
"""
_EVENTS = """\
kind: event
name: trial.activated
fields: {id: text, at: timestamp, contact: ref contacts, seats: integer?}
roles: {id: id, time: at, contact: contact}
"""


def _files() -> dict[str, str]:
    files = dict(BASE)
    files["lists/sources.yaml"] = BASE["lists/sources.yaml"].replace("boolean?\n", "boolean?\n  site: text\n")
    files["journeys/events.yaml"] = _EVENTS
    for name, topic in (("guide", "tips"), ("offer", None)):
        files[f"templates/{name}.yaml"] = template(name, topic=topic, more="tracking: clicks\n")
        files[f"templates/{name}.md.j2"] = _BODY + FOOTER
        files |= outreach("at: '2026-12-01 09:00'", name=name, template=name)
    return files


def _rows() -> dict[str, Any]:
    return people(
        contact("ada", first_name="Ada", site="https://ada.example/café"),
        contact("bea", first_name="Bea & <b>", language="de-AT", site="https://bea.example"),
        contact("kei", language="ja", email="K@people.example", site="http://kei.example/\\\\evil"),
        contact("eve", first_name="Eve\u202e", site="javascript:alert(1)"),
    )


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A mail as it was sent."""

    intent: Intent
    leave: str
    """Path of its unsubscribe link."""
    clicks: list[str]
    """Paths of its tracked links, in order."""


Mails = Mapping[tuple[str, str], Sent]
"""(contact, template) → mail."""


@pytest.fixture(scope="session")
def post(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mails]:
    """Return a folder with a store, and the mails that it knows of."""
    folder = tmp_path_factory.mktemp("post")
    rows_folder = folder / "rows"
    rows_folder.mkdir()
    store = file_store(folder)
    start = SENT - timedelta(days=1)
    with World(rows_folder, _files(), _rows(), start=start, store=store) as world:
        world.run(SENT)
        pairs = list(zip(world.mails(), world.mailer.taken, strict=True))
    mails = {(mail.intent.contact, mail.template): _sent(mail.intent, out.data) for mail, (_, out) in pairs}
    assert len(mails) == 8
    return folder, mails


def _sent(intent: Intent, data: bytes) -> Sent:
    message = message_from_bytes(data, policy=policy.default)
    html = message.get_body(("html",))
    assert html is not None
    leave = str(message["List-Unsubscribe"]).strip("<>").removeprefix(SITE.base_url)
    clicks = re.findall(rf'href="{SITE.base_url}(/c/[^"]+)"', html.get_content())
    return Sent(intent=intent, leave=leave, clicks=clicks)


class Client:
    """Speaks with the application in process, one request at a time."""

    def __init__(self, app: Any) -> None:
        self._transport = ASGITransport(app, raise_app_exceptions=False)

    def request(self, method: str, path: str, **words: Any) -> Response:
        async def ask() -> Response:
            async with AsyncClient(transport=self._transport, base_url="http://jo.example") as client:
                return await client.request(method, path, **words)

        return asyncio.run(ask())

    def get(self, path: str, **words: Any) -> Response:
        return self.request("GET", path, **words)

    def head(self, path: str) -> Response:
        return self.request("HEAD", path)

    def post(self, path: str, **words: Any) -> Response:
        return self.request("POST", path, **words)


@dataclass
class Jo:
    """jo as recipients reach it, and what it remembers."""

    client: Client
    desk: Desk
    store: Store
    folder: Path
    mails: Mails
    told: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    stop: Callable[[], None] = lambda: None
    """Ends the server, where there is one."""

    def suppressions(self, sent: Sent) -> list[str]:
        return [item.scope for item in self.suppressed(sent)]

    def suppressed(self, sent: Sent) -> tuple[Suppression, ...]:
        key = address_key(sent.intent.address)
        with self.store.read() as work:
            return work.people.suppressions([key]).get(key, ())

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """Return what a table holds, as it lies there."""
        with closing(sqlite3.connect(self.folder / "store.db")) as database:
            return database.execute(f"select * from {table} order by 1").fetchall()

    def count(self, table: str) -> int:
        return len(self.rows(table))

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all that the store holds."""
        with closing(sqlite3.connect(self.folder / "store.db")) as database:
            names = [
                name for (name,) in database.execute("select name from sqlite_master where type='table'")
            ]
        return {name: self.rows(name) for name in names}

    def spooled(self) -> int:
        return sum(path.read_bytes().count(b"\n") for path in (self.folder / "spool").glob("*.jsonl"))

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Let somebody else hold the store's lock."""
        with closing(sqlite3.connect(self.folder / "store.db", isolation_level=None)) as other:
            other.execute("begin immediate")
            yield
            other.execute("rollback")

    @contextmanager
    def away(self) -> Iterator[None]:
        """Let the store be beyond reach, for reading, too."""
        self.store.close()
        place, aside = self.folder / "store.db", self.folder / "store.aside"
        place.rename(aside)
        place.mkdir()  # so that nobody makes a new one there
        yield
        place.rmdir()
        aside.rename(place)


MakeJo = Callable[..., Jo]


@pytest.fixture
def make_jo(post: tuple[Path, Mails], tmp_path: Path) -> Iterator[MakeJo]:
    """Return a function that opens a copy of the post's store to the world."""
    opened: list[Jo] = []

    def make(*, secret: str | None = SECRET, path: str = "") -> Jo:
        shutil.copy(post[0] / "store.db", tmp_path / "store.db")
        told: list[tuple[str, Mapping[str, Any]]] = []

        def tell(name: str, fields: Mapping[str, Any]) -> None:
            told.append((name, fields))

        store = file_store(tmp_path, BUSY_SECONDS)
        desk = Desk(
            store=store,
            spool=Spool(tmp_path / "spool"),
            site=SITE,
            now=lambda: NOW,
            tell=tell,
            rest_seconds=0,
        )
        app = build_app(desk, Options(project="aurora", event_token=secret, path=path), tell)
        opened.append(Jo(Client(app), desk, store, tmp_path, post[1], told))
        return opened[-1]

    yield make
    for jo in opened:
        jo.desk.close()
        jo.store.close()


@pytest.fixture
def jo(make_jo: MakeJo) -> Jo:
    return make_jo()
