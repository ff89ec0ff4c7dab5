"""Projects for tests, compiled from YAML with the language's own schemas."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from jo.diagnostics.diagnostic import Diagnostic
from jo.manifest.compile import compile_project
from jo.manifest.compiled import Compiled
from jo.manifest.schemas import Schemas

SCHEMA_FOLDER = Path(__file__).parents[2] / "schema"

SCHEMAS = Schemas(
    {
        path.relative_to(SCHEMA_FOLDER).as_posix(): path.read_bytes()
        for path in SCHEMA_FOLDER.rglob("*.schema.json")
    }
)


def compiled(
    *texts: str, bodies: Mapping[str, str] | None = None, environment: str | None = None
) -> Compiled:
    """Compile texts as the files `0.yaml`, `1.yaml` and so on."""
    files = {f"{index}.yaml": dedent(text).encode() for index, text in enumerate(texts)}
    return compile_project(
        files,
        {name: text.encode() for name, text in (bodies or {}).items()},
        SCHEMAS,
        environment=environment,
    )


def said(diagnostics: tuple[Diagnostic, ...]) -> list[str]:
    """Return code and place of each diagnostic, such as `J103 0.yaml:4:1`."""
    return [f"{found.code.id} {found.at}" for found in diagnostics]
