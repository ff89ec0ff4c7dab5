"""Comments by which an author says that findings are meant: `# jo: ignore[J205] because …`.

Both the code (or slug; several with commas) and the reason are required. Whether an ignore matches
anything is for the checks to find out.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from jo.diagnostics import codes
from jo.diagnostics.codes import BAD_IGNORE
from jo.diagnostics.diagnostic import Diagnostic
from jo.diagnostics.nearest import nearest
from jo.diagnostics.span import Position, Span
from jo.manifest.document import Ignore
from jo.manifest.reader import limits

MARK = re.compile(r"jo:[ \t]*ignore")
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_COMMENT = re.compile(r"(?<!\S)#[ \t]*jo:[ \t]*ignore\b[ \t]*(?:\[([^\]]*)\])?[ \t]*(.*)")
_FORM = "# jo: ignore[J205] why it is meant"


def ignores(
    file: str, text: str, written: Sequence[tuple[int, int]]
) -> tuple[tuple[Ignore, ...], tuple[Diagnostic, ...]]:
    """Return the ignores in the comments of `text`, and what is wrong with others.

    `written` are the stretches of quoted and block scalars, sorted, as indexes.
    """
    good: list[Ignore] = []
    faults: list[Diagnostic] = []
    waiting: list[Ignore] = []  # each has a line to itself and speaks of the next one with content
    for number, whole_line in enumerate(_LINE.finditer(text), start=1):
        line = whole_line[1]
        has_content = line.strip() != "" and not line.lstrip().startswith("#")
        if has_content:
            good.extend(replace(ignore, line=number) for ignore in waiting)
            waiting.clear()
        found = _COMMENT.search(line)
        if found is None or _is_within(written, whole_line.start() + found.start()):
            continue
        at = Span(file, Position(number, found.start() + 1), Position(number, len(line.rstrip()) + 1))
        names = [name.strip() for name in (found[1] or "").split(",") if name.strip()]
        known = tuple(code for name in names if (code := codes.find(name)) is not None)
        if len(known) == len(names) > 0 and found[2].strip():
            ignore = Ignore(line=number, codes=known, reason=found[2].strip(), span=at)
            (good if has_content else waiting).append(ignore)
        elif len(faults) < limits.FAULTS:
            faults.append(_bad(at, names, found[2].strip()))
    return (*good, *waiting), tuple(faults)


def _bad(at: Span, names: Sequence[str], reason: str) -> Diagnostic:
    unknown = next((name for name in names if codes.find(name) is None), None)
    if unknown is not None:
        close = nearest(unknown, [name for code in codes.every() for name in (code.id, code.slug)])
        return Diagnostic(
            code=BAD_IGNORE,
            at=at,
            detail=f"There is no finding `{unknown}`, so this ignores nothing.",
            help=f"Did you mean `{close}`?" if close else "Every finding shows its code in brackets.",
        )
    missing = " and ".join(part for part, given in (("which finding", names), ("why", reason)) if not given)
    return Diagnostic(
        code=BAD_IGNORE,
        at=at,
        detail=f"The ignore does not say {missing}, and nobody could tell later whether it still holds.",
        help=f"Write it as `{_FORM}`.",
    )


def _is_within(written: Sequence[tuple[int, int]], index: int) -> bool:
    after = bisect_right(written, (index, index))
    return after > 0 and index < written[after - 1][1]
