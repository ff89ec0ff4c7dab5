"""`jo validate`: checks the project like a compiler, and remembers what it found."""

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import click

from jo.cli.exits import Exit
from jo.cli.loading import (
    Workspace,
    check_files,
    diagnose,
    find_workspace,
    present,
    show_diagnosis,
)
from jo.cli.options import Format, Place, format_option, workspace_options
from jo.diagnostics.codes import Severity
from jo.diagnostics.diagnostic import Diagnostic
from jo.workspace.cache import FindingsCache, code_stamp, digest
from jo.workspace.files import ProjectFiles, read_files


@click.command("validate")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--data/--no-data",
    default=True,
    help="Hold the declared sources against the real files (default), or do not read them.",
)
@format_option
@workspace_options
def command(place: Place, *, paths: tuple[Path, ...], data: bool, form: Format) -> int:
    """Check the project like a compiler: every fault at its line, many in one run.

    With PATHS, only what is found in these files and folders is shown. Ends with 0 when there is no error,
    else with 3; warnings do not count.

    \b
      jo validate                      everything
      jo validate journeys/            what is wrong there
      jo validate --env production     with the production's settings and overlays
      jo validate --format github      as annotations of a pull request
    """
    workspace = find_workspace(place, form)
    now = present()
    files = read_files(workspace.root)
    found = [*workspace.diagnostics, *_findings(place, workspace, files, now, data=data)]
    if paths:
        found = _within(found, paths, workspace.root)
    diagnosis = diagnose(found, files, workspace.text)
    show_diagnosis(place.console, diagnosis, form)
    return Exit.INVALID if diagnosis.count(Severity.ERROR) else Exit.OK


def _findings(
    place: Place, workspace: Workspace, files: ProjectFiles, now: datetime, *, data: bool
) -> Sequence[Diagnostic]:
    """Return what the project's check finds, from the cache when nothing has changed since."""
    cache = FindingsCache(workspace.root, f"{workspace.settings.environment} {data}")
    key = digest(_what_matters(workspace, files, now, data=data))
    known = cache.load(key)
    if known is not None:
        return known
    with place.console.progress("Checking the project") as progress:
        checked = check_files(workspace, files, now)
        found = list(checked.found)
        if data:
            from jo.cli.sources import check_sources

            found += check_sources(checked, progress)
    cache.save(key, found)
    return found


def _what_matters(workspace: Workspace, files: ProjectFiles, now: datetime, *, data: bool) -> Iterator[bytes]:
    """Yield everything that findings depend on, in a fixed order."""
    settings = workspace.settings
    yield code_stamp()
    yield repr(settings).encode()
    yield workspace.today(now).isoformat().encode()
    yield repr([secret.is_there for _, secret in settings.secrets()]).encode()
    for name, content in (*sorted(files.manifests.items()), *sorted(files.bodies.items())):
        yield name.encode(errors="surrogateescape")
        yield content
    if data:
        for name, source in sorted(settings.sources.items()):
            yield f"{name} {_state(settings.root / source.path)}".encode()


def _state(file: Path) -> str:
    """Return what changes when a file is written again; reading gigabytes to know it would take too long."""
    try:
        state = file.stat()
    except (OSError, ValueError):
        return "away"
    return f"{state.st_ino} {state.st_size} {state.st_mtime_ns} {os.access(file, os.R_OK)}"


def _within(found: Sequence[Diagnostic], paths: Sequence[Path], root: Path) -> list[Diagnostic]:
    """Return the findings in these files and folders."""
    wanted = [path.resolve() for path in paths]
    return [
        item
        for item in found
        if item.at is not None and any((root / item.at.file).is_relative_to(path) for path in wanted)
    ]
