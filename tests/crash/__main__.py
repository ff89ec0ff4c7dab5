"""The crash sweep: `python -m tests.crash [--seed N] [--blind N] [--database NAME]`.

Kills a worker at every named point, the first time, in the middle and late, and at blind points
that a seed draws; lets another one go on; and holds what became of each mail against the relay that took
them, against a run in which nobody was killed, and against `jo audit`. On SQLite and on PostgreSQL.

Fails when anything is lost, or went out twice without being listed as uncertain; when more is uncertain than
there are connections; when fewer points were met than there are; and when a database was left out.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.crash.cases import Calm, Case, blind_cases, calm_run, named_cases, run_case
from tests.crash.ground import grounds

DATABASES = ("sqlite", "postgresql")
POINTS = 60
"""Named points that a run has at least."""
SIDE_BY_SIDE = 2

Failure = tuple[Case, Sequence[str]]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--blind", type=int, default=100, help="blind points on each database")
    parser.add_argument("--database", choices=DATABASES, help="only this one; fails at the end")
    asked = parser.parse_args(arguments)
    print(f"seed {asked.seed}")
    is_fine = asked.database is None
    for database in (asked.database,) if asked.database else DATABASES:
        calm = _calm(database)
        named = named_cases(calm)
        blind = blind_cases(calm, asked.blind, random.Random(f"{asked.seed} {database}"))
        failures = _sweep(database, calm, [*named, *blind])
        for case, found in failures:
            print(f"{database}: killed at {case}:", *found, sep="\n  ")
        print(
            f"{database}: {len(calm.hits)} named points in {len(named)} cases, {len(blind)} blind points, "
            f"{len(calm.account.states)} mails each; {len(failures)} failed"
        )
        is_fine = is_fine and not failures and len(calm.hits) >= POINTS
    if asked.database:
        print("A database was left out.")
    return 0 if is_fine else 1


def _calm(database: str) -> Calm:
    with tempfile.TemporaryDirectory() as folder, grounds(Path(folder) / "ground", database) as ground:
        return calm_run(ground, Path(folder))


def _sweep(database: str, calm: Calm, cases: Sequence[Case]) -> Sequence[Failure]:
    with ProcessPoolExecutor(SIDE_BY_SIDE, mp_context=get_context("fork")) as pool:
        parts = [
            pool.submit(run_cases, database, calm, cases[number::SIDE_BY_SIDE])
            for number in range(SIDE_BY_SIDE)
        ]
        return [failure for part in parts for failure in part.result()]


def run_cases(database: str, calm: Calm, cases: Sequence[Case]) -> Sequence[Failure]:
    """Run cases one after the other, on a ground of their own; return those that failed."""
    failures = []
    with tempfile.TemporaryDirectory() as folder, grounds(Path(folder) / "ground", database) as ground:
        for number, case in enumerate(cases, 1):
            found = run_case(ground, calm, case, Path(folder))
            print(f"{database} {number}/{len(cases)} {case}: {'FAILED' if found else 'fine'}", flush=True)
            if found:
                failures.append((case, found))
    return failures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
