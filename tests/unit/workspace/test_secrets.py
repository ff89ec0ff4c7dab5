"""Secrets: references that are resolved right before use."""

from pathlib import Path

import pytest

from jo.workspace.secrets import MissingSecretError, Secret, is_reference


def test_a_variable_is_read_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = Secret("env:A_PASSWORD", tmp_path)
    monkeypatch.setenv("A_PASSWORD", "hush")
    assert secret.reveal() == "hush"
    monkeypatch.setenv("A_PASSWORD", "")
    with pytest.raises(MissingSecretError, match="A_PASSWORD"):
        secret.reveal()


def test_a_file_is_read_from_the_projects_root_and_stripped(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hush\n", encoding="utf-8")
    assert Secret("file:key", tmp_path).reveal() == "hush"
    assert Secret(f"file:{tmp_path / 'key'}", Path("elsewhere")).reveal() == "hush"


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", "hush".encode("utf-16-le")])
def test_a_file_that_cannot_be_read_is_told_by_its_name(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    secret = Secret("file:key", tmp_path)
    assert not secret.is_there
    with pytest.raises(MissingSecretError, match="key"):
        secret.reveal()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("env:A", True), ("file:a b", True), ("env:", False), ("hunter2", False), ("ENV:A", False)],
)
def test_a_reference_is_told_from_a_secret(text: str, expected: bool) -> None:
    assert is_reference(text) is expected
