"""What git is asked, against a real repository."""

import subprocess
from pathlib import Path

import pytest

from jo.workspace.git import GitError, commit, files_at

IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")


def git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *IDENTITY, *words], capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in a subfolder of a repository, with one commit."""
    root = tmp_path / "repository" / "journeys-of-ours"
    (root / "journeys").mkdir(parents=True)
    (root / "journeys" / "ä b.yaml").write_bytes(b"kind: topic\n\xff")
    (root / "jo.toml").write_bytes(b"")
    (root / "elsewhere.yaml").write_bytes(b"x")
    (root / "journeys" / "link.yaml").symlink_to("/etc/hostname")
    git(root.parent, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "one")
    return root


def test_files_are_read_as_they_were_with_any_name_and_bytes(project: Path) -> None:
    (project / "journeys" / "ä b.yaml").write_bytes(b"changed")
    assert files_at(project, "main", ["journeys", "jo.toml", "lists"]) == {
        "journeys/ä b.yaml": b"kind: topic\n\xff",
        "jo.toml": b"",
    }


@pytest.mark.parametrize("ref", ["nowhere", "--output=x", "-h", "", "main:jo.toml"])
def test_what_is_no_commit_is_told(ref: str, project: Path) -> None:
    with pytest.raises(GitError, match="no commit"):
        files_at(project, ref, ["journeys"])


def test_the_commit_says_whether_files_differ_from_it(project: Path) -> None:
    head = git(project, "rev-parse", "HEAD")
    assert commit(project) == head
    (project / "jo.toml").write_bytes(b"# changed")
    assert commit(project) == f"{head}+changes"


def test_a_change_outside_of_the_project_is_none_of_it(project: Path) -> None:
    (project.parent / "other.txt").write_bytes(b"new")
    assert commit(project) == git(project, "rev-parse", "HEAD")


def test_outside_of_a_repository_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert commit(tmp_path) is None
    with pytest.raises(GitError, match="This project is in no git repository"):
        files_at(tmp_path, "main", ["journeys"])


def test_without_git_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit(tmp_path) is None
    with pytest.raises(GitError, match="git cannot be run"):
        files_at(tmp_path, "main", ["journeys"])
