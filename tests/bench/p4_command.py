"""P4: `jo validate` of 2,000 programs as a whole command, and again when nothing has changed.

Our side is a process, the start of the interpreter included; theirs is `CSafeLoader` alone over the bytes of
the same files, in a process that is warm. The first run has no cache, the second finds it. There is no data,
so nothing is held against sources.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import yaml

from tests.bench.figures import Figure, race
from tests.bench.many_programs import bodies, files

PROGRAMS, SEED = 2_000, 20_261_201
SETTINGS = """
[sources.companies]
path = "companies.csv"
[sources.contacts]
path = "contacts.csv"
[relay.default]
host = "127.0.0.1"
[web]
base_url = "http://127.0.0.1:8025"
signing_keys = ["env:PATH"]
"""


def run() -> Sequence[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        return _measure(Path(folder))


def _measure(root: Path) -> Sequence[Figure]:
    texts = write_project(root)

    def ours() -> None:
        shutil.rmtree(root / ".jo", ignore_errors=True)
        validate(root)

    def theirs() -> None:
        for text in texts:
            list(yaml.load_all(text, Loader=yaml.CSafeLoader))

    first = race(ours, theirs, rounds=3)
    second = race(lambda: validate(root), theirs, rounds=5)
    what = f"jo validate of {PROGRAMS:,} programs, the whole command, against a bare yaml.load"
    return (
        Figure(name="P4", what=what, measured=first.ratio, detail=str(first)),
        Figure(
            name="P4",
            what="the same again, nothing changed",
            measured=second.ratio,
            at_most=0.2,
            detail=str(second),
        ),
    )


def write_project(root: Path) -> list[bytes]:
    """Write the project; return the texts of its YAML files."""
    made = files(PROGRAMS, SEED)
    (root / "jo.toml").write_text(SETTINGS, encoding="utf-8")
    for name, data in (*made.items(), *((f"templates/{name}", data) for name, data in bodies().items())):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return list(made.values())


def validate(root: Path) -> None:
    """Run the command; what it finds must be nothing that is wrong."""
    command = [sys.executable, "-m", "jo", "validate", "--no-data", "-C", str(root)]
    done = subprocess.run(command, capture_output=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
