"""`jo demo`: public commands alone, each shown; an account at the end; nothing left running."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.support.neighborhood import a_project, finish

ACCOUNT = """\
The account.
What was sent
  day             mail     people  such as
  Tue 2026-12-01  welcome       3  p000, p001 …
  Fri 2026-12-04  tip           3  p000, p001 …
  in all                        6

Who waits, and for what
  nobody

Who was left out, and why
  nobody
"""


def demo(folder: Path, project: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "jo", "demo", "--dir", str(folder), "--project", str(project)],
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def account(said: str) -> str:
    return said[said.index("The account.") : said.index("mails lie in")].rpartition("\n\n")[0] + "\n"


def test_the_account_follows_from_the_project_and_each_run_starts_afresh(tmp_path: Path) -> None:
    project = a_project(tmp_path / "project", members=3)

    code, said, _ = finish(demo(tmp_path / "demo", project))

    assert code == 0, said
    assert account(said) == ACCOUNT
    shown = re.findall(r"^\$ (?:jo )?(\w+)", said, re.MULTILINE)
    for word in ("init", "validate", "sink", "serve", "run", "plan", "apply", "curl", "status", "why"):
        assert word in shown
    assert "No changes: what is live is what git says." in said
    assert "Everything holds (6 mails, generation 1)." in said
    assert len(list((tmp_path / "demo/mails").glob("*.eml"))) == 6

    journey = project / "journeys/welcome.yaml"
    journey.write_text(journey.read_text().replace("within: 3 days", "within: 5 days"))
    code, said, _ = finish(demo(tmp_path / "demo", project))

    assert code == 0, said
    assert account(said) == ACCOUNT.replace("Fri 2026-12-04", "Sun 2026-12-06")
    assert len(list((tmp_path / "demo/mails").glob("*.eml"))) == 6


def test_leaving_in_the_middle_leaves_nothing_running(tmp_path: Path) -> None:
    project = a_project(tmp_path / "project", members=3)
    process = demo(tmp_path / "demo", project)
    assert process.stdout is not None
    said = ""
    while "jo plan --out" not in said:
        said += process.stdout.readline()

    os.killpg(process.pid, signal.SIGINT)
    code, rest, _ = finish(process)

    assert code == 130, said + rest
    assert "Traceback" not in rest
    found = re.search(r"jo sink --port (\d+)", said)
    assert found is not None
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(found[1]))) != 0


def test_a_folder_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("years of work")

    code, said, _ = finish(demo(tmp_path / "mine", a_project(tmp_path / "project")))

    assert code == 1
    assert "choose another --dir" in said
    assert (tmp_path / "mine/thesis.txt").read_text() == "years of work"
