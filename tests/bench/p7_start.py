"""P7, as far as it is about starting: `jo --help` and `jo validate` of one file against a bare interpreter.

All are processes. The project of one file is a source and a list over it, as somebody writes on the first
day; each round begins without a cache.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench.figures import Figure, race

FILE = """
kind: source
name: people
key: id
fields: {id: text, email: text, country: "text?", joined: date}
roles: {address: email}
---
kind: power_list
name: newcomers
from: people
where: [contact.country is not null, days_since(contact.joined) <= 30]
refresh: daily at 02:00
"""
SETTINGS = """
[sources.people]
path = "people.csv"
"""
ROUNDS = 15
_INSTALLED = "from jo.cli.main import main; main()"
"""What the installed `jo` does."""


def run() -> Sequence[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "jo.toml").write_text(SETTINGS, encoding="utf-8")
        (root / "lists").mkdir()
        (root / "lists" / "people.yaml").write_text(FILE, encoding="utf-8")
        help_ = race(lambda: _jo("--help"), _bare, rounds=ROUNDS)

        def validate() -> None:
            shutil.rmtree(root / ".jo", ignore_errors=True)
            _jo("validate", "--no-data", "-C", folder)

        one = race(validate, _bare, rounds=ROUNDS)
        again = race(lambda: _jo("validate", "--no-data", "-C", folder), _bare, rounds=ROUNDS)
    return (
        Figure(
            name="P7",
            what="jo --help against a bare interpreter",
            measured=help_.ratio,
            at_most=8,
            detail=str(help_),
        ),
        Figure(
            name="P7",
            what="jo validate of one file against a bare interpreter",
            measured=one.ratio,
            at_most=18,
            detail=str(one),
        ),
        Figure(name="P7", what="the same again, nothing changed", measured=again.ratio, detail=str(again)),
    )


def _jo(*words: str) -> None:
    command = [sys.executable, "-c", _INSTALLED, *words]
    done = subprocess.run(command, capture_output=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()


def _bare() -> None:
    subprocess.run([sys.executable, "-c", "pass"], capture_output=True, check=True)
