"""Unsubscribing while eight workers send: `python -m tests.proofs.unsubscribes [--seed N] [--messages M]`.

While the mails go out, a third of the recipients leave by the one-click POST of RFC 8058, through the web
application, in an order and from threads that a seed decides. On SQLite and on PostgreSQL.

Fails when an attempt was opened after the commit of the recipient's opt-out, when nobody left in the midst of
the send, when fewer messages than named were decided about, or when a database was left out.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from httpx import ASGITransport, AsyncClient

from jo.flow.intent import public_id
from jo.flow.limits import RelayLimits
from jo.render.tokens import unsubscribe_token
from jo.store import open_store
from jo.timing.rates import parse_rate
from jo.web.app import Options, build_app
from jo.web.desk import Desk
from jo.web.spool import Spool
from tests.proofs.eight import BUSY_SECONDS, DATABASES, UNSETTLED, WORKERS, Witness, a_stage, wait_until
from tests.support.scenery import contact, mails, people, program
from tests.support.world import SITE, World

DOORS = 3
"""Threads that take unsubscribes."""
LEAVING = 3
"""One in so many leaves."""
RATE = "300 per second"
"""So that the send lasts longer than the unsubscribes."""

FILES = {**program("hello: {email: one}"), **mails("one")}


class Door:
    """Takes unsubscribes one after the other, and notes when the answer was given."""

    def __init__(self, url: str, folder: Path, number: int) -> None:
        self.left: dict[str, float] = {}
        """Address → when its opt-out was committed at the latest, by the machine's steady clock."""
        self._url = url
        self._spool = Spool(folder / f"spool-{number}")

    def run(self, leaving: Sequence[tuple[str, str]], stop: threading.Event) -> None:
        """Take one-click POSTs: address and token."""
        with closing(open_store(self._url, busy_seconds=BUSY_SECONDS)) as store:
            desk = Desk(
                store=store, spool=self._spool, site=SITE, now=lambda: datetime.now(UTC), tell=lambda *_: None
            )
            with closing(desk):
                app = build_app(desk, Options(project="proof", event_token=None), lambda *_: None)
                asyncio.run(self._post(app, desk, leaving, stop))

    async def _post(
        self, app: object, desk: Desk, leaving: Sequence[tuple[str, str]], stop: threading.Event
    ) -> None:
        transport = ASGITransport(app)  # type: ignore[arg-type]  # an ASGI application is a callable
        async with AsyncClient(transport=transport, base_url="http://jo.example") as client:
            for address, token in leaving:
                if stop.is_set():
                    return
                answer = await client.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"})
                assert answer.status_code == 200, answer.status_code
                assert not desk.is_spooling, "an opt-out that the store does not have yet"
                self.left[address] = time.monotonic()


def prove(database: str, messages: int, seed: int) -> Sequence[str]:
    """Return what went wrong, empty when nothing did; says what was done."""
    chance = random.Random(seed)
    rows = people(*(contact(f"c{number:06}") for number in range(messages)))
    limits = RelayLimits(rate=parse_rate(RATE))
    with (
        tempfile.TemporaryDirectory() as name,
        a_stage(database, Path(name), FILES, rows, limits, seed) as (world, witness, eight, url),
    ):
        stop = threading.Event()
        doors = [Door(url, Path(name), number) for number in range(DOORS)]
        eight.start()
        try:
            wait_until(world, eight, lambda found: sum(found.values()) >= messages or bool(witness.handed))
            leaving = _leaving(world, chance)
            threads = [
                threading.Thread(target=door.run, args=(leaving[number::DOORS], stop))
                for number, door in enumerate(doors)
            ]
            for thread in threads:
                thread.start()
            wait_until(world, eight, lambda found: _over(found) >= messages)
            stop.set()
            for thread in threads:
                thread.join()
        finally:
            stop.set()
            eight.stop()
        left = {address: moment for door in doors for address, moment in door.left.items()}
        objections = [f"a worker failed: {error!r}" for error in eight.failures]
        objections += _judge(witness, left)
    after = len(left.keys() - {item.to for item in witness.handed})
    print(
        f"{database}: {WORKERS} workers, {messages} messages, {len(witness.handed)} sent, {len(left)} left "
        f"meanwhile, {after} of them in time; {len(objections)} objections"
    )
    if not after:
        objections.append("nobody left in time, so nothing was proved")
    return objections


def _over(found: object) -> int:
    assert isinstance(found, dict)
    return sum(count for key, count in found.items() if not UNSETTLED & {*key})


def _leaving(world: World, chance: random.Random) -> Sequence[tuple[str, str]]:
    """Return (address, token) of those who leave, those whose mail is far behind as well as the next ones."""
    with world.store.read() as work:
        lines = work.reports.intents(limit=1_000_000)
    found = [
        (line.intent.address, unsubscribe_token(SITE.keys, public_id(line.intent.key)))
        for line in lines
        if line.intent.state == "pending"
    ]
    chance.shuffle(found)
    return found[: max(1, len(lines) // LEAVING)]


def _judge(witness: Witness, left: dict[str, float]) -> Sequence[str]:
    late = [
        item.opened - left[item.to]
        for item in witness.handed
        if item.to in left and item.opened > left[item.to]
    ]
    if not late:
        return []
    return [f"{len(late)} attempts were opened after the opt-out, one of them {max(late) * 1000:.0f} ms"]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.unsubscribes")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--database", choices=DATABASES, help="only this one; fails at the end")
    asked = parser.parse_args(arguments)
    print(f"seed {asked.seed}")
    is_fine = asked.database is None
    for database in (asked.database,) if asked.database else DATABASES:
        found = prove(database, asked.messages, asked.seed)
        print(*found, sep="\n")
        is_fine = is_fine and not found
    if asked.database:
        print("A database was left out.")
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
