"""What most commands begin with: the project around here, its settings, and what is wrong with them."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from jo.diagnostics.codes import NO_PROJECT
from jo.diagnostics.diagnostic import Diagnostic
from jo.workspace.files import ProjectFiles, find_root, read_files
from jo.workspace.settings import FILE, Settings, load_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A project folder with its settings."""

    root: Path
    settings: Settings
    diagnostics: tuple[Diagnostic, ...]

    def files(self) -> ProjectFiles:
        return read_files(self.root)


def workspace_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which project and environment a command is about."""
    command = click.option(
        "--env", "environment", metavar="NAME", help="Use `[env.NAME]` of jo.toml (also JO_ENV)."
    )(command)
    return click.option(
        "-C",
        "--project",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="The project's folder; by default the nearest one upwards that holds jo.toml.",
    )(command)


def load_workspace(project: Path | None, environment: str | None) -> Workspace | Diagnostic:
    """Find the project and read its settings. A diagnostic when there is none."""
    start = project or Path.cwd()
    root = find_root(start) if project is None else (start if (start / FILE).is_file() else None)
    if root is None:
        detail = f"There is no `{FILE}` in `{start}`" + ("." if project else " or in a folder above it.")
        return Diagnostic(
            code=NO_PROJECT, detail=detail, at=None, help="Start a project with\n    jo init my-journeys"
        )
    settings, diagnostics = load_settings(root, os.environ, environment)
    return Workspace(root=root, settings=settings, diagnostics=diagnostics)
