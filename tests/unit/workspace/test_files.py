"""Which files are a project's."""

from pathlib import Path

from jo.workspace.files import find_root, load_schemas, read_files, split


def a_project(root: Path) -> Path:
    for name in (
        "jo.toml",
        "journeys/deep/er/a.yaml",
        "journeys/b.yml",
        "journeys/notes.md",
        "journeys/.hidden/c.yaml",
        "lists/data/people.csv",
        "templates/mails.yaml",
        "templates/welcome.md.j2",
        "templates/layouts/plain.html.j2",
        "templates/picture.png",
        "tests/d.yaml",
    ):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return root


def test_manifests_and_bodies_are_found_and_nothing_else(tmp_path: Path) -> None:
    files = read_files(a_project(tmp_path))
    assert list(files.manifests) == ["journeys/b.yml", "journeys/deep/er/a.yaml", "templates/mails.yaml"]
    assert list(files.bodies) == ["layouts/plain.html.j2", "welcome.md.j2"]
    assert files.count == 5


def test_a_file_is_read_by_its_path_from_the_root(tmp_path: Path) -> None:
    files = read_files(a_project(tmp_path))
    assert files.read("templates/welcome.md.j2") == b"templates/welcome.md.j2"
    assert files.read("journeys/b.yml") == b"journeys/b.yml"
    assert files.read("tests/d.yaml") is None


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "journeys").mkdir()
    (tmp_path / "journeys" / "again").symlink_to(tmp_path / "journeys", target_is_directory=True)
    assert read_files(tmp_path).count == 0


def test_files_of_a_commit_are_split_alike(tmp_path: Path) -> None:
    root = a_project(tmp_path)
    everything = {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }
    del everything["journeys/.hidden/c.yaml"]
    here, there = read_files(root), split(everything)
    assert dict(there.manifests) == dict(here.manifests)
    assert dict(there.bodies) == dict(here.bodies)


def test_the_nearest_settings_upwards_begin_a_project(tmp_path: Path) -> None:
    root = a_project(tmp_path)
    assert find_root(root / "journeys" / "deep") == root
    (root / "journeys" / "jo.toml").write_text("", encoding="utf-8")
    assert find_root(root / "journeys" / "deep") == root / "journeys"


def test_the_schemas_are_there() -> None:
    assert "program.schema.json" in load_schemas().names
