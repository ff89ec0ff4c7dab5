"""What a wrong address of the store is to a command: settings that are not valid, or a world that is away."""

from pathlib import Path

import pytest

from jo.cli.exits import Exit
from jo.workspace.starting import make_key, starter_files, write_files
from tests.support.neighborhood import play

COMMANDS = (
    ["plan"],
    ["apply", "--yes"],
    ["run", "--once"],
    ["serve"],
    ["status"],
    ["sends"],
    ["pause", "all", "--why", "moved"],
    ["store", "check"],
    ["store", "backup", "copy.db"],
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_files(tmp_path, starter_files("project"))
    make_key(tmp_path)
    return tmp_path


def run(project: Path, url: str, *words: str) -> tuple[int, str, str]:
    variables = {"JO_STORE_URL": "env:STORE_URL", "STORE_URL": url, "JO_JOURNAL_PATH": "unsafe"}
    return play(project, variables, *words)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("url", ["mysql://ada:hush@db/jo", "postgresql://ada:hush@db:port/jo", ""])
def test_an_address_that_is_none_is_a_fault_of_the_settings(
    project: Path, url: str, words: list[str]
) -> None:
    code, out, err = run(project, url, *words)

    assert code == Exit.INVALID
    assert "error: " in err
    assert "hush" not in out + err


@pytest.mark.parametrize("words", COMMANDS[:-1], ids=" ".join)
def test_a_server_that_is_away_is_trouble_of_the_world(project: Path, words: list[str]) -> None:
    code, out, err = run(project, "postgresql://ada:hush@127.0.0.1:1/jo", *words)

    assert code == Exit.FAILURE
    assert "127.0.0.1:1/jo cannot be used" in err
    assert "hush" not in out + err


@pytest.mark.parametrize("url", ["mysql://ada:hush@db/jo", ""])
def test_the_doctor_tells_it_beside_all_else(project: Path, url: str) -> None:
    code, out, _ = run(project, url, "doctor")

    assert code == Exit.FAILURE
    assert "STORE_URL" in out or "no address of a store" in out
    assert "signing key" in out
