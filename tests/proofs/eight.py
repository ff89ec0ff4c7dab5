"""Eight workers over one store, each a thread with a store and a connection of its own, on the real clock.

The witness is the relay: it notes each message as it is handed over, with what the thread that hands it over
had in hand then: the leave of the relay's rate, and the end of the transaction that opened the attempt, right
before its commit. Both are told by wrappers around the store, so nothing of jo's own account is believed.
"""

import random
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jo.daemon.clocks import ClockKind, RealClock
from jo.daemon.service import Worker
from jo.flow.limits import RelayLimits
from jo.ports.errors import WorldError
from jo.ports.mailer import Outgoing, Reply, ReplyKind, Stage, check_batch
from jo.ports.store import Grant, Lease, Limits, Store, Transaction
from jo.store import open_store
from jo.timing.rates import Rate
from tests.support.postgres import a_server
from tests.support.scenery import BASE
from tests.support.stores import file_url
from tests.support.world import Rows, World

WORKERS = 8
DATABASES = ("sqlite", "postgresql")
CONNECTIONS = 8
"""Of each worker."""
BUSY_SECONDS = 30.0
UNSETTLED = {"pending", "open"}
PATIENCE = 600.0
"""Seconds after which a proof gives up."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A message as the relay got it."""

    to: str
    leave: datetime | None
    """When its attempt got leave of the relay's rate, by the database's clock."""
    opened: float
    """When the transaction that opened its attempt was about to commit, by the machine's steady clock."""


class Witness:
    def __init__(self) -> None:
        self.hand = threading.local()
        self.handed: list[Handed] = []

    def take(self, outgoing: Outgoing) -> None:
        leave = getattr(self.hand, "leave", None)
        self.handed.append(Handed(outgoing.recipient, leave, self.hand.opened))


class WatchedLimits:
    def __init__(self, limits: Limits, witness: Witness) -> None:
        self._limits = limits
        self._witness = witness

    def take(self, name: str, want: int, rate: Rate, now: datetime) -> Grant:
        if " " not in name:
            self._witness.hand.leave = now
        return self._limits.take(name, want, rate, now)

    def tidy(self, before: datetime, limit: int) -> int:
        return self._limits.tidy(before, limit)


class WatchedStore:
    """A store that lets the witness know what its thread does."""

    def __init__(self, store: Store, witness: Witness) -> None:
        self._store = store
        self._witness = witness

    @contextmanager
    def write(self, lease: Lease | None = None) -> Iterator[Transaction]:
        with self._store.write(lease) as work:
            work.limits = WatchedLimits(work.limits, self._witness)  # type: ignore[misc]
            yield work
            self._witness.hand.opened = time.monotonic()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        with self._store.read() as work:
            yield work

    def close(self) -> None:
        self._store.close()


class WitnessMailer:
    """A `Mailer` that accepts everything, after a while that a seed decides."""

    def __init__(self, witness: Witness, seed: int) -> None:
        self._witness = witness
        self._chance = random.Random(seed)
        self._under_way: dict[str, Outgoing] = {}
        self.most: dict[str, int] = {}
        """Domain → the most that were ever under way at once."""

    @property
    def relays(self) -> Collection[str]:
        return ("default",)

    def connections(self, relay: str) -> int:
        return CONNECTIONS if relay == "default" else 0

    def room(self, relay: str) -> int:
        return self.connections(relay) - len(self._under_way)

    def submit(self, relay: str, batch: Sequence[Outgoing]) -> None:
        check_batch(batch, self.room(relay), self._under_way.keys())
        for outgoing in batch:
            self._under_way[outgoing.key] = outgoing
            self._witness.take(outgoing)
        for domain in {outgoing.recipient.partition("@")[2] for outgoing in batch}:
            count = sum(item.recipient.endswith(f"@{domain}") for item in self._under_way.values())
            self.most[domain] = max(count, self.most.get(domain, 0))

    def collect(self, seconds: float) -> Sequence[Reply]:
        keys = [key for key in self._under_way if self._chance.random() < 0.7]
        return [_accepted(self._under_way.pop(key)) for key in keys]

    def abandon(self) -> Sequence[Reply]:
        found, self._under_way = list(self._under_way.values()), {}
        return [_accepted(outgoing) for outgoing in found]

    def close(self) -> None:
        self._under_way.clear()


