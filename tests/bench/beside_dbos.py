"""DBOS beside jo: its steps a second on the same machine, in the same run.

jo does not depend on it. It has an environment of its own, because it asks for other versions of what both
use: the interpreter that `JO_BENCH_DBOS` names, or `build/dbos`. Without either there is no figure.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

PEOPLE = int(os.environ.get("JO_BENCH_DBOS_PEOPLE", "300"))
HOME = Path("build") / "dbos"
SCRIPT = Path(__file__).with_name("dbos_people.py")
ALONE = "alone"
"""The way that is no person's: what a step costs that nobody has to start."""


def steps_a_second(url: str) -> dict[str, float] | None:
    """Return way → steps a second with this system database; None where there is no DBOS."""
    python = os.environ.get("JO_BENCH_DBOS") or str(HOME / "bin" / "python")
    if not Path(python).exists():
        print(
            f"P2 SKIPPED: no DBOS to compare with. It is looked for in {HOME}:\n"
            f"  python3 -m venv {HOME} && {HOME}/bin/pip install dbos 'psycopg[binary]'",
            file=sys.stderr,
        )
        return None
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [python, str(SCRIPT), url, str(PEOPLE)], capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode:
        raise SystemExit(f"DBOS did not get through: {done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
