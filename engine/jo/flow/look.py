"""One passage at one instant: what a decision reads of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from jo.conditions.condition import Condition
from jo.conditions.instants import TimeExpr, evaluate
from jo.flow.entry import share
from jo.flow.passage import Passage, StepIntent
from jo.flow.reading import PersonFacts, Reader
from jo.flow.rows import Plain
from jo.model.step import IntentEnd, IntentSeen
from jo.steps.split import drawn
from jo.timing.calendars import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurred:
    """An event since the passage's entry."""

    name: str
    at: datetime
    payload: Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The circumstances of one passage; `Circumstances` of `jo.flow.circumstances`."""

    now: datetime
    passage: Passage
    reader: Reader
    facts: PersonFacts
    calendar: Calendar
    intents: Mapping[tuple[str, str], StepIntent]
    """(step, occurrence) → intent of this passage."""
    occurred: Sequence[Occurred]
    departure: str | None

    @property
    def zone(self) -> ZoneInfo:
        return self.facts.person.zone

    def holds(self, condition: Condition) -> bool:
        return self.reader.holds(condition, self.facts)

    def time(self, expr: TimeExpr, anchor: datetime) -> datetime | None:
        return evaluate(
            expr,
            self.facts,
            value_of=self.reader.value,
            entered=self.passage.entered_at,
            anchor=anchor,
            zone=self.zone,
            calendar=self.calendar,
        )

    def intent(self, step: str, occurrence: str) -> IntentSeen | None:
        found = self.intents.get((step, occurrence))
        if found is None:
            return None
        if found.is_under_way:
            return IntentSeen(ended=None, at=None, is_held=found.is_held)
        ended = IntentEnd.NONE if found.outcome_at is None else IntentEnd.OUTCOME
        return IntentSeen(ended=ended, at=found.outcome_at)

    def event(self, name: str, condition: Condition | None) -> datetime | None:
        for event in self.occurred:
            if event.name != name:
                continue
            if condition is None or self.reader.fits(condition, name, event.payload, self.facts):
                return event.at
        return None

    def draw(self, step: str, weights: Mapping[str, int]) -> str:
        return drawn(weights, share(self.passage.program, step, self.passage.identity))
