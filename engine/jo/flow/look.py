"""One passage at one instant: what `decide` and the steps read of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jo.conditions.condition import Condition
from jo.conditions.instants import TimeExpr, evaluate
from jo.flow.course import Course
from jo.flow.entry import share
from jo.flow.passage import StepIntent, occurrence
from jo.flow.person import Plain
from jo.flow.reading import PersonFacts, Reader
from jo.model.step import IntentEnd, IntentSeen
from jo.timing.calendars import Calendar
from jo.timing.durations import Duration
from jo.timing.zones import add, local_date, start_of_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurred:
    """An event since the passage's entry."""

    name: str
    at: datetime
    payload: Plain


@dataclass(frozen=True, kw_only=True)
class Look:
    """The circumstances of one passage; `Circumstances` of `jo.flow.decide`."""

    now: datetime
    reader: Reader
    facts: PersonFacts
    calendar: Calendar
    """What business days are counted in."""
    intents: Mapping[tuple[str, str], StepIntent] = field(default_factory=dict)
    """(step, occurrence) → intent of this passage."""
    occurred: Sequence[Occurred] = ()
    departure: str | None = None
    """`gone` or `left list` for somebody out of the program's reach."""

    def holds(self, condition: Condition) -> bool:
        return self.reader.holds(condition, self.facts)

    def uses_clock(self, condition: Condition) -> bool:
        return self.reader.uses_clock(condition)

    def view(self, course: Course) -> "StepView":
        return StepView(look=self, course=course)

    def next_midnight(self) -> datetime:
        zone = self.facts.person.zone
        return start_of_day(local_date(self.now, zone) + timedelta(days=1), zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """What steps see; `View` of `jo.model.step`."""

    look: Look
    course: Course

    @property
    def now(self) -> datetime:
        return self.look.now

    @property
    def anchor(self) -> datetime:
        return self.course.anchor_at

    @property
    def repeat(self) -> int:
        return self.course.repeat

    def after(self, start: datetime, duration: Duration) -> datetime:
        return add(start, duration, self.look.facts.person.zone, self.look.calendar)

    def holds(self, condition: Condition) -> bool:
        return self.look.holds(condition)

    def time(self, expr: TimeExpr) -> datetime | None:
        person = self.look.facts.person
        return evaluate(
            expr,
            self.look.facts,
            scope=self.look.reader.scope,
            entered=self.course.entered_at,
            anchor=self.anchor,
            zone=person.zone,
            calendar=self.look.calendar,
        )

    def intent(self, repeat: int) -> IntentSeen | None:
        found = self.look.intents.get((self.course.step, occurrence(self.course.visit, repeat)))
        if found is None:
            return None
        if found.is_under_way:
            return IntentSeen(ended=None, at=None, is_held=found.is_held)
        ended = IntentEnd.NONE if found.outcome_at is None else IntentEnd.OUTCOME
        return IntentSeen(ended=ended, at=found.outcome_at)

    def event(self, name: str, condition: Condition | None) -> datetime | None:
        for event in self.look.occurred:
            if event.name != name:
                continue
            if condition is None or self.look.reader.fits(condition, name, event.payload, self.look.facts):
                return event.at
        return None

    def share(self) -> float:
        return share(self.course.program, self.course.step, self.course.identity)
