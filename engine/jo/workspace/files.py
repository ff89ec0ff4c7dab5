"""The project's files: where a project begins, which files declare it, and the language's own schemas."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jo.workspace.settings import FILE

if TYPE_CHECKING:
    from jo.manifest.schemas import Schemas

FOLDERS = ("journeys", "lists", "templates")
"""Where manifests are looked for. Which of them holds what is convention, not meaning."""

BODIES = "templates"
_MANIFESTS = (".yaml", ".yml")


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
        return self.manifests.get(file) or self.bodies.get(file.removeprefix(f"{BODIES}/"))


def find_root(start: Path) -> Path | None:
    """Return the nearest folder, from `start` upwards, that holds a `jo.toml`."""
    here = start.resolve()
    return next((folder for folder in (here, *here.parents) if (folder / FILE).is_file()), None)


def read_files(root: Path) -> ProjectFiles:
    """Read every manifest and body below the project's folders. Raises OSError."""
    manifests, bodies = {}, {}
    for folder in FOLDERS:
        for path in _walk(root / folder):
            name = path.relative_to(root).as_posix()
            if path.suffix in _MANIFESTS:
                manifests[name] = path.read_bytes()
            elif folder == BODIES and path.suffix == ".j2":
                bodies[path.relative_to(root / BODIES).as_posix()] = path.read_bytes()
    return ProjectFiles(manifests=manifests, bodies=bodies)


def split(files: Mapping[str, bytes]) -> ProjectFiles:
    """Return the project among files that come from elsewhere, such as a git revision."""
    manifests, bodies = {}, {}
    for name, data in files.items():
        folder, _, rest = name.partition("/")
        if folder in FOLDERS and name.endswith(_MANIFESTS):
            manifests[name] = data
        elif folder == BODIES and name.endswith(".j2"):
            bodies[rest] = data
    return ProjectFiles(manifests=manifests, bodies=bodies)


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, sorted; hidden ones are left alone."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)
        elif path.is_file():
            yield path


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
