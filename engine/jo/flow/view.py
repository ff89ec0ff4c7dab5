"""What steps see of a passage under way."""

from collections.abc import Mapping
from datetime import datetime

from jo.conditions.condition import Condition
from jo.conditions.instant_tree import TimeExpr
from jo.flow.circumstances import Circumstances
from jo.flow.course import Course
from jo.flow.passage import occurrence
from jo.model.step import IntentSeen
from jo.timing.durations import Duration
from jo.timing.zones import add


class CourseView:
    """`View` of `jo.model.step`: always as the passage stands at the moment of asking."""

    __slots__ = ("_course", "_world", "now")

    def __init__(self, world: Circumstances, course: Course) -> None:
        self._world = world
        self._course = course
        self.now = world.now

    @property
    def anchor(self) -> datetime:
        return self._course.anchor_at

    @property
    def repeat(self) -> int:
        return self._course.repeat

    def after(self, start: datetime, duration: Duration) -> datetime:
        return add(start, duration, self._world.zone, self._world.calendar)

    def holds(self, condition: Condition) -> bool:
        return self._world.holds(condition)

    def time(self, expr: TimeExpr) -> datetime | None:
        return self._world.time(expr, self._course.anchor_at)

    def intent(self, repeat: int) -> IntentSeen | None:
        return self._world.intent(self._course.step, occurrence(self._course.visit, repeat))

    def event(self, name: str, condition: Condition | None) -> datetime | None:
        return self._world.event(name, condition)

    def draw(self, weights: Mapping[str, int]) -> str:
        return self._world.draw(self._course.step, weights)
