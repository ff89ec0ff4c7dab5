"""A substitution plan: the finished parts of a text, with room for values among them.

Its parts are encoded for their place in the message, so no data is parsed or wrapped again; what it brings to
a body is looked at here, once, and what the values bring in each mail (`scan`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jo.render.encode import encode_text, encode_value
from jo.render.escape import Context
from jo.render.faults import UnusableError
from jo.render.scan import trouble_of
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


class Encoding:
    """How a text travels: as it is (headers), or quoted-printable (bodies)."""

    __slots__ = ("end", "name", "static", "value")

    def __init__(
        self, name: str, static: Callable[[str], str], value: Callable[[str], str], end: str
    ) -> None:
        """`end` is what stands behind a value of which nothing needs to be encoded."""
        self.name = name
        self.static = static
        self.value = value
        self.end = end


HEADER = Encoding("header", lambda text: text, lambda text: text, "")
BODY = Encoding("body", encode_text, encode_value, "=\r\n")
ENCODINGS = {encoding.name: encoding for encoding in (HEADER, BODY)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Parts, and the values that stand among them."""

    encoding: Encoding
    parts: tuple[str, ...] = field(repr=False)
    """Encoded; empty where a value stands."""
    places: Mapping[Printed, tuple[int, ...]]
    """Value → indexes of the parts where it stands."""


def make_plan(segments: Iterable[str | Printed], encoding: Encoding) -> Plan:
    """Make the plan of a text whose values are tokens. Raises UnusableError."""
    parts: list[str] = []
    places: dict[Printed, list[int]] = {}
    for index, item in enumerate(segments):
        if isinstance(item, str):
            parts.append(encode_static(item, encoding))
        else:
            parts.append("")
            places.setdefault(item, []).append(index)
    return Plan(
        encoding=encoding,
        parts=tuple(parts),
        places={item: tuple(indexes) for item, indexes in places.items()},
    )


def encode_static(text: str, encoding: Encoding) -> str:
    """Encode a part that is the same in every mail, and look at it. Raises UnusableError."""
    encoded = encoding.static(text)
    trouble = trouble_of([encoded]) if encoding is BODY else None
    if trouble is not None:
        raise UnusableError(trouble)
    return encoded
