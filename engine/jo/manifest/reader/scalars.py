"""Plain scalars of the YAML 1.2 core schema (YAML 1.2.2, section 10.3.2).

`yes`, `on`, `10:30` and `2026-12-01` are text; `017` is seventeen and `0o17` fifteen. What would be a
number outside the domain that jo compares exactly, or not a number at all, is refused.
"""

import math
import re
from enum import Enum

from jo.manifest.reader import limits


class Refused(Enum):
    """Why a plain scalar is not taken as it stands."""

    TIME = "a time"
    NUMBER = "a number out of range"


WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
"""The words that are not text. Every other scalar that is not text begins below `:` in ASCII order."""

_NUMERIC = re.compile(
    r"(?P<integer>[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)"
    r"|(?P<float>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<endless>[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))"
    r"|(?P<time>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)"
)
_LONGEST = 40
"""Characters of the longest number worth converting; int() takes quadratic time, then refuses."""


def scalar(text: str) -> str | int | float | bool | Refused | None:
    """Return the value of a plain scalar."""
    if text in WORDS:
        return WORDS[text]
    if " " in text or not text < ":" or (found := _NUMERIC.fullmatch(text)) is None:
        return text
    match found.lastgroup:
        case "integer" if len(text) <= _LONGEST:
            whole = int(text, 0) if text[:2] in ("0o", "0x") else int(text)
            return whole if abs(whole) <= limits.INTEGER else Refused.NUMBER
        case "float":
            number = float(text)
            return number if math.isfinite(number) else Refused.NUMBER
        case "time":
            return Refused.TIME
    return Refused.NUMBER
