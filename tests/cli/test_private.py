"""Files that may speak of people, whatever the umask says."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from jo.cli.exits import Exit
from jo.cli.main import jo, run
from jo.workspace.starting import make_key, starter_files, write_files


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_files(tmp_path, starter_files("project"))
    make_key(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
def test_what_may_speak_of_people_is_for_its_owner_only(project: Path) -> None:
    readable = project / ".jo" / "preview" / "welcome-default.txt"
    readable.parent.mkdir(parents=True)
    readable.write_text("of another day")

    assert run(jo, ["validate"]) == Exit.OK
    assert run(jo, ["preview", "template/welcome"]) == Exit.OK

    files = [path for name in ("preview", "cache") for path in (project / ".jo" / name).iterdir()]
    assert readable in files
    assert len(files) > 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((project / ".jo" / "cache").stat().st_mode) == 0o700
