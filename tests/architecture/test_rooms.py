"""What the layers cannot say: the core touches nothing of the world, and each library has one home."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ENGINE = Path(__file__).parents[2] / "engine" / "jo"

CORE = (
    "diagnostics",
    "timing",
    "conditions",
    "model",
    "steps",
    "manifest",
    "graph",
    "render",
    "checks",
    "flow",
    "plan",
    "reports",
    "ports",
)

WORLDLY = frozenset(
    {
        "asyncio",
        "concurrent",
        "ctypes",
        "fcntl",
        "glob",
        "http",
        "io",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "random",
        "secrets",
        "select",
        "selectors",
        "shutil",
        "signal",
        "smtplib",
        "socket",
        "socketserver",
        "sqlite3",
        "ssl",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "uuid",
    }
)
"""Modules of the standard library that reach a file, process, clock, socket, chance or log."""

ALLOWED = {
    ("render", "io"): "IncrementalNewlineDecoder, which only reads line ends",
    ("render", "urllib"): "urllib.parse, which only takes texts apart",
}

HOMES = {
    "yaml": {"manifest"},
    "jsonschema_rs": {"manifest"},
    "sqlglot": {"conditions"},
    "networkx": {"graph"},
    "jinja2": {"render", "workers"},
    "markupsafe": {"render", "workers"},
    "mjml": {"render"},
    "css_inline": {"render"},
    "markdown_it": {"render"},
    "duckdb": {"warehouse"},
    "sqlalchemy": {"store"},
    "psycopg": {"store"},
    "alembic": {"store"},
    "cronsim": {"timing"},
    "apscheduler": {"daemon"},
    "starlette": {"web"},
    "uvicorn": {"web"},
    "rich": {"views"},
    "click": {"cli"},
    "cryptography": {"mail"},
}
"""Library → the rooms it may be imported in."""


def modules(room: str = "") -> list[Path]:
    return sorted((ENGINE / room).rglob("*.py"))


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Yield (first name of a module, line) of every import, wherever it stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((name.name.partition(".")[0], node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0], node.lineno


def room_of(path: Path) -> str:
    return path.relative_to(ENGINE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("room", CORE)
def test_the_core_imports_nothing_that_reaches_the_world(room: str) -> None:
    found = [
        f"{path.relative_to(ENGINE)}:{line} imports {name}"
        for path in modules(room)
        for name, line in imported(path)
        if name in WORLDLY and (room, name) not in ALLOWED
    ]

    assert found == []


@pytest.mark.parametrize("room", CORE)
def test_the_core_reads_no_clock_and_opens_nothing(room: str) -> None:
    found = [
        f"{path.relative_to(ENGINE)}:{node.lineno} calls {ast.unparse(node.func)}"
        for path in modules(room)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func)
        in {
            "datetime.now",
            "datetime.utcnow",
            "datetime.today",
            "date.today",
            "open",
            "print",
            "input",
            "exec",
            "eval",
        }
    ]

    assert found == []


def test_each_library_is_imported_in_its_home_alone() -> None:
    found = [
        f"{path.relative_to(ENGINE)}:{line} imports {name}"
        for path in modules()
        for name, line in imported(path)
        if name in HOMES and room_of(path) not in HOMES[name]
    ]

    assert found == []


def test_every_room_is_spoken_for() -> None:
    rooms = {path.name for path in ENGINE.iterdir() if (path / "__init__.py").is_file()}

    assert set(CORE) <= rooms
    assert all(homes <= rooms for homes in HOMES.values())
