"""How far the two back ends of conditions were compared, as a table.

Run `python -m tests.laws.conditions_coverage` to compare on every database and print; the laws print the
same tables with `pytest -s`. Each line is a node with the types it takes: how many values were compared, how
many of them were NULL in both, how many conditions at random hold such a node, and how many values differed.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from jo.conditions.to_text import to_text
from jo.conditions.tree import Arithmetic, Call, Compare, Expr, Like, walk
from tests.laws.conditions_generator import Generator, enumerated
from tests.laws.conditions_world import DuckDb, Engine, People, Postgres, World
from tests.support.postgres import a_server

OpenEngine = Callable[[World], Engine]

SEED = 20_261_122
CONDITIONS = 10_000
PEOPLE = 60
BATCH = 250


@dataclass(frozen=True, slots=True)
class Difference:
    text: str
    row: int
    sql: Any
    python: Any


@dataclass
class Coverage:
    """What was compared, by node and types, and what differed."""

    values: Counter[tuple[str, str]] = field(default_factory=Counter)
    nulls: Counter[tuple[str, str]] = field(default_factory=Counter)
    occurrences: Counter[str] = field(default_factory=Counter)
    """Node → conditions at random that hold it."""
    outcomes: Counter[Any] = field(default_factory=Counter)
    """True, False, None → outcomes of the conditions at random."""
    differences: list[Difference] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        yield f"{'node':24} {'types':22} {'values':>8} {'NULL':>8} {'at random':>10}"
        for (node, types), count in self.values.items():
            at_random = self.occurrences[node]
            yield f"{node:24} {types:22} {count:8,} {self.nulls[node, types]:8,} {at_random:10,}"
        total = ", ".join(
            f"{name} {self.outcomes[key]:,}"
            for key, name in ((True, "true"), (False, "false"), (None, "NULL"))
        )
        yield f"at random: {sum(self.outcomes.values()):,} outcomes ({total}), seed {SEED}"
        yield f"differences: {len(self.differences)}"


def compare_every_node(open_engine: OpenEngine) -> Coverage:
    """Compare each node with each type over every combination of edge values and NULL."""
    coverage = Coverage()
    cases = list(enumerated())
    world = World.of_every_combination()
    for (node, types, expr), sql, python in _both(
        open_engine, world, [(node, types, expr) for node, types, expr in cases]
    ):
        coverage.values[node, types] += len(sql)
        coverage.nulls[node, types] += sum(value is None for value in python)
        coverage.differences += _differences(expr, sql, python)
    return coverage


def compare_at_random(
    open_engine: OpenEngine, conditions: Sequence[Expr], *, seed: int = SEED, people: int = PEOPLE
) -> Coverage:
    """Compare conditions over random rows, many in one query."""
    coverage = Coverage()
    world = World.at_random(seed, people)
    for (_, _, expr), sql, python in _both(open_engine, world, [("", "", expr) for expr in conditions]):
        coverage.outcomes.update(python)
        coverage.occurrences.update({name(node) for node in walk(expr)})
        coverage.differences += _differences(expr, sql, python)
    return coverage


def _both(
    open_engine: OpenEngine, world: World, cases: Sequence[tuple[str, str, Expr]]
) -> Iterator[tuple[tuple[str, str, Expr], list[Any], list[Any]]]:
    people = People(world)
    with closing(open_engine(world)) as engine:
        for start in range(0, len(cases), BATCH):
            batch = cases[start : start + BATCH]
            exprs = [expr for _, _, expr in batch]
            yield from zip(batch, engine.evaluate(exprs), people.evaluate(exprs), strict=True)


def _differences(expr: Expr, sql: list[Any], python: list[Any]) -> Iterator[Difference]:
    if sql == python:  # the common case, and a bool never stands for a number: types are checked before
        return
    for row, (first, second) in enumerate(zip(sql, python, strict=True)):
        if first != second:
            yield Difference(to_text(expr), row, first, second)


def name(node: Expr) -> str:
    """Return what the table calls a node."""
    match node:
        case Compare(by) | Arithmetic(by):
            return str(by)
        case Call(called):
            return f"{called}()"
        case Like(any_case=True):
            return "ilike"
    spoken = {"IsNull": "is null"}
    return spoken.get(type(node).__name__, type(node).__name__.lower())


def main() -> int:
    generator = Generator(SEED)
    conditions = [generator.condition() for _ in range(CONDITIONS)]
    differences = 0
    with a_server() as server, server.database() as url:
        engines: dict[str, OpenEngine] = {"DuckDB": DuckDb, "PostgreSQL": partial(Postgres, url)}
        for database, open_engine in engines.items():
            coverage = compare_every_node(open_engine)
            at_random = compare_at_random(open_engine, conditions)
            coverage.occurrences, coverage.outcomes = at_random.occurrences, at_random.outcomes
            coverage.differences += at_random.differences
            print(f"\n{database} and Python", *coverage.lines(), *coverage.differences[:20], sep="\n")
            differences += len(coverage.differences)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
