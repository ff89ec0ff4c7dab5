"""What a compiled text is: a substitution plan, or the source of a template with logic.

A plan is a list of finished parts with slots in it; rendering fills the slots and joins. Both kinds yield
text that is already encoded for its place in the message, so no data is parsed or wrapped again.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jo.render.encode import encode_text, encode_value
from jo.render.escape import ESCAPES, Context
from jo.render.faults import UnusableError
from jo.render.filters import Constant, filter_step, to_text
from jo.render.names import Path
from jo.render.pieces import Piece
from jo.render.syntax import Token

Values = Mapping[str, Any]
"""Plain data by the first word of a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A value in the place it is printed to."""

    context: Context
    token: Token | None
    """None when it is logic."""
    source: str
    """The expression, for Jinja and for messages."""


Segment = str | Printed | Piece
"""Static text, a value, or a statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Parts and the functions that fill the slots among them."""

    parts: tuple[str, ...]
    slots: tuple[tuple[tuple[int, ...], Callable[[Values], str]], ...] = field(repr=False)
    """Indexes into `parts` that get the same value, and the function that makes it."""

    def fill(self, values: Values) -> str:
        """Return the text for one person. Raises UnusableError."""
        parts = list(self.parts)
        for indexes, make in self.slots:
            made = make(values)
            for index in indexes:
                parts[index] = made
        return "".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logic:
    """The source of a template for `sandbox`; its output is encoded like a plan's.

    Static parts do not travel to the worker and back: in the source and in the output stands only their
    number, between marks that no encoded text holds.
    """

    source: str = field(repr=False)
    parts: tuple[str, ...] = field(repr=False)

    def join(self, output: str) -> str:
        """Put the static parts into what a worker has made. Raises UnusableError."""
        pieces = output.split(_MARK)
        try:
            pieces[1::2] = [self.parts[int(number)] for number in pieces[1::2]]
        except (ValueError, IndexError):
            raise UnusableError("the template made a text that it cannot make") from None
        return "".join(pieces)


Program = Plan | Logic


_MARK = "\x7f"
"""Stands around the number of a static part. Escaping drops it from every value, so no value can hold it."""


class Encoding:
    """How a text travels: as it is (headers), or quoted-printable (bodies)."""

    __slots__ = ("name", "static", "value")

    def __init__(self, name: str, static: Callable[[str], str], value: Callable[[str], str]) -> None:
        self.name = name
        self.static = static
        self.value = value


HEADER = Encoding("header", lambda text: text, lambda text: text)
BODY = Encoding("body", encode_text, encode_value)
ENCODINGS = {encoding.name: encoding for encoding in (HEADER, BODY)}


def build(segments: Iterable[Segment], encoding: Encoding) -> Program:
    """Make the program of a text: a plan when all its values are tokens and it has no statement."""
    folded = _fold_constants(segments)
    if all(isinstance(item, str) or (isinstance(item, Printed) and item.token) for item in folded):
        return _plan(folded, encoding)
    parts = tuple(encoding.static(item) for item in folded if isinstance(item, str))
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


def _plan(segments: Sequence[Segment], encoding: Encoding) -> Plan:
    parts: list[str] = []
    places: dict[Printed, list[int]] = {}
    for index, item in enumerate(segments):
        if isinstance(item, str):
            parts.append(encoding.static(item))
        elif isinstance(item, Printed):
            parts.append("")
            places.setdefault(item, []).append(index)
    slots = tuple((tuple(indexes), printer(item, encoding)) for item, indexes in places.items())
    return Plan(parts=tuple(parts), slots=slots)


def _jinja(item: Segment, encoding: Encoding, numbers: Iterator[int]) -> str:
    if isinstance(item, str):
        return f"{_MARK}{next(numbers)}{_MARK}"
    if isinstance(item, Printed):
        return f"{{{{ ({item.source}) | jo_{encoding.name}_{item.context} }}}}"
    return item.source


_HARMLESS = re.compile(r"[A-Za-z0-9 ,.:;/()+_@#!?*%$~-]{0,72}[A-Za-z0-9,.:;/()+_@#!?*%$~-]")
"""Text that no escaping and no encoding changes; most values are such, and are looked at only once."""

_TEXTUAL = frozenset({Context.TEXT, Context.ATTRIBUTE, Context.PLAIN})


def printer(item: Printed, encoding: Encoding | None = None) -> Callable[[Values], str]:
    """Return the function that makes the escaped and encoded text of a token; it raises UnusableError."""
    token = item.token
    if token is None:
        raise ValueError("logic has no printer")
    get = _getter(token.path, token.constant)
    steps = tuple((filter_step(name), arguments) for name, arguments in token.filters)
    escape = ESCAPES[item.context]
    is_harmless = _HARMLESS.fullmatch if item.context in _TEXTUAL else _never
    encode = (encoding or HEADER).value
    end = "=\r\n" if encoding is BODY else ""
    source = item.source

    def make(values: Values) -> str:
        try:
            value = get(values)
            for step, arguments in steps:
                value = step(value, *arguments)
            if type(value) is not str:
                value = to_text(value)
            if is_harmless(value):
                return value + end
            return encode(escape(value))
        except UnusableError as fault:
            raise UnusableError(f"`{source}` {fault}") from None
        except KeyError:
            raise UnusableError(f"`{source}` has no value in the facts") from None
        except (TypeError, ValueError, IndexError, AttributeError):
            raise UnusableError(f"`{source}` has a value that its filters cannot take") from None

    return make


def _never(_: str) -> None:
    return None


def _getter(path: Path, constant: Constant) -> Callable[[Values], Any]:
    if not path:
        return lambda _: constant
    if len(path) == 1:
        (only,) = path
        return lambda values: values[only]
    if len(path) == 2:
        first, second = path

        def get_two(values: Values) -> Any:
            row = values[first]
            return None if row is None else row[second]

        return get_two
    first, *rest = path

    def get(values: Values) -> Any:
        value = values[first]
        for name in rest:
            if value is None:
                return None
            value = value[name]
        return value

    return get
