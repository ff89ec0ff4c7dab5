"""Small projects for tests of rules: a case on top of the standard prelude."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from jo.checks.runner import run
from jo.diagnostics.diagnostic import Diagnostic
from jo.diagnostics.span import Span
from jo.manifest.compile import compile_project
from jo.manifest.compiled import Compiled
from jo.workspace.files import load_schemas

PRELUDE = Path(__file__).parents[1] / "rules" / "prelude"
TODAY = date(2026, 12, 1)

_DECLARES = re.compile(r"^kind: *(\w+)\nname: *(\S+)", re.MULTILINE)
_FENCE = re.compile(r"^```(\w+)(?: +(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_RUNNABLE = frozenset({"yaml", "markdown", "html", "xml"})
_EXAMPLE = "journeys/example.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    manifests: Mapping[str, str]
    """By path from the project's root."""
    bodies: Mapping[str, str] = field(default_factory=dict)
    """By path below `templates/`."""


def compile_case(case: Case) -> Compiled:
    """Compile a case beside the parts of the prelude that it does not declare itself."""
    own = {match for text in case.manifests.values() for match in _DECLARES.findall(text)}
    manifests, bodies = prelude()
    files = {name: text for name, text in manifests.items() if _DECLARES.findall(text)[0] not in own}
    return compile_project(
        {name: text.encode() for name, text in (files | dict(case.manifests)).items()},
        {name: text.encode() for name, text in (bodies | dict(case.bodies)).items()},
        load_schemas(),
        variables={"product": "Acme"},
    )


def check_case(case: Case) -> list[Diagnostic]:
    """Return what is said about the case's own files."""
    own = {*case.manifests, *(f"templates/{name}" for name in case.bodies)}
    found = run(compile_case(case), today=TODAY)
    return [each for each in found if each.at is None or each.at.file in own]


def example(section: str) -> Case | None:
    """Return the files that stand in a section of a page; None when there is nothing to run."""
    manifests: dict[str, str] = {}
    bodies: dict[str, str] = {}
    for language, name, text in _FENCE.findall(section):
        if language not in _RUNNABLE:
            continue
        if name.startswith("templates/"):
            bodies[name.removeprefix("templates/")] = text
        else:
            manifests[name or _EXAMPLE] = text
    return Case(manifests=manifests, bodies=bodies) if manifests else None


def folder_case(manifest: Path) -> Case:
    """Return the case of one file in a folder of `tests/rules`; all that is no YAML is a body."""
    beside = manifest.parent.iterdir()
    bodies = {path.name: path.read_text() for path in beside if path.name.endswith(".j2")}
    return Case(manifests={f"journeys/{manifest.name}": manifest.read_text()}, bodies=bodies)


def shown(diagnostics: Iterable[Diagnostic]) -> str:
    """Return diagnostics in the form of the golden files: what is said, and where, without any decoration."""
    lines = []
    for each in diagnostics:
        lines.append(f"{_place(each.at)} {each.severity} {each.code}: {each.label}")
        lines.append(f"    {each.detail}")
        lines += [f"    help: {line}" for line in each.help.splitlines()]
        lines += [f"    {_place(other.span)} {other.text}" for other in each.others]
    return "".join(f"{line}\n" for line in lines)


def _place(span: Span | None) -> str:
    if span is None:
        return "nowhere"
    start, end = span.start, span.end
    file = span.file.rpartition("/")[2]
    return f"{file}:{start}-{end.column if end.line == start.line else end}"


@cache
def prelude() -> tuple[dict[str, str], dict[str, str]]:
    """Return the manifests, and the bodies below `templates/`, by path."""
    texts = {path.name: path.read_text() for path in sorted(PRELUDE.iterdir())}
    manifests = {f"lists/{name}": text for name, text in texts.items() if name.endswith(".yaml")}
    bodies = {name: text for name, text in texts.items() if name.endswith(".j2")}
    return manifests, {f"layouts/{name}" if "html" in name else name: text for name, text in bodies.items()}
