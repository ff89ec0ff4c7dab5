"""Several workers over one world, in one process: they take turns in an order that a seed decides."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from jo.daemon.loop import Loop, Tick
from jo.daemon.service import Worker
from tests.support.world import MemoryMailer, World

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
QUIET = 2
"""Rounds of all workers without anything done, after which time goes on: shares find new workers in them."""


@dataclass(frozen=True, eq=False)
class Member:
    worker: Worker
    loop: Loop
    mailer: MemoryMailer


class Crowd:
    """Takes over from the world's own worker."""

    def __init__(self, world: World, names: str, seed: int) -> None:
        self._world = world
        self._chance = random.Random(seed)
        self.members: dict[str, Member] = {}
        world.retire()
        for name in names:
            self.add(name)

    def __getitem__(self, name: str) -> Member:
        return self.members[name]

    def add(self, name: str) -> Member:
        """Let another worker begin. It asks for its part at each turn."""
        worker = Worker(self._world.store, name, is_alone=False, sharing_seconds=0)
        mailer = MemoryMailer(self._world.clock)
        mailer.taken = self._world.mailer.taken
        member = Member(worker, self._world.loop_of(worker, mailer), mailer)
        self.members[name] = member
        return member

    def stop(self, name: str) -> None:
        """Tell a worker to stop, and let it."""
        member = self.members.pop(name)
        member.worker.stopping = True
        member.loop.finish(0)
        member.worker.leave()

    def kill(self, name: str) -> None:
        """End a worker without a word, and let its lease run out."""
        member = self.members.pop(name)
        self.expire(member)

    def expire(self, member: Member) -> None:
        """Let the lease of a worker run out while it does nothing, as when it is stopped for so long."""
        with self._world.store.write() as work:
            work.leases.renew(member.worker.lease, LONG_AGO, 0)

    def freeze(self, name: str) -> Member:
        """Take a worker out of the turns, and let its lease run out. `thaw` brings it back."""
        member = self.members.pop(name)
        self.expire(member)
        return member

    def thaw(self, name: str, member: Member) -> Tick:
        """Let a frozen worker go on; returns its first tick."""
        self.members[name] = member
        return member.loop.tick()

    def run(self, until: datetime) -> None:
        """Let time pass up to the instant."""
        while self._world.now < until:
            moments = list(self._settle())
            later = [moment for moment in moments if moment > self._world.now]
            self._world.clock.jump(min([*later, until]))
        list(self._settle())

    def _settle(self) -> Iterator[datetime]:
        """Let all work until nothing moves any more; yield when each expects work."""
        quiet = 0
        ticks: list[Tick] = []
        for _ in range(1000):
            names = sorted(self.members)
            self._chance.shuffle(names)
            ticks = [self.members[name].loop.tick() for name in names]
            trouble = [tick.trouble for tick in ticks if tick.trouble is not None]
            assert not trouble, trouble
            moved = any(tick.counts or tick.is_under_way for tick in ticks)
            quiet = 0 if moved else quiet + 1
            if quiet == QUIET:
                break
        else:
            raise AssertionError("the workers do not come to rest")
        yield from (tick.next_at for tick in ticks if tick.next_at is not None)
