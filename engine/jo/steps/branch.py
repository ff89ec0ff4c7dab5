"""`branch`: go where the first true condition says, else `otherwise`. A branch taken is never taken again."""

from dataclasses import dataclass
from typing import ClassVar, Self

from jo.conditions.condition import Condition
from jo.model.cursor import Cursor
from jo.model.step import Edge, Leave, Step, Take, Target, Verdict, View
from jo.steps.common import refuse_idle_next, shared_aside, target


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    when: Condition
    next: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Step):
    type: ClassVar[str] = "branch"

    branch: tuple[When, ...]
    otherwise: Target | None
    """None when the author forgot it, which the checks refuse; people would then leave the program."""

    @classmethod
    def lower(cls, cursor: Cursor, following: Target) -> Self:
        refuse_idle_next(cursor)
        otherwise = cursor.get("otherwise")
        return cls(
            branch=tuple(
                When(
                    when=case.as_condition(case.get("when"), "when"), next=target(case.get("next"), following)
                )
                for case in cursor.each("branch")
            ),
            otherwise=None if otherwise is None else target(otherwise, following),
            **shared_aside(cursor, following),
        )

    def decide(self, view: View) -> Verdict:
        for index, case in enumerate(self.branch):
            if view.holds(case.when):
                return Take(edge=f"when.{index}", outcome=None)
        return Take(edge="otherwise", outcome=None)

    def edges(self) -> tuple[Edge, ...]:
        cases = tuple(Edge(name=f"when.{index}", target=case.next) for index, case in enumerate(self.branch))
        rest = Edge(name="otherwise", target=self.otherwise or Leave())
        return (*cases, rest, *self.skipping())

    def label(self, edge: str) -> str:
        name, _, index = edge.partition(".")
        if name == "when":
            return self.branch[int(index)].when.text
        return edge if edge == "otherwise" else Step.label(self, edge)

    def conditions(self) -> list[tuple[tuple[str | int, ...], Condition]]:
        own: list[tuple[tuple[str | int, ...], Condition]] = [
            (("branch", index, "when"), case.when) for index, case in enumerate(self.branch)
        ]
        return [*Step.conditions(self), *own]
