"""One text of a template: its source, its pieces and what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jo.diagnostics.codes import NULL_TOKEN, UNKNOWN_TOKEN, Severity
from jo.render.faults import ContentFault, Place
from jo.render.fold import fold
from jo.render.guard import read_pieces
from jo.render.names import Names, Path
from jo.render.pieces import Item, Piece, PieceKind, cut, pieces_of
from jo.render.syntax import Token

LAYOUT_NAMES = frozenset({"body", "preheader", "subject"})
"""What a layout places; each has its meaning only where it stands alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    place: Place
    raw: str = field(repr=False)
    items: tuple[Item, ...]
    tokens: Mapping[Piece, Token]
    paths: frozenset[Path]


def read_text(
    raw: str, place: Place, names: Names, known: Mapping[str, bool]
) -> tuple[Text | None, tuple[ContentFault, ...]]:
    """Cut a text, decide the conditions that are known, check the rest.

    None when the text cannot be compiled any further. A layout's own names stay pieces without a meaning.
    """
    items, faults = cut(raw, place)
    if faults:
        return None, faults
    items = fold(items, known)
    reading = read_pieces(tuple(piece for piece in pieces_of(items) if not is_placement(piece, names)), names)
    text = Text(place=place, raw=raw, items=items, tokens=reading.tokens, paths=reading.paths)
    # An unknown name does not keep the rest of the page from being checked; what cannot be parsed does.
    blocks = any(
        fault.severity is Severity.ERROR and fault.code not in (UNKNOWN_TOKEN, NULL_TOKEN)
        for fault in reading.faults
    )
    return None if blocks else text, reading.faults


def is_placement(piece: Piece, names: Names) -> bool:
    """Tell whether a piece places body, preheader or subject in a layout."""
    return piece.kind is PieceKind.OUTPUT and piece.inner in LAYOUT_NAMES and piece.inner in names.withheld
