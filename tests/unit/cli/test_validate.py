"""What `jo validate` remembers, and when it must not."""

import os
from pathlib import Path

import pytest

from jo.cli.exits import Exit
from jo.cli.main import jo, run
from jo.workspace.starting import starter_files, write_files


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    write_files(root, starter_files("project"))
    monkeypatch.chdir(root)
    return root


def validate(*words: str, capsys: pytest.CaptureFixture[str]) -> str:
    run(jo, ["validate", *words])
    return capsys.readouterr().out


def forbid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make any real check fail, so that only what is remembered can answer."""

    def refuse(*_: object) -> None:
        raise AssertionError("checked again")

    monkeypatch.setattr("jo.cli.commands.validate.check_files", refuse)


def test_unchanged_files_are_not_checked_again(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given a project with findings
    journey = project / "journeys" / "welcome.yaml"
    journey.write_text(
        journey.read_text(encoding="utf-8").replace("email: tip", "email: tp"), encoding="utf-8"
    )
    first = validate(capsys=capsys)
    assert "dangling-reference" in first
    # when it is checked again, with the files touched but not changed
    for path in project.rglob("*.yaml"):
        os.utime(path)
    forbid(monkeypatch)
    # then the same is said, without a check
    assert validate(capsys=capsys) == first
    assert "tp" in validate("journeys", capsys=capsys)


@pytest.mark.parametrize(
    "file", ["jo.toml", "journeys/welcome.yaml", "templates/tip.md.j2", "lists/data/people.csv"]
)
def test_any_change_is_seen(
    file: str, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    validate(capsys=capsys)
    path = project / file
    old, new = ("zone = ", "zone  =") if file != "jo.toml" else ('product = "Example"', 'product = "Other"')
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new) if old in text else text + "\n", encoding="utf-8")
    forbid(monkeypatch)
    assert run(jo, ["validate"]) == 1
    assert "AssertionError" in capsys.readouterr().err


def test_a_secret_that_comes_or_goes_is_seen(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "missing-secret" in validate(capsys=capsys)
    run(jo, ["init", "--key"])
    assert "missing-secret" not in validate(capsys=capsys)


def test_deleting_the_cache_changes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = validate(capsys=capsys)
    for file in (project / ".jo" / "cache").iterdir():
        file.unlink()
    assert validate(capsys=capsys) == first


def test_a_project_in_a_folder_that_cannot_be_written_is_checked(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / ".jo").write_text("in the way", encoding="utf-8")
    assert "1 warning" in validate(capsys=capsys)


@pytest.mark.parametrize("form", ["human", "json", "github", "sarif"])
def test_a_file_may_have_any_name_and_any_bytes(
    form: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # given files that no editor makes
    hostile = os.fsencode(project / "journeys") + b"/\xff\x1b[31mx%0A::error::y.yaml"
    Path(os.fsdecode(hostile)).write_bytes(b"kind: topic\nname: [")
    (project / "journeys" / "bytes.yaml").write_bytes(bytes(range(256)))
    (project / "journeys" / "empty.yaml").write_bytes(b"")
    (project / "journeys" / "folder.yaml").mkdir()
    (project / "journeys" / "nowhere.yaml").symlink_to("nothing")
    os.mkfifo(project / "journeys" / "pipe.yaml")
    # when they are checked
    code = run(jo, ["validate", "--format", form])
    # then they are findings, and nothing of a name reaches the terminal or ends a line
    said = capsys.readouterr()
    assert code == Exit.INVALID
    assert said.err == ""
    assert "\x1b" not in said.out
    assert "\n::error::y" not in said.out


def test_a_file_that_cannot_be_read_is_one_sentence(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loop = project / "journeys" / "loop.yaml"
    loop.symlink_to(loop)
    assert run(jo, ["validate"]) == Exit.FAILURE
    assert capsys.readouterr().err.startswith("error: journeys/loop.yaml cannot be read: ")
