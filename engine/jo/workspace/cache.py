"""What checking found, kept by content: the same files, settings, data and day have the same findings.

The cache lives in `.jo/cache`, one file for each way of checking. It is JSON, not pickle, because a project's
folder may come from a stranger. Whatever is wrong with it, it counts as empty; deleting it costs time only.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from jo._version import __version__
from jo.diagnostics.codes import Severity, find
from jo.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label, Safety
from jo.diagnostics.span import Position, Span
from jo.workspace.private import make_private, open_private

LOCAL = ".jo"
"""The project's folder for what belongs to this machine alone: store, cache, keys."""


def local_folder(root: Path) -> Path:
    """Return the project's own folder on this machine, made when it is not there, never seen by git."""
    folder = root / LOCAL
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    return folder


def make_local(path: Path) -> None:
    """Make the project's own folder where a path leads into it and it is not there."""
    for folder in (path, *path.parents):
        if folder.name == LOCAL:
            local_folder(folder.parent)


def digest(parts: Iterable[bytes]) -> str:
    """Return a digest of parts that tells their borders."""
    whole = hashlib.sha256(f"jo {__version__}".encode())
    for part in parts:
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.hexdigest()


def code_stamp() -> bytes:
    """Return what changes when jo itself is edited: a checkout's rules change without its version."""
    package = Path(__file__).resolve().parent.parent
    if not (package.parent.parent / "pyproject.toml").is_file():
        return b""
    return str(_newest(str(package))).encode()


def _newest(folder: str) -> int:
    """Return when a Python file below a folder was last written, in nanoseconds."""
    newest = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                newest = max(newest, entry.stat().st_mtime_ns)
            elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
                newest = max(newest, _newest(entry.path))
    return newest


class FindingsCache:
    """The findings of one way of checking a project."""

    def __init__(self, root: Path, variant: str) -> None:
        """`variant` tells the ways apart, such as the environment; the newest findings of each are kept."""
        self._root = root
        name = hashlib.sha256(variant.encode()).hexdigest()[:16]
        self._file = root / LOCAL / "cache" / f"findings-{name}.json"

    def load(self, key: str) -> tuple[Diagnostic, ...] | None:
        try:
            kept = json.loads(self._file.read_bytes())
            if kept["key"] != key:
                return None
            return tuple(map(_diagnostic, kept["found"]))
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None

    def save(self, key: str, found: Sequence[Diagnostic]) -> None:
        """Keep findings. Where nothing can be written, nothing is kept."""
        text = json.dumps({"key": key, "found": [_plain(item) for item in found]}, separators=(",", ":"))
        try:
            folder = local_folder(self._root) / "cache"
            make_private(folder)
            draft = folder / f"{self._file.name}.{os.getpid()}"
            with open_private(draft) as file:
                file.write(text.encode())
            draft.replace(self._file)
        except OSError:
            return


def _plain(item: Diagnostic) -> list[Any]:
    fix = item.fix and [
        item.fix.title,
        item.fix.safety,
        [[_place(edit.span), edit.text] for edit in item.fix.edits],
    ]
    return [
        item.code.id,
        item.severity,
        item.detail,
        item.help,
        item.address,
        item.at and _place(item.at),
        item.label,
        [[_place(other.span), other.text] for other in item.others],
        fix,
    ]


def _place(span: Span) -> list[Any]:
    return [span.file, span.start.line, span.start.column, span.end.line, span.end.column]


def _diagnostic(plain: list[Any]) -> Diagnostic:
    code, severity, detail, help, address, at, label, others, fix = plain
    found = find(code)
    if found is None:
        raise ValueError(f"{code} is no code")
    return Diagnostic(
        code=found,
        severity=Severity(severity),
        detail=detail,
        help=help,
        address=address,
        at=at and _span(at),
        label=label,
        others=tuple(Label(span=_span(place), text=text) for place, text in others),
        fix=fix
        and Fix(
            title=fix[0],
            safety=Safety(fix[1]),
            edits=tuple(Edit(span=_span(place), text=text) for place, text in fix[2]),
        ),
    )


def _span(place: list[Any]) -> Span:
    file, line, column, end_line, end_column = place
    return Span(file, Position(line, column), Position(end_line, end_column))
