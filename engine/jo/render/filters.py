"""The filters a template may use: each small, pure, and bounded in what it can make of its input.

The same functions serve the substitution plans and the sandbox. NULL goes through every filter unchanged
except `default`. Left out on purpose, because their output can be vastly larger than their input, or is not
a function of it: `center`, `format`, `indent`, `wordwrap`, `replace`, `batch`, `slice`, `random`, `map`,
`attr`; and `safe` and `escape`, because escaping follows from the place a token stands in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from jo.render.wording import NAMED_FORMATS, format_date, format_number, unknown_directive

Constant = str | int | float | bool | None


class Encoded(str):
    """Text that is percent-encoded already, so that a URL does not encode it once more."""

    __slots__ = ()


def to_text(value: Any) -> str:
    """Write a plain value as text; NULL is empty, a whole number has no fraction."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def _truncate(value: Any, length: int = 80, end: str = "…") -> str:
    text = to_text(value)
    if len(text) <= length:
        return text
    kept = text[: max(length - len(end), 0)]
    return kept.rsplit(" ", 1)[0].rstrip() + end


def _title(value: Any) -> str:
    # Unlike str.title, an apostrophe does not begin a word: O'neil's stays one.
    return " ".join(word[:1].upper() + word[1:].lower() for word in to_text(value).split(" "))


def _round(value: Any, decimals: int = 0) -> float | int:
    rounded = round(float(value), decimals)
    return int(rounded) if decimals == 0 else rounded


@dataclass(frozen=True, slots=True)
class Filter:
    apply: Callable[..., Any]
    parameters: Mapping[str, type | tuple[type, ...]]
    """Names and types of the arguments, in order; all are optional unless in `required`."""
    required: int = 0
    check: Callable[..., str | None] = lambda *_: None
    """Says what is wrong with constant arguments, given in order."""


def _check_date(*arguments: Constant) -> str | None:
    pattern = arguments[0] if arguments else "long"
    if isinstance(pattern, str) and pattern not in NAMED_FORMATS:
        if "%" not in pattern:
            return (
                f"`{pattern}` is not a date format; there are {', '.join(NAMED_FORMATS)}, or a pattern with %"
            )
        unknown = unknown_directive(pattern)
        return f"`{unknown}` is not a part of a date that jo writes" if unknown else None
    return None


def _check_decimals(*arguments: Constant) -> str | None:
    decimals = arguments[0] if arguments else 0
    return None if isinstance(decimals, int) and 0 <= decimals <= 6 else "decimals go from 0 to 6"


def _check_length(*arguments: Constant) -> str | None:
    length = arguments[0] if arguments else 80
    return None if isinstance(length, int) and 1 <= length <= 10_000 else "a length goes from 1 to 10,000"


FILTERS: Mapping[str, Filter] = {
    "default": Filter(
        # Jinja's second argument is taken and changes nothing: NULL and blank are the same here.
        lambda value, other, _=True: other if value is None or value == "" else value,
        {"default_value": (str, int, float, bool), "boolean": bool},
        required=1,
    ),
    "upper": Filter(lambda value: to_text(value).upper(), {}),
    "lower": Filter(lambda value: to_text(value).lower(), {}),
    "title": Filter(_title, {}),
    "capitalize": Filter(lambda value: to_text(value).capitalize(), {}),
    "trim": Filter(lambda value: to_text(value).strip(), {}),
    "truncate": Filter(_truncate, {"length": int, "end": str}, check=_check_length),
    "date": Filter(
        lambda value, pattern="long", language="en": format_date(value, pattern, language),
        {"format": str, "language": str},
        check=_check_date,
    ),
    "number": Filter(
        lambda value, decimals=0, language="en": format_number(value, decimals, language),
        {"decimals": int, "language": str},
        check=_check_decimals,
    ),
    "round": Filter(_round, {"decimals": int}, check=_check_decimals),
    "urlencode": Filter(lambda value: Encoded(quote(to_text(value), safe="")), {}),
    "join": Filter(
        lambda value, separator=", ": separator.join(to_text(item) for item in value), {"separator": str}
    ),
    "length": Filter(len, {}),
    "first": Filter(lambda value: value[0] if value else None, {}),
    "last": Filter(lambda value: value[-1] if value else None, {}),
}

BOMBS = {
    "center": "it can make a string of any length",
    "format": "it can make a string of any length",
    "indent": "it can make a string of any length",
    "wordwrap": "it can make a string of any length",
    "replace": "each use can make a string many times longer",
    "batch": "it can make a list of any length",
    "slice": "it can make a list of any length",
    "pprint": "it writes what is no text for people",
    "random": "a mail that is built again must come out the same",
    "safe": "escaping follows from the place a token stands in and cannot be turned off",
    "escape": "escaping happens by itself, for the place a token stands in",
    "e": "escaping happens by itself, for the place a token stands in",
    "attr": "it reaches what is not data",
    "map": "it reaches what is not data",
}
"""Jinja's own filters that are refused, with the reason."""


def filter_step(name: str) -> Callable[..., Any]:
    """Return the function of a filter of the list, which passes NULL on unless the filter is for it.

    It raises ValueError or TypeError for a value it cannot take.
    """
    apply = FILTERS[name].apply
    if name == "default":
        return apply
    return lambda value, *arguments: None if value is None else apply(value, *arguments)
