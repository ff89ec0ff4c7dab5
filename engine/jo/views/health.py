"""The findings of `jo doctor`, for people and as JSON."""

import json
from collections.abc import Sequence

from jo.reports.health import Examined, State
from jo.views.terminal import Ink, Line, Look, paint, wrap

FORMAT = "jo.doctor/1"
_INKS = {State.FINE: Ink.GOOD, State.WARNING: Ink.WARNING, State.FAILING: Ink.ERROR}
_STATE = 6


def render(found: Sequence[Examined], look: Look) -> str:
    wide = max(len(item.subject) for item in found) + 2
    lines: list[Line] = []
    for item in found:
        indent = _STATE + wide
        first, *more = wrap(item.detail, look.width - indent)
        lines.append(
            [
                (f"{item.state:<{_STATE}}", _INKS[item.state]),
                (f"{item.subject:<{wide}}", Ink.STRONG),
                (first, Ink.PLAIN),
            ]
        )
        lines += [[(" " * indent + text, Ink.PLAIN)] for text in more]
        for text in item.advice.splitlines():
            lines += [[(" " * indent + part, Ink.QUIET)] for part in wrap(text, look.width - indent)]
    return paint(lines, look)


def as_json(found: Sequence[Examined]) -> str:
    document = {
        "format": FORMAT,
        "examined": [
            {"subject": item.subject, "state": item.state, "detail": item.detail, "advice": item.advice}
            for item in found
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
