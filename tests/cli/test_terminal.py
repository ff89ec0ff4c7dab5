"""On a terminal: questions, color, progress, width; and none of it elsewhere."""

import re
from pathlib import Path

import pytest

from jo.cli.main import jo, run
from jo.workspace.starting import make_key, starter_files, write_files
from tests.support.terminals import on_terminal

COLOR = "\x1b["
QUESTION = "[yes/no]"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_files(tmp_path, starter_files("project"))
    make_key(tmp_path)
    return tmp_path


def history(project: Path, capsys: pytest.CaptureFixture[str]) -> str:
    run(jo, ["history", "-C", str(project)])
    return capsys.readouterr().out


@pytest.mark.parametrize("answer", ["no", "", "y", "maybe"])
def test_apply_asks_and_only_yes_affirms(
    answer: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, screen = on_terminal(["apply"], project, keys=f"{answer}\n", at=QUESTION)
    assert code == 1
    assert "Make these 8 changes live?" in screen
    assert "Nothing was changed." in screen
    assert history(project, capsys) == "Nothing was applied yet.\n"


def test_yes_makes_it_live(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, screen = on_terminal(["apply"], project, keys="yes\n", at=QUESTION)
    assert code == 0
    assert "Generation 1 is live" in screen
    assert "8 created" in history(project, capsys)


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_leaving_at_the_question_changes_nothing(
    key: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With Ctrl-C, and with Ctrl-D, which ends the input."""
    code, screen = on_terminal(["apply"], project, keys=key, at=QUESTION)
    assert code == 130
    assert "Traceback" not in screen
    assert history(project, capsys) == "Nothing was applied yet.\n"


def test_there_is_color_on_a_terminal_and_only_there(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, screen = on_terminal(["plan", "--no-data"], project)
    assert COLOR in screen
    run(jo, ["plan", "--no-data", "-C", str(project)])
    assert COLOR not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "variables"),
    [(["--no-color"], {}), ([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"})],
)
def test_color_can_be_refused(words: list[str], variables: dict[str, str], project: Path) -> None:
    _, screen = on_terminal(["plan", "--no-data", *words], project, **variables)
    without_progress = re.sub(r"\r?\x1b\[2K[^\n]*?…", "", screen).replace("\r\x1b[2K", "")
    assert COLOR not in without_progress


def test_progress_is_wiped_away(project: Path) -> None:
    _, screen = on_terminal(["validate"], project)
    assert "Checking the project" in screen
    assert screen.rindex("\x1b[2K") > screen.rindex("Checking the project")


@pytest.mark.parametrize("columns", [60, 120])
def test_lines_fit_the_terminal(columns: int, project: Path) -> None:
    journey = project / "journeys" / "welcome.yaml"
    journey.write_text(
        journey.read_text(encoding="utf-8").replace("email: tip", "email: tp"), encoding="utf-8"
    )
    for words in (["validate", "--no-data"], ["explain", "J302"]):
        _, screen = on_terminal(words, project, columns=columns, NO_COLOR="1")
        lines = screen.split("\x1b[2K")[-1].split("\n")
        assert [line for line in lines if len(line) > max(columns, 64)] == []
