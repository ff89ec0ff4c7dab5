"""What a compiled text is: a substitution plan, or the source of a template with logic.

Both kinds yield text that is already encoded for its place in the message.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from jo.render.faults import UnusableError
from jo.render.filling import printer
from jo.render.pieces import Piece
from jo.render.plan import Encoding, Plan, Printed, encode_static, make_plan

Segment = str | Printed | Piece
"""Static text, a value, or a statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logic:
    """The source of a template for `sandbox`; its output is encoded like a plan's.

    Static parts do not travel to the worker and back: in the source and in the output stands only their
    number, between marks that no encoded text holds.
    """

    source: str = field(repr=False)
    parts: tuple[str, ...] = field(repr=False)

    def parts_of(self, output: str) -> tuple[list[str], list[str]]:
        """Return the parts of what a worker has made, and those of them that are not static.

        Raises UnusableError.
        """
        pieces = output.split(_MARK)
        made = pieces[::2]
        try:
            pieces[1::2] = [self.parts[int(number)] for number in pieces[1::2]]
        except (ValueError, IndexError):
            raise UnusableError("the template made a text that it cannot make") from None
        return pieces, made


Program = Plan | Logic


_MARK = "\x7f"
"""Stands around the number of a static part. Escaping drops it from every value, so no value can hold it."""


def build(segments: Iterable[Segment], encoding: Encoding) -> Program:
    """Make the program of a text: a plan when all its values are tokens and it has no statement."""
    folded = _fold_constants(segments)
    planned = [item for item in folded if isinstance(item, str) or (isinstance(item, Printed) and item.token)]
    if len(planned) == len(folded):
        return make_plan(planned, encoding)
    parts = tuple(encode_static(item, encoding) for item in folded if isinstance(item, str))
    numbers = iter(range(len(parts)))
    return Logic(source="".join(_jinja(item, encoding, numbers) for item in folded), parts=parts)


def _fold_constants(segments: Iterable[Segment]) -> list[Segment]:
    """Write constants out and join static text."""
    folded: list[Segment] = []
    for item in segments:
        if isinstance(item, Printed) and item.token is not None and not item.token.path:
            item = printer(item)({})
        if isinstance(item, str) and folded and isinstance(folded[-1], str):
            folded[-1] += item
        elif item != "":
            folded.append(item)
    return folded


def _jinja(item: Segment, encoding: Encoding, numbers: Iterator[int]) -> str:
    if isinstance(item, str):
        return f"{_MARK}{next(numbers)}{_MARK}"
    if isinstance(item, Printed):
        return f"{{{{ ({item.source}) | jo_{encoding.name}_{item.context} }}}}"
    return item.source
