"""What a decision reads of the world: about one person, at one instant.

What it asks by a call differs from one person to the next. Answers are values that can be compared, because
whoever gets the same answers gets the same decision (`jo.flow.precedents`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from jo.conditions.condition import Condition
from jo.conditions.instant_tree import TimeExpr
from jo.model.step import IntentSeen
from jo.timing.calendars import Calendar


class Circumstances(Protocol):
    @property
    def now(self) -> datetime: ...

    @property
    def zone(self) -> ZoneInfo: ...

    @property
    def calendar(self) -> Calendar:
        """What the program's business days are counted in."""
        ...

    @property
    def departure(self) -> str | None:
        """Why the person is out of the program's reach: `gone` from the source, `left list`; else None."""
        ...

    def holds(self, condition: Condition) -> bool:
        """Read a condition; unknown is false."""
        ...

    def time(self, expr: TimeExpr, anchor: datetime) -> datetime | None:
        """Return the moment, or None while one of its fields is NULL. Weekly times count from the anchor."""
        ...

    def intent(self, step: str, occurrence: str) -> IntentSeen | None:
        """Return the intent of that occurrence, or None when there is none."""
        ...

    def event(self, name: str, condition: Condition | None) -> datetime | None:
        """Return when a fitting event of this passage happened first, or None."""
        ...

    def draw(self, step: str, weights: Mapping[str, int]) -> str:
        """Return one of the names at random, by weight; always the same for this person at this step."""
        ...
