"""Whatever happens in a command becomes an exit code and a sentence, never a traceback."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from jo.cli.exits import Exit
from jo.cli.main import COMMANDS, LATER, jo, run
from jo.ports.errors import WorldError


def raising(error: BaseException) -> click.Command:
    @click.command("x")
    @click.pass_obj
    def command(_: object) -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (WorldError("The disk is full."), Exit.FAILURE, "error: The disk is full.\n"),
        (click.UsageError("Wrong."), Exit.USAGE, "error: Wrong.\n"),
        (click.BadParameter("Worse."), Exit.USAGE, "error: Invalid value: Worse.\n"),
        (KeyboardInterrupt(), Exit.INTERRUPTED, "Interrupted."),
        (click.Abort(), Exit.INTERRUPTED, "Interrupted."),
        (click.exceptions.Exit(Exit.INVALID), Exit.INVALID, ""),
    ],
)
def test_each_trouble_has_its_code(
    error: BaseException, code: Exit, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(raising(error), []) == code
    assert capsys.readouterr().err.lstrip("\n").startswith(said)


def test_a_bug_is_called_one_and_its_traceback_is_kept_off_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert run(raising(ZeroDivisionError("ada@example.com")), []) == Exit.FAILURE
    said = capsys.readouterr().err
    assert "This is a bug in jo (ZeroDivisionError)" in said
    assert "Traceback" not in said
    assert "ada@example.com" not in said
    (report,) = tmp_path.iterdir()
    assert "ZeroDivisionError: ada@example.com" in report.read_text(encoding="utf-8")


def test_a_command_that_returns_nothing_is_fine() -> None:
    @click.command("x")
    def command() -> None:
        return None

    assert run(command, []) == Exit.OK


def test_no_command_of_now_is_of_later() -> None:
    assert not LATER & {name for group in COMMANDS.values() for name in group}


@pytest.mark.parametrize("name", sorted(LATER))
def test_later_commands_say_so(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(jo, [name, "--with", "anything"]) == Exit.USAGE
    assert "not in this release" in capsys.readouterr().err


def test_a_reader_that_leaves_is_no_trouble(tmp_path: Path) -> None:
    # given a reader that is gone before the command writes
    reading, writing = os.pipe()
    os.close(reading)
    # when it writes all the same
    done = subprocess.run(
        [sys.executable, "-m", "jo", "explain"],
        stdout=writing,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        check=False,
    )
    os.close(writing)
    # then it ends in silence
    assert (done.returncode, done.stderr) == (0, b"")


FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


@needs_full
@pytest.mark.parametrize("words", [["explain"], ["--help"]])
def test_results_that_cannot_be_written_are_a_failure(words: list[str], tmp_path: Path) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "jo", *words], stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, text=True
        )

    assert (done.returncode, done.stderr) == (
        Exit.FAILURE,
        "error: The output cannot be written: No space left on device.\n",
    )


@needs_full
def test_words_that_cannot_be_written_change_nothing(tmp_path: Path) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "jo", "validate"], stdout=subprocess.PIPE, stderr=full, cwd=tmp_path
        )

    assert done.returncode == Exit.INVALID


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_leads_nowhere(closed: str, tmp_path: Path) -> None:
    command = f"{sys.executable} -m jo init project {closed} && {sys.executable} -m jo history {closed}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=tmp_path, check=False)

    assert done.returncode == Exit.INVALID, "there is no project where `history` looks"
    assert (tmp_path / "project" / "jo.toml").is_file()
    assert "Traceback" not in done.stderr


def test_a_pipe_that_breaks_elsewhere_is_a_bug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "stderr", sys.stderr)  # click exchanges it

    assert run(raising(BrokenPipeError(errno.EPIPE, "Broken pipe")), []) == Exit.FAILURE

    assert "This is a bug in jo" in capsys.readouterr().err


HEAVY = ("sqlalchemy", "alembic", "duckdb", "networkx", "sqlglot", "jsonschema_rs", "jinja2", "rich", "yaml")


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["validate", "--help"], ["plan", "--help"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    source = f"""
import sys
from jo.cli.main import jo, run
run(jo, {words!r})
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
