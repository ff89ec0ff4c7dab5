"""`wait`: let time pass, for a duration from the last outcome or until a moment.

The moment is read anew at each look, so a wait follows its field when that moves. A moment in the past is
met at once; while a field of it is NULL the person is held and counted as `date missing`.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

from jo.conditions.instant_tree import TimeExpr
from jo.model.cursor import Cursor
from jo.model.step import Hold, Step, Take, Target, Verdict, View
from jo.steps.common import shared
from jo.timing.durations import Duration, Unit

DATE_MISSING = "date missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Until:
    until: TimeExpr


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(Step):
    type: ClassVar[str] = "wait"

    wait: Duration | Until

    @classmethod
    def lower(cls, cursor: Cursor, following: Target) -> Self:
        raw = cursor.get("wait")
        wait: Duration | Until
        if isinstance(raw, dict):
            moment = cursor.into("wait").time("until")
            wait = Until(until=moment) if moment is not None else Duration(0, Unit.SECOND)
        else:
            wait = cursor.as_duration(raw, "wait")
        return cls(wait=wait, **shared(cursor, following))

    def decide(self, view: View) -> Verdict:
        if isinstance(self.wait, Duration):
            due = view.after(view.anchor, self.wait)
        else:
            moment = view.time(self.wait.until)
            if moment is None:
                return Hold(until=None, why=DATE_MISSING)
            due = max(moment, view.anchor)
        if view.now < due:
            is_duration = isinstance(self.wait, Duration)
            return Hold(until=due, why=f"waits {self.wait}" if is_duration else "waits for its date")
        return Take(edge="next", outcome=due)

    def label(self, edge: str) -> str:
        return f"after {self.wait}" if isinstance(self.wait, Duration) else "at its date"

    def times(self) -> list[tuple[tuple[str | int, ...], TimeExpr]]:
        own = [] if isinstance(self.wait, Duration) else [(("wait", "until"), self.wait.until)]
        return [*Step.times(self), *own]

    def passes_time(self) -> bool:
        return isinstance(self.wait, Until) or self.wait.count > 0 or Step.passes_time(self)
