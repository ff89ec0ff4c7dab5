"""What `jo init` writes."""

import json
import re
import stat
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from jo.ports.errors import WorldError
from jo.workspace.starting import KEY, in_the_way, make_key, starter_files, write_files


def test_the_files_name_the_project_and_no_placeholder_is_left() -> None:
    files = starter_files("my-shop")
    assert b'name = "my-shop"' in files["jo.toml"]
    assert not [name for name, data in files.items() if b"$NAME" in data]


def test_hidden_files_get_their_dots() -> None:
    names = starter_files("a")
    assert {".gitignore", ".github/workflows/journeys.yml"} <= names.keys()
    assert not [name for name in names if name.startswith("git")]


def test_a_key_is_its_owners_alone_and_never_replaced(tmp_path: Path) -> None:
    assert make_key(tmp_path)
    key = tmp_path / KEY
    first = key.read_text(encoding="ascii")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(first.strip()) >= 32
    assert not make_key(tmp_path)
    assert key.read_text(encoding="ascii") == first


def test_keys_differ(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        make_key(tmp_path / name)
    assert (tmp_path / "a" / KEY).read_bytes() != (tmp_path / "b" / KEY).read_bytes()


def test_what_is_there_stays(tmp_path: Path) -> None:
    files = {"README.md": b"new", ".gitignore": b"new", "lists/a.yaml": b"new"}
    (tmp_path / "README.md").write_bytes(b"old")
    assert in_the_way(tmp_path, files) == []
    assert write_files(tmp_path, files) == [".gitignore", "lists/a.yaml"]
    assert (tmp_path / "README.md").read_bytes() == b"old"
    assert in_the_way(tmp_path, files) == ["lists/a.yaml"]
    with pytest.raises(WorldError, match="cannot be written"):
        write_files(tmp_path, {"lists/a.yaml": b"newer"})
    assert (tmp_path / "lists" / "a.yaml").read_bytes() == b"new"


def test_a_dangling_link_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "jo.toml").symlink_to("nowhere")
    assert in_the_way(tmp_path, ["jo.toml"]) == ["jo.toml"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "lists").write_bytes(b"a file")
    with pytest.raises(WorldError, match="cannot be written"):
        write_files(tmp_path, {"lists/a.yaml": b""})


def test_an_editor_finds_nothing_wrong_with_the_manifests() -> None:
    # given the schemas that the first line of each file names, as an editor reads them
    files = starter_files("a")
    schemas = {
        name.removeprefix("schema/"): json.loads(data)
        for name, data in files.items()
        if name.startswith("schema/")
    }
    registry = Registry().with_resources(
        (f"{name}", Resource.from_contents(schema)) for name, schema in schemas.items()
    )
    manifests = {name: data.decode() for name, data in files.items() if name.endswith(".yaml")}
    assert manifests
    for name, text in manifests.items():
        (named,) = re.findall(r"\A# yaml-language-server: \$schema=\.\./schema/(\S+)\n", text)
        validator = Draft202012Validator(schemas[named], registry=registry)
        # when it holds each document against that schema, then all is well
        for document in yaml.safe_load_all(text):
            assert [error.message for error in validator.iter_errors(document)] == [], name
            wrong = {**document, "nmae": "x"}
            assert list(validator.iter_errors(wrong)), f"{name} would take any key"