def _accepted(outgoing: Outgoing) -> Reply:
    return Reply(
        key=outgoing.key,
        kind=ReplyKind.ACCEPTED,
        stage=Stage.DOT,
        code=250,
        enhanced=None,
        text="taken",
        relay="witness",
    )


@contextmanager
def database_url(database: str, folder: Path) -> Iterator[str]:
    """Yield the URL of a fresh store."""
    if database == "sqlite":
        yield file_url(folder)
        return
    with a_server() as server, server.database() as url:
        yield url


class Eight:
    """Eight workers over one world. `start` lets them begin, `wait` lets them come to an end."""

    def __init__(self, stack: ExitStack, url: str, world: World, witness: Witness, seed: int) -> None:
        self._stop = threading.Event()
        self.failures: list[BaseException] = []
        self.mailers = [WitnessMailer(witness, seed + number) for number in range(WORKERS)]
        self._threads = []
        world.retire()
        for number, mailer in enumerate(self.mailers):
            store = stack.enter_context(
                closing(WatchedStore(open_store(url, busy_seconds=BUSY_SECONDS), witness))
            )
            worker = Worker(store, f"worker-{number}", is_alone=False, clock=RealClock())
            loop = world.loop_of(worker, mailer, store=store, clock=RealClock(), kind=ClockKind.REAL)

            def run(worker: Worker = worker, loop: object = loop) -> None:
                try:
                    while not self._stop.is_set():
                        tick = loop.tick()  # type: ignore[attr-defined]
                        if not tick.is_under_way:
                            time.sleep(0.02)
                    worker.stopping = True
                    loop.finish()  # type: ignore[attr-defined]
                    with suppress(WorldError):
                        worker.leave()
                except BaseException as error:
                    self.failures.append(error)

            self._threads.append(threading.Thread(target=run))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


@contextmanager
def a_stage(
    database: str, folder: Path, files: Mapping[str, str], rows: Rows, limits: RelayLimits, seed: int
) -> Iterator[tuple[World, Witness, Eight, str]]:
    with ExitStack() as stack:
        url = stack.enter_context(database_url(database, folder))
        store = open_store(url, busy_seconds=BUSY_SECONDS)
        now = datetime.now(UTC)
        world = stack.enter_context(World(folder, {**BASE, **files}, rows, start=now, store=store))
        world.limits = limits
        witness = Witness()
        yield world, witness, Eight(stack, url, world, witness, seed), url


def states(store: Store) -> Mapping[tuple[str, str], int]:
    """Return (state, why) → how many mails."""
    found: dict[tuple[str, str], int] = {}
    with store.read() as work:
        for line in work.reports.intents(limit=1_000_000):
            key = line.intent.state.value, (line.intent.why or "")
            found[key] = found.get(key, 0) + 1
    return found


def wait_until(world: World, eight: Eight, is_over: Callable[[Mapping[tuple[str, str], int]], bool]) -> None:
    """Wait until the mails are where they should be. Raises TimeoutError."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and not eight.failures:
        if is_over(states(world.store)):
            return
        time.sleep(0.3)
    raise TimeoutError(f"after {PATIENCE:.0f} s: {states(world.store)}, {eight.failures}")


def wait_until_settled(world: World, eight: Eight, total: int) -> None:
    """Wait until every mail has ended or is held by its cap. Raises TimeoutError."""

    def is_over(found: Mapping[tuple[str, str], int]) -> bool:
        done = {key: count for key, count in found.items() if "cap" in key or not UNSETTLED & {*key}}
        return sum(done.values()) >= total

    wait_until(world, eight, is_over)
