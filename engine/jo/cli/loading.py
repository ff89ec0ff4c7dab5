"""What most commands begin with: the project around here, its settings, compiled and checked.

A command that cannot go on shows why and ends with its exit code from here, by click's own `Exit`.
"""

import gc
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from jo.cli.exits import Exit
from jo.cli.options import Format, Place
from jo.diagnostics.codes import NO_PROJECT, Severity
from jo.diagnostics.diagnostic import Diagnostic, has_errors
from jo.diagnostics.span import Span
from jo.reports.diagnosis import Diagnosis
from jo.reports.wording import listed
from jo.views.console import Console
from jo.workspace.files import ProjectFiles, find_root, load_schemas, read_files
from jo.workspace.read_settings import load_settings
from jo.workspace.settings import FILE, Settings

if TYPE_CHECKING:
    from jo.manifest.compiled import Compiled
    from jo.manifest.schemas import Schemas
    from jo.model.address import Address, Kind
    from jo.model.project import Project
    from jo.ports.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A project folder with its settings."""

    root: Path
    settings: Settings
    diagnostics: tuple[Diagnostic, ...]
    """Of the settings."""
    text: str
    """Of jo.toml, for showing where a finding stands."""

    def today(self, now: datetime) -> date:
        """Return the project's own date."""
        from jo.timing.zones import load_zone, local_date

        zone = load_zone(self.settings.zone)
        assert zone is not None
        return local_date(now, zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A project that was compiled and checked."""

    workspace: Workspace
    files: ProjectFiles
    schemas: "Schemas"
    compiled: "Compiled"
    found: tuple[Diagnostic, ...]
    """Findings in the project, and in its settings as far as they belong to it."""

    @property
    def project(self) -> "Project":
        return self.compiled.project

    @property
    def settings(self) -> Settings:
        return self.workspace.settings


def find_workspace(place: Place, form: Format = Format.HUMAN) -> Workspace:
    """Find the project and read its settings, broken or not; ends the command when there is no project."""
    start = place.project or Path.cwd()
    if place.project is None:
        root = find_root(start)
    else:
        root = start.resolve() if (start / FILE).is_file() else None
    if root is None:
        where = f"`{place.project}`" if place.project else "this folder or in one above it"
        missing = Diagnostic(
            code=NO_PROJECT,
            detail=f"There is no `{FILE}` in {where}.",
            at=None,
            help="Start a project with\n    jo init my-journeys",
        )
        refuse(place.console, Diagnosis.of([missing], {}, 0), form)
    settings, diagnostics = load_settings(root, os.environ, place.environment)
    try:
        text = (root / FILE).read_bytes().decode("utf-8", errors="replace")
    except OSError:  # said by the settings already
        text = ""
    return Workspace(root=root, settings=settings, diagnostics=diagnostics, text=text)


def load_workspace(place: Place, form: Format = Format.HUMAN) -> Workspace:
    """Find the project and read its settings; ends the command when there is none, or they are broken."""
    workspace = find_workspace(place, form)
    if has_errors(workspace.diagnostics):
        refuse(place.console, Diagnosis.of(workspace.diagnostics, {FILE: workspace.text}, 1), form)
    return workspace


def check_files(workspace: Workspace, files: ProjectFiles, now: datetime) -> Checked:
    """Compile the project, and run every rule over it and over the settings that it needs."""
    from jo.checks.runner import run
    from jo.manifest.compile import compile_project
    from jo.workspace.check_settings import check_settings

    schemas, settings = load_schemas(), workspace.settings
    with _without_collector():
        compiled = compile_project(
            files.manifests,
            files.bodies,
            schemas,
            zone=settings.zone,
            variables=settings.variables,
            environment=settings.environment,
        )
        is_read = not has_errors(workspace.diagnostics)  # else what is missing is a consequence
        besides = check_settings(settings, compiled) if is_read else ()
        found = run(compiled, today=workspace.today(now), besides=besides)
    return Checked(workspace=workspace, files=files, schemas=schemas, compiled=compiled, found=found)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Spare the garbage collector: a project is one large value without circles, and stays to the end."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def load_checked(place: Place, now: datetime, form: Format = Format.HUMAN) -> Checked:
    """Load, compile and check; ends the command when the project is not valid, and counts warnings."""
    workspace = load_workspace(place, form)
    checked = check_files(workspace, read_files(workspace.root), now)
    found = [*workspace.diagnostics, *checked.found]
    if has_errors(found):
        refuse(place.console, diagnose(found, checked.files, workspace.text), form)
    warnings = sum(item.severity is Severity.WARNING for item in found)
    if warnings and form is Format.HUMAN:
        counted = "1 warning" if warnings == 1 else f"{warnings} warnings"
        place.console.remark(f"{counted}: see `jo validate`.")
    return checked


def find_address(checked: Checked, text: str, *kinds: "Kind") -> "Address":
    """Return the resource of an address, or of a name alone: of the kinds, the first that has it.

    Raises click's usage error with the near miss.
    """
    from jo.diagnostics.nearest import suggestion
    from jo.model.address import Address

    known = checked.project.resources.keys() | checked.compiled.broken
    found = next((item for item in known if str(item) == text), None)
    for kind in kinds:
        found = found or next((item for item in known if item == Address(kind, text)), None)
    if found is None:
        wanted = [item for item in known if not kinds or item.kind in kinds]
        names = [str(item) if "/" in text else item.name for item in wanted]
        noun = listed([str(kind).replace("_", " ") for kind in kinds], last="or") or "resource"
        raise click.UsageError(f"There is no {noun} `{text}`. {suggestion(text, names, noun='name')}")
    return found


def diagnose(found: Iterable[Diagnostic], files: ProjectFiles, settings: str) -> Diagnosis:
    """Return findings with the texts that are needed to show them."""
    found = list(found)
    named = {span.file for item in found for span in _spans(item)}
    texts: dict[str, str] = {FILE: settings} if FILE in named else {}
    for file in named - {FILE}:
        data = files.read(file)
        if data is not None:
            texts[file] = data.decode("utf-8-sig", errors="replace")
    return Diagnosis.of(found, texts, files.count)


def _spans(item: Diagnostic) -> list[Span]:
    places = [item.at] if item.at is not None else []
    return [*places, *(other.span for other in item.others)]


def show_diagnosis(console: Console, diagnosis: Diagnosis, form: Format) -> None:
    """Write findings to standard output."""
    match form:
        case Format.HUMAN:
            from jo.views import human

            console.show(human.render(diagnosis, console.look))
        case Format.JSON:
            from jo.views import as_json

            console.show(as_json.render(diagnosis))
        case Format.GITHUB:
            from jo.views import github

            console.show(github.render(diagnosis))
        case Format.SARIF:
            from jo.views import sarif

            console.show(sarif.render(diagnosis))


def refuse(console: Console, diagnosis: Diagnosis, form: Format) -> NoReturn:
    """Show why the project cannot be used, and end the command."""
    show_diagnosis(console, diagnosis, form)
    raise click.exceptions.Exit(Exit.INVALID)


def present() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


def present_in(store: "Store") -> datetime:
    """Return what time it is for a store: one that lives by a fast clock has a present of its own."""
    from jo.daemon import clocks

    with store.read() as work:
        return clocks.present_in(work)
