"""P3: five million people who wait against ten thousand, on SQLite in a file.

The real loop ticks over two crowds in turns. `jo status` is the command itself, in this process, so that
starting Python does not hide what it costs.

By default a million wait. `JO_BENCH_WAITING=5000000` is the figure of the goal; it takes half an hour on a
busy machine, and 25 GB of disk.
"""

import io
import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, redirect_stdout
from pathlib import Path

from jo.cli.main import jo
from jo.cli.main import run as run_command
from tests.bench.crowd import COHORT, make_crowd
from tests.bench.figures import Figure, race

FEW = 10_000
MANY = int(os.environ.get("JO_BENCH_WAITING", "1000000"))


def run() -> Sequence[Figure]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        few, many = (_Place(Path(folder) / str(size), size, stack) for size in (FEW, MANY))
        return _measure(few, many)


class _Place:
    """A store in a folder of its own, with so many people who wait, and the loop over it."""

    def __init__(self, folder: Path, size: int, stack: ExitStack) -> None:
        self._folder = folder
        self._world = make_crowd(folder, size, stack)

    def restart(self) -> None:
        self._world.restart()
        self.idle()

    def idle(self) -> None:
        assert self._world.tick().counts == {}

    def cohort(self) -> None:
        """Let the next cohort have its moment."""
        tick = self._world.tick()
        assert tick.counts["advance.decided"] == COHORT, tick
        assert tick.next_at is not None
        self._world.clock.jump(tick.next_at)

    def settle(self) -> None:
        """Go on to the moment of the first whole cohort."""
        for _ in range(2):
            tick = self._world.tick()
            assert tick.next_at is not None
            self._world.clock.jump(tick.next_at)

    def status(self) -> None:
        shown = io.StringIO()
        with redirect_stdout(shown):
            assert run_command(jo, ["status", "-C", str(self._folder)]) == 0
        assert "settle" in shown.getvalue()


def _measure(few: _Place, many: _Place) -> Sequence[Figure]:
    first = race(many.restart, few.restart, rounds=1)
    idle = race(many.idle, few.idle, rounds=50)
    status = race(many.status, few.status, rounds=10)
    for place in (few, many):
        place.settle()
    cohort = race(many.cohort, few.cohort, rounds=15)
    waiting = f"{MANY:,} waiting people against {FEW:,}"
    return (
        Figure(
            name="P3", what=f"an idle tick, {waiting}", measured=idle.ratio, at_most=1.2, detail=str(idle)
        ),
        Figure(
            name="P3",
            what=f"claim and advance {COHORT} of one cohort",
            measured=cohort.ratio,
            at_most=2.5,
            detail=str(cohort),
        ),
        Figure(name="P3", what="jo status", measured=status.ratio, at_most=1.5, detail=str(status)),
        Figure(
            name="P3",
            what="the first tick of a worker, which looks at every candidate once",
            measured=first.ratio,
            detail=str(first),
        ),
    )
