"""Fills plans with the values of one person.

The plans of a mail are filled together: a value is read and looked at once, however often and wherever it is
printed.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from jo.render.escape import ESCAPES, Context
from jo.render.faults import UnusableError
from jo.render.filters import Constant, filter_step, to_text
from jo.render.names import Path
from jo.render.plan import BODY, HEADER, Encoding, Plan, Printed, Values, make_plan
from jo.render.syntax import Token

_HARMLESS = re.compile(r"[A-Za-z0-9 ,.:;/()+_@#!?*%$~-]{1,73}+(?<! )").fullmatch
"""Text that no escaping and no encoding changes; most values are such, and are looked at only once."""

_TEXTUAL = frozenset({Context.TEXT, Context.ATTRIBUTE, Context.PLAIN})


class _Use(NamedTuple):
    """One way in which a value is printed, and where."""

    escape: Callable[[str], str]
    """Raises UnusableError."""
    encode: Callable[[str], str]
    end: str | None
    """What follows a harmless text, which is itself otherwise; None where no text is harmless."""
    places: list[int]


class Filling:
    """Fills several plans at once, which are its sections by name."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        self._parts: list[str] = []
        self._sections: dict[str, slice] = {}
        self._in_bodies: list[int] = []
        """One place of each value that stands in a body."""
        tokens: dict[tuple[Token, str], dict[tuple[Context, Encoding], _Use]] = {}
        for name, plan in plans.items():
            start = len(self._parts)
            self._parts += plan.parts
            self._sections[name] = slice(start, len(self._parts))
            for item, indexes in plan.places.items():
                assert item.token is not None, "a plan has no logic"
                uses = tokens.setdefault((item.token, item.source), {})
                how = item.context, plan.encoding
                if how not in uses:
                    uses[how] = _use(*how)
                    if plan.encoding is BODY:
                        self._in_bodies.append(start + indexes[0])
                uses[how].places.extend(start + index for index in indexes)
        self._slots = [
            (_reader(token), source, tuple(uses.values())) for (token, source), uses in tokens.items()
        ]

    def fill(self, values: Values) -> list[str]:
        """Return the parts of all sections for one person. Raises UnusableError."""
        parts = self._parts.copy()
        for read, source, uses in self._slots:
            try:
                text = read(values)
                is_harmless = _HARMLESS(text)
                # An address is mostly the same in text and HTML, and dear to encode.
                known, encoded = None, ""
                for escape, encode, end, places in uses:
                    if is_harmless and end is not None:
                        made = text + end
                    else:
                        escaped = escape(text), encode
                        if escaped != known:
                            known, encoded = escaped, encode(escaped[0])
                        made = encoded
                    for place in places:
                        parts[place] = made
            except UnusableError as fault:
                raise UnusableError(f"`{source}` {fault}") from None
        return parts

    def sections(self, filled: Sequence[str]) -> dict[str, Sequence[str]]:
        """Return the parts by section."""
        return {name: filled[where] for name, where in self._sections.items()}

    def made(self, filled: Sequence[str]) -> list[str]:
        """Return what the values have brought into bodies, as it is encoded, each once."""
        return [filled[place] for place in self._in_bodies]


def printer(*segments: str | Printed) -> Callable[[Values], str]:
    """Return the function that makes a text without encoding it; it raises UnusableError."""
    return filler(make_plan(segments, HEADER))


def filler(plan: Plan) -> Callable[[Values], str]:
    """Return the function that makes the text of a single plan; it raises UnusableError."""
    if not plan.places:
        text = "".join(plan.parts)
        return lambda _: text
    filling = Filling({"": plan})
    return lambda values: "".join(filling.fill(values))


def _use(context: Context, encoding: Encoding) -> _Use:
    end = encoding.end if context in _TEXTUAL else None
    return _Use(escape=ESCAPES[context], encode=encoding.value, end=end, places=[])


def _reader(token: Token) -> Callable[[Values], str]:
    """Return the function that reads a token and takes it through its filters; it raises UnusableError."""
    get = _getter(token.path, token.constant)
    steps = tuple((filter_step(name), arguments) for name, arguments in token.filters)

    def read(values: Values) -> str:
        try:
            value = get(values)
            for step, arguments in steps:
                value = step(value, *arguments)
        except KeyError:
            raise UnusableError("has no value in the facts") from None
        except (TypeError, ValueError, IndexError, AttributeError):
            raise UnusableError("has a value that its filters cannot take") from None
        return value if type(value) is str else to_text(value)

    return read


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
