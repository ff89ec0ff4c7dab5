"""What a shell hands over that is no text: refused where it names something, mended where people read it."""

import os
from pathlib import Path

import pytest

from jo.cli.exits import Exit
from jo.cli.main import jo, run
from jo.workspace.starting import make_key, starter_files, write_files

NO_TEXT = os.fsdecode(b"\xff\xfe")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_files(tmp_path, starter_files("project"))
    make_key(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("project")
def test_a_pause_is_not_lost_for_the_sake_of_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(jo, ["pause", "all", "--why", f"relay {NO_TEXT} moves", "--who", f"ada{NO_TEXT}"]) == Exit.OK
    capsys.readouterr()

    assert run(jo, ["pause"]) == Exit.OK

    shown = capsys.readouterr().out
    assert "relay \ufffd\ufffd moves" in shown
    assert "ada\ufffd\ufffd" in shown


@pytest.mark.usefixtures("project")
def test_a_user_of_this_machine_may_have_any_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOGNAME", NO_TEXT)

    assert run(jo, ["pause", "all", "--why", "x"]) == Exit.OK

    assert run(jo, ["pause"]) == Exit.OK
    assert "\ufffd\ufffd" in capsys.readouterr().out


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "words",
    [
        ["sends", "--contact", NO_TEXT],
        ["sends", "--journey", NO_TEXT],
        ["sends", "resolve", NO_TEXT, "--resend", "--why", "x"],
        ["resume", NO_TEXT],
        ["pause", NO_TEXT, "--why", "x"],
        ["why", NO_TEXT],
        ["event", "ping", "--contact", NO_TEXT],
        ["event", "ping", "--contact", "p1", "--set", f"note={NO_TEXT}"],
    ],
    ids=" ".join,
)
def test_a_name_that_is_no_text_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(jo, words) == Exit.USAGE

    assert "not UTF-8" in capsys.readouterr().err


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_no_clock_shows_is_refused(moment: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(jo, ["apply", "--yes"]) == Exit.OK

    assert run(jo, ["event", "ping", "--contact", "p1", "--at", moment]) == Exit.USAGE

    assert "--at takes a day or a time" in capsys.readouterr().err
