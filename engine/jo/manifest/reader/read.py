"""From bytes to a Reading: encoding and size first, then the quick builder, then the careful one."""

import codecs

from jo.diagnostics.codes import NOT_TEXT, TOO_LARGE
from jo.diagnostics.diagnostic import Diagnostic, order
from jo.diagnostics.span import Position, Span
from jo.manifest.document import Document, Reading
from jo.manifest.reader import limits
from jo.manifest.reader.ignores import MARK, ignores
from jo.manifest.reader.positions import TreePositions
from jo.manifest.reader.quick import quick
from jo.manifest.reader.tree import grow


def read(file: str, data: bytes) -> Reading:
    """Read the YAML in `data`. `file` only names it in spans. Returns codes J001 to J008 and J908."""
    if len(data) > limits.FILE_BYTES:
        return Reading(text="", documents=(), diagnostics=(_too_large(file, len(data)),))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Reading(
            text=data.decode("utf-8-sig", errors="replace"),
            documents=(),
            diagnostics=(_not_text(file, data, error.start),),
        )
    values = quick(text)
    if values is not None:
        positions = TreePositions(file, text, lambda: grow(file, text).trees)
        documents = tuple(
            Document(file=file, index=index, value=value, positions=positions)
            for index, value in enumerate(values)
        )
        return Reading(text=text, documents=documents, diagnostics=())
    return _with_care(file, text)


def _with_care(file: str, text: str) -> Reading:
    forest = grow(file, text)
    positions = TreePositions(file, text, lambda: forest.trees)
    found, bad = ignores(file, text, sorted(forest.written)) if MARK.search(text) else ((), ())
    return Reading(
        text=text,
        documents=tuple(
            Document(file=file, index=index, value=tree.value, positions=positions)
            for index, tree in enumerate(forest.trees)
        ),
        diagnostics=tuple(order([*forest.faults, *bad])),
        ignores=found,
    )


def _too_large(file: str, size: int) -> Diagnostic:
    return Diagnostic(
        code=TOO_LARGE,
        at=Span.point(file),
        detail=f"The file has {size:,} bytes; jo reads YAML files up to {limits.FILE_BYTES:,}.",
        help="Split it: a resource may stand in any file. Data belongs in a source, not in YAML.",
    )


def _not_text(file: str, data: bytes, offset: int) -> Diagnostic:
    """Place the fault by its line and column in code points, as far as the text before it can be read."""
    before = data[:offset].decode("utf-8-sig", errors="replace")
    here = Position(before.count("\n") + 1, len(before) - before.rfind("\n"))
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    what = (
        "The file looks like UTF-16"
        if is_utf16
        else f"Byte {offset} of the file ({data[offset]:#04x}) begins no character of UTF-8"
    )
    return Diagnostic(
        code=NOT_TEXT,
        at=Span(file, here, Position(here.line, here.column + 1)),
        label="" if is_utf16 else "not UTF-8",
        detail=f"{what}, so names could reach people mangled.",
        help="Save the file as UTF-8. Editors offer this as “Save with encoding”.",
    )
