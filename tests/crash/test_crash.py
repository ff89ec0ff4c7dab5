"""A slice of the crash sweep: a worker killed where it matters most. All of it: `make crash`."""

import random
from pathlib import Path

import pytest

from tests.crash.cases import Case, blind_cases, calm_run, run_case
from tests.crash.ground import grounds

POINTS = {
    "sqlite": ("send.do_round: committed", "journal: synced", "wire: sent body", "mailer: collected"),
    "postgresql": ("journal: synced", "mailer: collected"),
}


@pytest.mark.parametrize("database", POINTS)
def test_whoever_is_killed_loses_nothing_and_repeats_nothing(database: str, tmp_path: Path) -> None:
    with grounds(tmp_path / "ground", database) as ground:
        calm = calm_run(ground, tmp_path)
        cases = [Case(point=point, count=calm.hits[point] // 2) for point in POINTS[database]]
        cases += blind_cases(calm, 1, random.Random(database))

        found = {str(case): run_case(ground, calm, case, tmp_path) for case in cases}

    assert not any(found.values()), found
