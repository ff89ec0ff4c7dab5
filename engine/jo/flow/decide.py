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
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol, assert_never

from jo.conditions.condition import Condition
from jo.flow.passage import (
    CreateIntent,
    Decision,
    Effect,
    Note,
    OfferTo,
    Passage,
    WithdrawIntents,
    occurrence,
)
from jo.model.program import Program
from jo.model.step import Edge, Enroll, Goto, Hold, Leave, Send, Step, Take, Target, View

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

    def view(self, passage: Passage, step: Step) -> View:
        """Return what the step may know of the passage as it stands now."""
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
    reason = world.departure or exit_reason(exits, world)
    if reason is not None:
        return _end(passage, reason, world.now, [])
    effects: list[Effect] = []
    for _ in range(TURNS):
        step = program.steps[passage.step]
        if not passage.begun:
            gate = _gate(passage, step, world)
            if isinstance(gate, Hold):
                return _hold(passage, gate, program, exits, world, effects)
            if gate is not None:
                effects.append(Note(at=world.now, step=passage.step, what="skipped", detail=gate))
                passage, ended = _follow(
                    passage, Edge(name="next", target=step.next), None, world.now, effects
                )
                if ended:
                    return Decision(passage=passage, effects=tuple(effects))
                continue
            passage = replace(passage, begun=True)
        view = world.view(passage, step)
        verdict = step.decide(view)
        match verdict:
            case Hold():
                return _hold(passage, verdict, program, exits, world, effects)
            case Send():
                passage = replace(passage, repeat=verdict.repeat)
                name = occurrence(passage.visit, verdict.repeat)
                end = view.time(step.between.end) if step.between is not None else None
                effects.append(CreateIntent(step=passage.step, occurrence=name, at=world.now, until=end))
                return _hold(
                    passage, Hold(until=None, why="the mail is under way"), program, exits, world, effects
                )
            case Enroll():
                effects.append(OfferTo(program=verdict.program))
                edge, outcome = "next", None
            case Take():
                edge, outcome = verdict.edge, verdict.outcome
            case _:
                assert_never(verdict)
        taken = next(candidate for candidate in step.edges() if candidate.name == edge)
        passage, ended = _follow(passage, taken, outcome, world.now, effects)
        if ended:
            return Decision(passage=passage, effects=tuple(effects))
    return _hold(passage, Hold(until=world.now + BREATH, why="goes on"), program, exits, world, effects)


def _gate(passage: Passage, step: Step, world: Circumstances) -> Hold | str | None:
    """Return a hold while the step is not due, the reason when it is skipped, None when it begins."""
    view = world.view(passage, step)
    due = passage.anchor_at
    if step.after is not None:
        due = view.after(passage.anchor_at, step.after)
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
    return None


def _follow(
    passage: Passage, edge: Edge, outcome: datetime | None, now: datetime, effects: list[Effect]
) -> tuple[Passage, bool]:
    """Move the passage along an edge. Returns it and whether it has ended."""
    target: Target = edge.target
    if edge.times is not None:
        name = f"{passage.step}/{edge.name}"
        count = passage.taken.get(name, 0)
        if count >= edge.times and edge.then is not None:
            target = edge.then
        passage = replace(passage, taken={**passage.taken, name: count + 1})
    anchor = passage.anchor_at if outcome is None else outcome
    if isinstance(target, Leave):
        ended = _end(replace(passage, anchor_at=anchor), target.reason, now, effects)
        effects[:] = ended.effects
        return ended.passage, True
    effects.append(Note(at=now, step=passage.step, what="took", detail=edge.name))
    return arrive(replace(passage, anchor_at=anchor), target), False


def arrive(passage: Passage, target: Goto) -> Passage:
    """Return the passage as it arrives at the target."""
    visit = passage.visits.get(target.step, 0) + 1
    return replace(
        passage,
        step=target.step,
        visit=visit,
        repeat=0,
        begun=False,
        visits={**passage.visits, target.step: visit},
    )


def _hold(
    passage: Passage,
    hold: Hold,
    program: Program,
    exits: Mapping[str, Condition],
    world: Circumstances,
    effects: list[Effect],
) -> Decision:
    """Stop here. Whoever waits on a condition that uses the clock is looked at again at midnight."""
    until = hold.until
    waiting = [condition for _, condition in program.steps[passage.step].conditions()]
    if any(world.uses_clock(condition) for condition in [*exits.values(), *waiting]):
        midnight = world.next_midnight()
        until = midnight if until is None else min(until, midnight)
    return Decision(passage=replace(passage, due_at=until, why=hold.why), effects=tuple(effects))


def _end(passage: Passage, reason: str, now: datetime, effects: list[Effect]) -> Decision:
    """End the passage; nothing of it stays pending."""
    ended = replace(passage, ended_at=now, exit_reason=reason, due_at=None, why="")
    closing = (WithdrawIntents(reason=reason), Note(at=now, step=passage.step, what="ended", detail=reason))
    return Decision(passage=ended, effects=(*effects, *closing))
