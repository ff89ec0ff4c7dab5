"""What was applied, as `jo history` shows it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jo.plan.change import Action
from jo.reports.wording import number


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One deployment."""

    generation: int
    at: datetime
    """In the project's zone."""
    actor: str
    approvals: tuple[str, ...]
    commit: str | None
    digest: str
    actions: Mapping[str, int]
    """Action → changes."""

    @property
    def summary(self) -> str:
        """Return `3 created, 1 retired`."""
        past = {
            Action.CREATE: "created",
            Action.UPDATE: "updated",
            Action.RETIRE: "retired",
            Action.DELETE: "deleted",
        }
        parts = [
            f"{number(self.actions[action])} {past[action]}" for action in Action if action in self.actions
        ]
        return ", ".join(parts)


def count_actions(changes: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
    """Return action → how many of a plan document's changes."""
    return dict(Counter(str(change["action"]) for change in changes))
