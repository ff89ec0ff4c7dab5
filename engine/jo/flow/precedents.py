"""Decisions that were made before: who is in the same case gets the same one.

Theory. `decide` is deterministic, and all that it learns of a person besides where they stand it learns by
asking the `Circumstances`. So all decisions from one stand are a tree: each question is a node, each of its
answers a branch, and behind the last answer is the decision. Whoever comes first is decided about while the
questions and answers are written down. Whoever comes later is asked the same questions; when each answer has
been given before, the decision is there already, and else it is made and becomes a branch more.

Nobody is asked what the decision would not have asked, and nothing has to be known about steps and
conditions here: a new type of step needs nothing.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from jo.conditions.condition import Condition
from jo.conditions.instant_tree import TimeExpr
from jo.flow.circumstances import Circumstances
from jo.flow.decide import decide
from jo.flow.passage import Decision, Passage, Stand
from jo.flow.route import Route
from jo.model.step import IntentSeen
from jo.timing.calendars import Calendar

_Answer = TypeVar("_Answer", bound=Hashable)


@dataclass(slots=True, eq=False)
class _Question:
    name: str
    """A method of `Circumstances`."""
    about: tuple[Any, ...]
    """Its arguments."""
    branches: dict[Hashable, "_Question | Case"] = field(default_factory=dict)
    """By answer."""


@dataclass(slots=True, eq=False)
class Case:
    """Passages that stand at one place and get one decision."""

    before: Stand
    decision: Decision
    passages: list[Passage] = field(default_factory=list)


class Precedents:
    """The decisions of one batch: of one instant and one generation, so that a revision has one route."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        """In the order in which they were met."""
        self._starts: dict[Hashable, _Question | Case] = {}

    def decide(self, passage: Passage, route: Route, world: Circumstances) -> Decision:
        """Return what `jo.flow.decide` would, and keep the passage with those of its case."""
        start = passage.stand, world.zone, world.departure
        known = self._starts.get(start)
        while isinstance(known, _Question):
            known = known.branches.get(getattr(world, known.name)(*known.about))
        case = known or self._made(start, passage.stand, route, world)
        case.passages.append(passage)
        return case.decision

    def _made(self, start: Hashable, stand: Stand, route: Route, world: Circumstances) -> Case:
        hearing = _Hearing(world)
        case = Case(stand, decide(stand, route, hearing))
        branches, answer = self._starts, start
        for question, given in hearing.heard:
            known = branches.setdefault(answer, question)
            assert isinstance(known, _Question), "the same answers lead to the same questions"
            branches, answer = known.branches, given
        branches[answer] = case
        self.cases.append(case)
        return case


class _Hearing:
    """Circumstances that write down what they are asked, and what the answer was."""

    def __init__(self, world: Circumstances) -> None:
        self._world = world
        self.now: datetime = world.now
        self.zone: ZoneInfo = world.zone
        self.calendar: Calendar = world.calendar
        self.departure: str | None = world.departure
        self.heard: list[tuple[_Question, Any]] = []

    def holds(self, condition: Condition) -> bool:
        return self._note(self._world.holds(condition), "holds", condition)

    def time(self, expr: TimeExpr, anchor: datetime) -> datetime | None:
        return self._note(self._world.time(expr, anchor), "time", expr, anchor)

    def intent(self, step: str, occurrence: str) -> IntentSeen | None:
        return self._note(self._world.intent(step, occurrence), "intent", step, occurrence)

    def event(self, name: str, condition: Condition | None) -> datetime | None:
        return self._note(self._world.event(name, condition), "event", name, condition)

    def draw(self, step: str, weights: Mapping[str, int]) -> str:
        return self._note(self._world.draw(step, weights), "draw", step, weights)

    def _note(self, answer: _Answer, name: str, *about: Any) -> _Answer:
        self.heard.append((_Question(name, about), answer))
        return answer
