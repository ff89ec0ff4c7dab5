"""The project of a demonstration: a copy of this repository's sample, or else of what `jo init` writes."""

import shutil
from pathlib import Path

import jo
from jo.ports.errors import WorldError
from jo.workspace.files import FOLDERS
from jo.workspace.settings import FILE
from jo.workspace.starting import starter_files, write_files

MARK = ".jo-demo"
"""Tells that a folder was made by a demonstration, so that the next one may clear it."""


def sample() -> Path | None:
    """Return the sample project of the checkout that this jo runs from; None for an installed one."""
    root = Path(jo.__file__).resolve().parents[2]
    is_sample = (root / FILE).is_file() and all((root / folder).is_dir() for folder in FOLDERS)
    return root if is_sample else None


def lay_out(folder: Path, project: Path | None) -> None:
    """Make the folder a fresh copy of the project, or of the starter. Raises WorldError."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise WorldError(f"{folder} holds something else than a demonstration; choose another --dir.")
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / MARK).touch()
        if project is not None:
            for name in FOLDERS:
                if (project / name).is_dir():
                    shutil.copytree(project / name, folder / name)
            shutil.copyfile(project / FILE, folder / FILE)
    except OSError as error:
        raise WorldError(f"The demonstration cannot be laid out in {folder}: {error.strerror}.") from error
    if project is None:
        write_files(folder, starter_files("demo"))
