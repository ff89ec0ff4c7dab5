"""What `jo init` writes: a small project that runs at once, the language's schemas, and a signing key."""

import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

from jo.ports.errors import WorldError
from jo.workspace.cache import local_folder
from jo.workspace.files import schema_folder
from jo.workspace.private import open_private

KEY = ".jo/signing.key"
"""Where the settings of the starter look for the key."""

_STARTER = Path(__file__).parent / "starter"
_HIDDEN = {"gitignore": ".gitignore", "github": ".github"}
"""Name in the package → name in a project: hidden ones are easily left out of packages."""
_NAME = "$NAME"
_SPARE = frozenset({".gitignore", "README.md"})
"""What a repository may have already, and a project can do without: git never sees `.jo` as it is."""


def starter_files(name: str) -> dict[str, bytes]:
    """Return the files of a new project by their path in it; `name` is what the project is called."""
    files = {}
    for path in _files(_STARTER):
        first, *rest = path.relative_to(_STARTER).parts
        target = "/".join([_HIDDEN.get(first, first), *rest])
        files[target] = path.read_bytes().replace(_NAME.encode(), name.encode())
    schemas = schema_folder()
    for path in _files(schemas):
        files[f"schema/{path.relative_to(schemas).as_posix()}"] = path.read_bytes()
    return dict(sorted(files.items()))


def in_the_way(root: Path, files: Iterable[str]) -> list[str]:
    """Return the names that a new project needs and that are there already."""
    return [name for name in files if name not in _SPARE and os.path.lexists(root / name)]


def write_files(root: Path, files: dict[str, bytes]) -> list[str]:
    """Write new files; one that is there stays as it is. Returns what was written. Raises WorldError."""
    written = []
    for name, data in files.items():
        path = root / name
        if name in _SPARE and os.path.lexists(path):
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(data)
        except OSError as error:
            raise WorldError(f"{path} cannot be written: {error.strerror}.") from error
        written.append(name)
    return written


def make_key(root: Path) -> bool:
    """Make the signing key, readable by its owner only. Returns False when there is one already.

    Raises WorldError.
    """
    path = root / KEY
    try:
        local_folder(root)
        file = open_private(path, is_new=True)
    except FileExistsError:
        return False
    except OSError as error:
        raise WorldError(f"{path} cannot be written: {error.strerror}.") from error
    with file:
        file.write(f"{secrets.token_urlsafe(48)}\n".encode())
    return True


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
