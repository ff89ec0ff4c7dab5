"""Text operations that mean in Python what they mean in SQL: case by code point, `like` without escape."""

import re
from collections.abc import Callable
from functools import cache

BLANKS = " \t\r\n"
"""What `trim` takes off."""

_LOWER = {"İ": "i"}
_UPPER = {"ß": "ẞ"}
"""Where the engines map one code point to one and Python's own mapping differs."""

_LAST_CASED = 0x20000
"""No cased letter stands from here on."""


def lower(text: str) -> str:
    """Map each code point to lower case by itself, so the length never changes."""
    return text.lower() if text.isascii() else "".join(map(_lower_one, text))


def upper(text: str) -> str:
    """Map each code point to upper case by itself, so the length never changes."""
    return text.upper() if text.isascii() else "".join(map(_upper_one, text))


def _lower_one(character: str) -> str:
    mapped = character.lower()
    return mapped if len(mapped) == 1 else _LOWER.get(character, character)


def _upper_one(character: str) -> str:
    for mapped in (character.upper(), character.title()):
        if len(mapped) == 1:
            return mapped
    return _UPPER.get(character, character)


@cache
def letters_beyond_ascii(mapped: Callable[[str], str]) -> tuple[str, str]:
    """Return the letters outside of ASCII that `lower` or `upper` changes, and what they become."""
    pairs = [(letter, mapped(letter)) for letter in map(chr, range(0x80, _LAST_CASED))]
    changed = [(letter, other) for letter, other in pairs if letter != other]
    return "".join(letter for letter, _ in changed), "".join(other for _, other in changed)


def like(pattern: str) -> Callable[[str], bool]:
    """Compile a SQL pattern: `%` is any text, `_` any one code point, nothing is escaped.

    Each stretch between two `%` is found at its first place and kept (an atomic group), which is enough
    for a match and keeps the time linear in the text for each stretch.
    """
    stretches = ["".join("." if c == "_" else re.escape(c) for c in part) for part in pattern.split("%")]
    first, *others = stretches
    if not others:
        expression = first
    else:
        expression = first + "".join(f"(?>.*?{part})" for part in others[:-1]) + f".*{others[-1]}"
    matches = re.compile(expression, re.DOTALL).fullmatch
    return lambda text: matches(text) is not None
