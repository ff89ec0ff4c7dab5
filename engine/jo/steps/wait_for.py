"""`wait_for`: wait until something is true or has happened, or until the time for it is over.

It is a level, not an edge: what is already true when the person arrives is met at once, and what became
true while jo was not looking counts as met, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from jo.conditions.condition import Condition
from jo.conditions.instant_tree import TimeExpr
from jo.diagnostics.codes import MISSING_KEY, WRONG_VALUE
from jo.model.address import Address, Kind
from jo.model.cursor import Cursor
from jo.model.step import Bounded, Edge, Hold, Step, Take, Target, Verdict, View
from jo.steps.common import bounded, refuse_idle_next, shared_aside, target
from jo.timing.durations import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """What is waited for: an event (with an optional condition on its payload), or a condition."""

    event: str | None = None
    where: Condition | None = None
    when: Condition | None = None
    within: Duration | None = None
    until: TimeExpr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitFor(Step):
    type: ClassVar[str] = "wait_for"

    wait_for: Waited
    met: Target
    timeout: Target | Bounded

    @classmethod
    def lower(cls, cursor: Cursor, following: Target) -> Self:
        onward = target(cursor.get("next"), following)
        if "met" in cursor and "timeout" in cursor:
            refuse_idle_next(cursor)
        inner = cursor.into("wait_for")
        _check(inner)
        return cls(
            wait_for=Waited(
                event=inner.get("event"),
                where=inner.condition("where"),
                when=inner.condition("when"),
                within=inner.duration("within"),
                until=inner.time("until"),
            ),
            met=target(cursor.get("met"), onward),
            timeout=bounded(cursor.get("timeout"), onward),
            **shared_aside(cursor, following),
        )

    def decide(self, view: View) -> Verdict:
        limit = self._limit(view)
        met = self._met(view)
        if met is not None and (limit is None or met < limit or self.wait_for.when is not None):
            moment = met if limit is None else min(met, limit)
            return Take(edge="met", outcome=max(moment, view.anchor))
        if limit is not None and view.now >= limit:
            return Take(edge="timeout", outcome=max(limit, view.anchor))
        return Hold(until=limit, why=f"waits for {self.wait_for.event or 'its condition'}")

    def _limit(self, view: View) -> datetime | None:
        if self.wait_for.within is not None:
            return view.after(view.anchor, self.wait_for.within)
        return view.time(self.wait_for.until) if self.wait_for.until is not None else None

    def _met(self, view: View) -> datetime | None:
        if self.wait_for.event is not None:
            return view.event(self.wait_for.event, self.wait_for.where)
        if self.wait_for.when is not None and view.holds(self.wait_for.when):
            return view.now
        return None

    def edges(self) -> tuple[Edge, ...]:
        met, over = Edge(name="met", target=self.met), self.timeout
        if isinstance(over, Bounded):
            late = Edge(name="timeout", target=over.next, times=over.times, then=over.then)
        else:
            late = Edge(name="timeout", target=over)
        return (met, late, *self.skipping())

    def label(self, edge: str) -> str:
        if edge == "timeout":
            return f"after {self.wait_for.within}" if self.wait_for.within else "when its time is over"
        return edge if edge == "met" else Step.label(self, edge)

    def conditions(self) -> list[tuple[tuple[str | int, ...], Condition]]:
        own: list[tuple[tuple[str | int, ...], Condition]] = []
        if self.wait_for.where is not None:
            own.append((("wait_for", "where"), self.wait_for.where))
        if self.wait_for.when is not None:
            own.append((("wait_for", "when"), self.wait_for.when))
        return [*Step.conditions(self), *own]

    def times(self) -> list[tuple[tuple[str | int, ...], TimeExpr]]:
        own = [(("wait_for", "until"), self.wait_for.until)] if self.wait_for.until is not None else []
        return [*Step.times(self), *own]

    def references(self) -> Sequence[tuple[tuple[str | int, ...], Address]]:
        event = self.wait_for.event
        return [] if event is None else [(("wait_for", "event"), Address(Kind.EVENT, event))]

    def passes_time(self) -> bool:
        return True


def _check(waited: Cursor) -> None:
    """Find what two keys of `wait_for` say against each other."""
    if "event" not in waited and "when" not in waited:
        waited.fault(
            MISSING_KEY,
            "It is not said what is waited for.",
            advice="Add `event`, the name of an event, or `when`, a condition.",
            at_key=True,
        )
    for one, other, why in (
        ("event", "when", "A step waits for an event or for a condition"),
        ("within", "until", "A wait ends after a while or at a moment"),
        ("when", "where", "`where` says which events count, and `when` waits for no event"),
    ):
        if one in waited and other in waited:
            waited.fault(
                WRONG_VALUE,
                f"{why}, so `{one}` and `{other}` cannot stand together.",
                other,
                advice="Leave one of them out.",
                at_key=True,
            )
