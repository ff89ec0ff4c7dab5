"""The fault table, cell by cell: `python -m tests.faults`.

Fails when a cell ends otherwise than the table says, or is left out.
"""

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.faults.cells import run_cell
from tests.faults.judge import objections
from tests.faults.table import TABLE
from tests.support.certificates import make_certificate

CELLS = 120
"""Twelve points by ten faults."""


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(4) as workers:
        certificate = make_certificate(Path(folder), "DNS:localhost", "IP:127.0.0.1")
        outcomes = list(workers.map(lambda row: run_cell(row, certificate), TABLE))
    bad = 0
    for row, outcome in zip(TABLE, outcomes, strict=True):
        found = objections(row, outcome)
        bad += bool(found)
        for objection in found:
            print(f"{row.point.value} × {row.fault.value}: {objection}")
    print(f"{len(outcomes)} cells ran, {len(outcomes) - bad} ended as the table says.")
    return 1 if bad or len({(row.point, row.fault) for row in TABLE}) < CELLS else 0


if __name__ == "__main__":
    sys.exit(main())
