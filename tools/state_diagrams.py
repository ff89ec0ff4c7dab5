"""Draw the states of intents and attempts into `docs/operations.md`: `python -m tools.state_diagrams`.

The drawings are made from the tables that the code obeys. A test holds them fresh.
"""

import re
from collections.abc import Mapping, Set
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from jo.flow.state import ATTEMPT_CHANGES, INTENT_CHANGES, AttemptState, IntentState

PAGE = Path(__file__).parent.parent / "docs" / "operations.md"

State = TypeVar("State", bound=StrEnum)
_DRAWN = re.compile(r"(<!-- drawn: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def drawn(text: str) -> str:
    """Return the page with its drawings as the tables are now."""
    drawings = {
        "intent": _diagram(INTENT_CHANGES, IntentState.PENDING),
        "attempt": _diagram(ATTEMPT_CHANGES, AttemptState.OPEN),
    }
    return _DRAWN.sub(lambda found: f"{found[1]}{drawings[found[2]]}{found[3]}", text)


def _diagram(changes: Mapping[State, Set[State]], first: State) -> str:
    """Draw a table as a Mermaid state diagram; states in the order of their declaration."""
    lines = [f"[*] --> {first}"]
    for old in type(first):
        lines += [f"{old} --> {new}" for new in type(first) if new in changes[old]]
        if not changes[old]:
            lines.append(f"{old} --> [*]")
    return "\n".join(["```mermaid", "stateDiagram-v2", *(f"    {line}" for line in lines), "```", ""])


def main() -> None:
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
