"""Fill in what `docs/operations.md` takes from the code: `python -m tools.operations_page`.

The drawings of states are made from the tables that the code obeys, the table of events from the events'
own. A test holds them fresh.
"""

import re
from collections.abc import Mapping, Set
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from jo.daemon.events import EVENTS
from jo.flow.state import ATTEMPT_CHANGES, INTENT_CHANGES, AttemptState, IntentState
from jo.reports.telling import OF_LOGS
from jo.web.told import TOLD

PAGE = Path(__file__).parent.parent / "docs" / "operations.md"

State = TypeVar("State", bound=StrEnum)

_MADE = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(text: str) -> str:
    """Return the page with its made parts as the code is now."""
    parts = {
        "intent": _diagram(INTENT_CHANGES, IntentState.PENDING),
        "attempt": _diagram(ATTEMPT_CHANGES, AttemptState.OPEN),
        "events": _events(),
    }
    return _MADE.sub(lambda found: f"{found[1]}{parts[found[2]]}{found[3]}", text)


def _diagram(changes: Mapping[State, Set[State]], first: State) -> str:
    """Draw a table as a Mermaid state diagram; states in the order of their declaration."""
    lines = [f"[*] --> {first}"]
    for old in type(first):
        lines += [f"{old} --> {new}" for new in type(first) if new in changes[old]]
        if not changes[old]:
            lines.append(f"{old} --> [*]")
    return "\n".join(["```mermaid", "stateDiagram-v2", *(f"    {line}" for line in lines), "```", ""])


def _events() -> str:
    lines = ["| event | level | | fields |", "| --- | --- | --- | --- |"]
    for name, kind in {**EVENTS, **TOLD, **OF_LOGS}.items():
        fields = "; ".join(f"`{field}`: {meaning}" for field, meaning in kind.fields.items())
        fields = fields.replace("`*`: ", "")
        lines.append(f"| `{name}` | {kind.level} | {kind.meaning} | {fields} |")
    return "\n".join([*lines, ""])


def main() -> None:
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
