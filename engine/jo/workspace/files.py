"""The project's files: where a project begins, which files declare it, and the language's own schemas."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jo.ports.errors import WorldError
from jo.workspace.settings import FILE

if TYPE_CHECKING:
    from jo.manifest.schemas import Schemas

FOLDERS = ("journeys", "lists", "templates")
"""Where manifests are looked for. Which of them holds what is convention, not meaning."""

BODIES = "templates"
_MANIFESTS = (".yaml", ".yml")
_BODY = ".j2"
_DECLARES = (*_MANIFESTS, _BODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFiles:
    """The bytes of a project, by path relative to its root, with forward slashes."""

    manifests: Mapping[str, bytes]
    bodies: Mapping[str, bytes]
    """Relative to `templates/`."""

    @property
    def count(self) -> int:
        return len(self.manifests) + len(self.bodies)

    def read(self, file: str) -> bytes | None:
        """Return the bytes of a file by its path from the root; None for one that is not the project's."""
        found = self.manifests.get(file)
        return found if found is not None else self.bodies.get(file.removeprefix(f"{BODIES}/"))


def find_root(start: Path) -> Path | None:
    """Return the nearest folder, from `start` upwards, that holds a `jo.toml`."""
    here = start.resolve()
    return next((folder for folder in (here, *here.parents) if (folder / FILE).is_file()), None)


def read_files(root: Path) -> ProjectFiles:
    """Read every manifest and body below the project's folders. Raises WorldError."""
    try:
        return split({name: _read(path) for name, path in _files(root)})
    except OSError as error:
        name = os.path.relpath(str(error.filename), root)
        raise WorldError(f"{name} cannot be read: {error.strerror}.") from error


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - twice as fast, and there are thousands
        return file.read()


def split(files: Mapping[str, bytes]) -> ProjectFiles:
    """Return the project among files that come from elsewhere, such as a git revision."""
    manifests, bodies = {}, {}
    for name, data in files.items():
        folder, _, rest = name.partition("/")
        if folder in FOLDERS and name.endswith(_MANIFESTS):
            manifests[name] = data
        elif folder == BODIES and name.endswith(_BODY):
            bodies[rest] = data
    return ProjectFiles(manifests=manifests, bodies=bodies)


def _files(root: Path) -> Iterator[tuple[str, str]]:
    """Yield name from the root and path of each file that declares something, in a fixed order."""
    for folder in FOLDERS:
        if (root / folder).is_dir():
            yield from _walk(folder, str(root / folder))


def _walk(name: str, path: str) -> Iterator[tuple[str, str]]:
    """Walk a folder, hidden entries and links to folders left out. Large projects have thousands of files."""
    with os.scandir(path) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(f"{name}/{entry.name}", entry.path)
            elif entry.name.endswith(_DECLARES) and entry.is_file():
                yield f"{name}/{entry.name}", entry.path


@cache
def load_schemas() -> "Schemas":
    """Return the language's schemas: the checkout's, else those that were shipped with the package."""
    from jo.manifest.schemas import Schemas

    folder = schema_folder()
    return Schemas(
        {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*.schema.json"))
        }
    )


def schema_folder() -> Path:
    package = Path(__file__).resolve().parent.parent
    checkout = package.parent.parent / "schema"
    is_checkout = (package.parent.parent / "pyproject.toml").is_file() and checkout.is_dir()
    return checkout if is_checkout else package / "_schema"
