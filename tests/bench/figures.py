"""What a benchmark gives: a figure against its goal, and how two things are timed against each other.

Time alone means nothing on a shared machine, so a figure is a ratio of two times of one run: both sides take
turns, and each is represented by its fastest round, for whatever slows a round down is the machine.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    name: str
    """The number in the list of goals, such as `P5`."""
    what: str
    measured: float
    unit: str = "×"
    at_most: float | None = None
    at_least: float | None = None
    """The goal; without either, the figure explains another one."""
    detail: str = ""

    @property
    def goal(self) -> str:
        if self.at_most is not None:
            return f"≤ {self.at_most:g} {self.unit}"
        return f"≥ {self.at_least:g} {self.unit}" if self.at_least is not None else ""

    @property
    def is_reached(self) -> bool | None:
        if self.at_most is not None:
            return self.measured <= self.at_most
        return self.measured >= self.at_least if self.at_least is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """The fastest seconds of two sides that took turns."""

    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs

    def __str__(self) -> str:
        return f"{seconds(self.ours)} against {seconds(self.theirs)}"


def race(ours: Callable[[], object], theirs: Callable[[], object], *, rounds: int = 10) -> Race:
    """Time both sides in turns."""
    times = [(timed(ours), timed(theirs)) for _ in range(rounds)]
    return Race(ours=min(first for first, _ in times), theirs=min(second for _, second in times))


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def seconds(value: float) -> str:
    return (
        f"{value * 1e6:.1f} µs"
        if value < 1e-3
        else f"{value * 1e3:.1f} ms"
        if value < 1
        else f"{value:.2f} s"
    )
