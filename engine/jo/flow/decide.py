"""The decision about one passage at one instant.

Theory. A passage stands at a step. It has *arrived*; it is *due* when `after` and `between` allow; then
`if` is read once and the step has *begun*; from there the step itself says to hold, to send, or which edge
to take. `decide` follows these rules from where the passage stands until it has to stop, and returns the
new passage together with the effects. It is total: every passage ends up holding or ended, because circles
pass through a wait and a wait that was just met is not met again at the same instant without time passing;
should a graph slip through the checks all the same, a limit ends the turn, and it goes on a while later.

`exit_when` is read first at every look, so that no effect is decided for somebody who has left.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol, assert_never

from jo.conditions.condition import Condition
from jo.flow.course import Course
from jo.flow.passage import CreateIntent, Decision, Note, OfferTo, Passage, occurrence
from jo.model.program import Program
from jo.model.step import Enroll, Hold, Send, Step, Take, View

TURNS = 1000
"""Steps one decision walks at most; a safety net, far beyond any program that passes the checks."""
BREATH = timedelta(minutes=1)
"""How long a passage rests whose turns are used up, so that everybody else gets theirs."""


class Circumstances(Protocol):
    """What a decision reads of the world, for one person at one instant."""

    @property
    def now(self) -> datetime: ...

    def holds(self, condition: Condition) -> bool: ...

    def uses_clock(self, condition: Condition) -> bool:
        """Tell whether the condition can change by time alone."""
        ...

    def view(self, course: Course) -> View:
        """Return what steps may know of the passage, always as it stands at the moment of asking."""
        ...

    @property
    def departure(self) -> str | None:
        """Why the person is out of the program's reach: `gone` from the source, `left list`; else None."""
        ...

    def next_midnight(self) -> datetime:
        """Return the next 00:00 of the person's zone, when conditions that use the clock are read again."""
        ...


def exit_reason(exits: Mapping[str, Condition], circumstances: Circumstances) -> str | None:
    """Return the first exit whose condition is true, or None."""
    return next((reason for reason, condition in exits.items() if circumstances.holds(condition)), None)


def decide(
    passage: Passage, program: Program, exits: Mapping[str, Condition], world: Circumstances
) -> Decision:
    """Follow the passage from where it stands to where it has to stop.

    `program` is the revision that the passage is pinned to; `exits` are those of the live revision, because
    `exit_when` is safety and never pinned.
    """
    course, now = Course(passage), world.now
    reason = world.departure or exit_reason(exits, world)
    if reason is not None:
        return course.end(reason, now)
    view = world.view(course)
    due = now
    for _ in range(TURNS):
        step = program.steps[course.step]
        if not course.begun:
            gate = _gate(course, step, view)
            if isinstance(gate, Hold):
                return _hold(course, gate, step, exits, world)
            if isinstance(gate, datetime):
                due = gate
            else:
                course.effects.append(Note(at=now, step=course.step, what="skipped", detail=gate))
                left = course.take("next", step.next, now)
                if left is not None:
                    return course.end(left, now)
                continue
            course.begun = True
        verdict = step.decide(view)
        match verdict:
            case Take():
                edge, outcome = verdict.edge, verdict.outcome
            case Hold():
                return _hold(course, verdict, step, exits, world)
            case Send():
                course.repeat = verdict.repeat
                name = occurrence(course.visit, verdict.repeat)
                end = view.time(step.between.end) if step.between is not None else None
                since = min(now, max(verdict.due or due, passage.due_at or now))
                course.effects.append(
                    CreateIntent(step=course.step, occurrence=name, at=now, since=since, until=end)
                )
                return _hold(course, _UNDER_WAY, step, exits, world)
            case Enroll():
                course.effects.append(OfferTo(program=verdict.program))
                edge, outcome = "next", None
            case _:
                assert_never(verdict)
        left = course.follow(step.edge(edge), outcome, now)
        if left is not None:
            return course.end(left, now)
    return _hold(course, Hold(until=now + BREATH, why="goes on"), program.steps[course.step], exits, world)


_UNDER_WAY = Hold(until=None, why="waiting for the mail")


def _gate(course: Course, step: Step, view: View) -> Hold | str | datetime:
    """Return a hold while the step is not due, why it is skipped, or when it was due as it begins."""
    due = course.anchor_at
    if step.after is not None:
        due = view.after(course.anchor_at, step.after)
    if step.between is not None:
        start, end = view.time(step.between.start), view.time(step.between.end)
        if start is None or end is None:
            return Hold(until=None, why="date missing")
        if max(view.now, due) >= end:
            return "too late"
        due = max(due, start)
    if view.now < due:
        return Hold(until=due, why="waits until it is due")
    if step.if_ is not None and not view.holds(step.if_):
        return "its condition is false"
    return due


def _hold(
    course: Course, hold: Hold, step: Step, exits: Mapping[str, Condition], world: Circumstances
) -> Decision:
    """Stop here. Whoever waits on a condition that uses the clock is looked at again at midnight."""
    until = hold.until
    uses_clock = world.uses_clock
    if any(map(uses_clock, exits.values())) or any(uses_clock(found) for _, found in step.conditions()):
        midnight = world.next_midnight()
        until = midnight if until is None else min(until, midnight)
    return course.hold(until, hold.why)
