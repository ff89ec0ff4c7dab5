"""The files of `deploy/` are what systemd and an image builder take, and name only what is there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.reading import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))


def commands(unit: Path) -> list[str]:
    return re.findall(r"^ExecStart=/opt/jo/bin/jo (.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)


def test_there_is_a_unit_for_each_process() -> None:
    assert [command for unit in UNITS for command in commands(unit)] == ["run --log json", "serve --log json"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_finds_nothing_wrong_with_a_unit(unit: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not on this machine")
    here = tmp_path / unit.name
    # The command of the unit is not installed where tests run; any program that is stands for it.
    text = unit.read_text(encoding="utf-8").replace("/opt/jo/bin/jo", sys.executable)
    here.write_text(text, encoding="utf-8")

    done = subprocess.run([analyze, "verify", str(here)], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", ["run", "serve"])
def test_the_commands_of_the_units_exist_with_their_options(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jo", command, "--help"], capture_output=True, text=True, check=True
    )

    assert "--log" in done.stdout


def test_the_image_copies_what_is_in_the_checkout_and_installs_extras_that_exist() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    copied = [
        name
        for line in re.findall(r"^COPY (?!--from)(.+) /\S+$", text, re.MULTILINE)
        for name in line.split()
    ]
    extras = re.findall(r"'/src\[(.+)\]'", text)

    assert copied
    assert all((ROOT / name).exists() for name in copied)
    assert extras
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert all(re.search(rf"^{extra} = \[", project, re.MULTILINE) for extra in extras[0].split(","))
