"""Sources over real files for tests: a project's YAML, files by name, and the warehouse over them."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from jo.manifest.compiled import Compiled
from jo.model.project import Project
from jo.ports.warehouse import Audience, Fact, Finding, Warehouse
from jo.warehouse import open_warehouse
from jo.warehouse.database import Limits
from jo.warehouse.location import SourceLocation
from tests.support.manifests import compiled

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
TODAY = date(2026, 12, 1)


@dataclass(frozen=True, kw_only=True)
class Given:
    """A project, its files and a warehouse over them, with the questions that tests ask."""

    root: Path
    project: Project
    warehouse: Warehouse

    def check(self, source: str) -> Sequence[Finding]:
        return self.warehouse.check(self.project, self.project.sources[source])

    def found(self, source: str) -> list[str]:
        """Return code, field and severity of each finding, such as `J602 age warning`."""
        return [f"{each.code.id} {each.field} {each.severity}" for each in self.check(source)]

    def audience(self, name: str) -> Audience:
        return self.warehouse.audience(self.project, self.project.lists[name], today=TODAY, now=NOW)

    def keys(self, name: str) -> list[str]:
        return [member.key for member in self.audience(name).members]

    def facts(self, source: str, keys: Sequence[str] | None = None, **more: Any) -> list[Fact]:
        declared = self.project.sources[source]
        return list(self.warehouse.facts(self.project, declared, keys, declared.fields, **more))

    def values(self, source: str, field: str) -> list[Any]:
        return [fact.data[field] for fact in self.facts(source)]

    def write(self, name: str, content: "Content") -> Path:
        path = self.root / name
        path.write_bytes(as_bytes(content))
        return path


Content = bytes | str | Sequence[Mapping[str, Any]]
"""A file as it is, or rows that are written as CSV."""


def open_files(
    root: Path,
    manifest: str,
    files: Mapping[str, Content],
    *,
    limits: Limits | None = None,
    **settings: Mapping[str, Any],
) -> Given:
    """Write files and open a warehouse; a source lies in `NAME.csv` unless its settings say otherwise."""
    project = accepted(compiled(manifest))
    for name, content in files.items():
        (root / name).write_bytes(as_bytes(content))
    locations = {
        name: SourceLocation(name=name, root=root, **{"path": f"{name}.csv", **settings.get(name, {})})
        for name in project.sources
    }
    return Given(root=root, project=project, warehouse=open_warehouse(locations, limits))


def accepted(result: Compiled) -> Project:
    assert result.diagnostics == (), [each.detail for each in result.diagnostics]
    return result.project


def as_bytes(content: Content) -> bytes:
    if isinstance(content, bytes):
        return content
    return (content if isinstance(content, str) else as_csv(content)).encode()


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows; the columns are those of the first one, None is an empty field."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
