"""The decision about one passage at one instant.

Theory. A passage stands at a step. It has *arrived*; it is *due* when `after` and `between` allow; then
`if` is read once and the step has *begun*; from there the step itself says to hold, to send, or which edge
to take. `decide` follows these rules from where the passage stands until it has to stop, and returns the
new stand together with notes and effects. It is total: every passage ends up holding or ended, because
circles pass through a wait and a wait that was just met is not met again at the same instant without time
passing; should a graph slip through the checks all the same, a limit ends the turn, and it goes on a while
later.

`exit_when` is read first at every look, so that no effect is decided for somebody who has left.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import assert_never

from jo.conditions.condition import Condition
from jo.flow.circumstances import Circumstances
from jo.flow.course import Course
from jo.flow.passage import CreateIntent, Decision, OfferTo, Stand, occurrence
from jo.flow.route import Leg, Route
from jo.flow.view import CourseView
from jo.model.step import Enroll, Hold, Send, Step, Take, View
from jo.timing.zones import local_date, start_of_day

_DAY = timedelta(days=1)
TURNS = 1000
"""Steps one decision walks at most; a safety net, far beyond any program that passes the checks."""
BREATH = timedelta(minutes=1)
"""How long a passage rests whose turns are used up, so that everybody else gets theirs."""


def exit_reason(exits: Mapping[str, Condition], holds: Callable[[Condition], bool]) -> str | None:
    """Return the first exit whose condition is true, or None."""
    return next((reason for reason, condition in exits.items() if holds(condition)), None)


def decide(stand: Stand, route: Route, world: Circumstances) -> Decision:
    """Follow the route from where a passage stands to where it has to stop."""
    course, now = Course(stand), world.now
    reason = world.departure or exit_reason(route.exits, world.holds)
    if reason is not None:
        return course.end(reason, now)
    view = CourseView(world, course)
    due = now
    for _ in range(TURNS):
        leg = route.legs[course.step]
        step = leg.step
        if not course.begun:
            gate = _gate(course, step, view)
            if isinstance(gate, Hold):
                return _hold(course, gate, leg, world)
            if isinstance(gate, datetime):
                due = gate
            else:
                course.note("skipped", gate, now)
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
                return _hold(course, verdict, leg, world)
            case Send():
                course.repeat = verdict.repeat
                name = occurrence(course.visit, verdict.repeat)
                end = view.time(step.between.end) if step.between is not None else None
                since = min(now, max(verdict.due or due, stand.due_at or now))
                course.effects.append(
                    CreateIntent(step=course.step, occurrence=name, at=now, since=since, until=end)
                )
                return _hold(course, _UNDER_WAY, leg, world)
            case Enroll():
                course.effects.append(OfferTo(program=verdict.program))
                edge, outcome = "next", None
            case _:
                assert_never(verdict)
        left = course.follow(leg.edges[edge], outcome, now)
        if left is not None:
            return course.end(left, now)
    return _hold(course, Hold(until=now + BREATH, why="goes on"), route.legs[course.step], world)


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


def _hold(course: Course, hold: Hold, leg: Leg, world: Circumstances) -> Decision:
    """Stop here. Whoever waits on a condition that uses the clock is looked at again at midnight."""
    until = hold.until
    if leg.uses_clock:
        midnight = start_of_day(local_date(world.now, world.zone) + _DAY, world.zone)
        until = midnight if until is None else min(until, midnight)
    return course.hold(until, hold.why)
