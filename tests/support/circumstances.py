"""What a decision reads of the world, said outright."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from jo.conditions.condition import Condition
from jo.conditions.instants import TimeExpr, time_text
from jo.model.step import IntentSeen
from jo.steps.split import drawn
from jo.timing.calendars import Calendar, Span, weekly
from tests.support.builders import NOON

UTC_ZONE = ZoneInfo("UTC")
OFFICE_DAYS = Calendar(hours=weekly(range(5), Span(time(9), time(17))))


@dataclass(frozen=True, kw_only=True)
class World:
    """`Circumstances` of `jo.flow.circumstances`."""

    now: datetime = NOON
    zone: ZoneInfo = UTC_ZONE
    calendar: Calendar = OFFICE_DAYS
    true: frozenset[Condition] = frozenset()
    times: Mapping[str, datetime | None] = field(default_factory=dict)
    intents: Mapping[tuple[str, str], IntentSeen] = field(default_factory=dict)
    events: Mapping[str, datetime] = field(default_factory=dict)
    point: float = 0.0
    departure: str | None = None

    def holds(self, condition: Condition) -> bool:
        return condition in self.true

    def time(self, expr: TimeExpr, anchor: datetime) -> datetime | None:
        return self.times.get(time_text(expr))

    def intent(self, step: str, occurrence: str) -> IntentSeen | None:
        return self.intents.get((step, occurrence))

    def event(self, name: str, condition: Condition | None) -> datetime | None:
        return self.events.get(name)

    def draw(self, step: str, weights: Mapping[str, int]) -> str:
        return drawn(weights, self.point)

    def at(self, now: datetime) -> "World":
        return replace(self, now=now)
