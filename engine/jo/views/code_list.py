"""All diagnostic codes by family, for people."""

from itertools import groupby

from jo.diagnostics.codes import FAMILIES, Code
from jo.views.table import Column, table
from jo.views.terminal import Ink, Line, Look, paint

_COLUMNS = (
    Column(title="", ink=Ink.STRONG),
    Column(title=""),
    Column(title="", may_wrap=True, ink=Ink.QUIET),
)


def render(codes: tuple[Code, ...], look: Look) -> str:
    """Return the codes, which are sorted by id."""
    lines: list[Line] = []
    widest = max(len(code.slug) for code in codes)
    for family, members in groupby(codes, key=lambda code: code.id[1]):
        rows = [(code.id, code.slug.ljust(widest), code.summary) for code in members]
        lines += [[]] if lines else []
        lines.append([(f"J{family} {FAMILIES[family]}", Ink.STRONG)])
        lines += table(_COLUMNS, rows, look, indent=2)
    return paint(lines, look)
