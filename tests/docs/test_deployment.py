"""The files of `deploy/` are what systemd and an image builder take, and name only what is there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jo.cli.main import jo, run
from jo.workspace.starting import make_key, starter_files, write_files
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


@pytest.mark.parametrize(
    ("url", "is_tried_again"), [("postgresql://jo@127.0.0.1:1/jo", True), ("nonsense", False)]
)
def test_a_worker_is_started_again_while_its_store_is_away_and_not_where_settings_are_wrong(
    url: str, is_tried_again: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = (DEPLOY / "jo-run@.service").read_text(encoding="utf-8")
    (for_good,) = re.findall(r"^RestartPreventExitStatus=(.*)$", unit, re.MULTILINE)
    write_files(tmp_path, starter_files("project"))
    make_key(tmp_path)
    monkeypatch.setenv("JO_STORE_URL", url)
    monkeypatch.setenv("JO_JOURNAL_PATH", "unsafe")

    code = run(jo, ["run", "-C", str(tmp_path)])

    assert (str(int(code)) not in for_good.split()) is is_tried_again
