"""`split`: divide people at random between steps, by weight; stable for each person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from jo.model.cursor import Cursor
from jo.model.step import Edge, Goto, Step, Take, Target, Verdict, View
from jo.steps.common import refuse_idle_next, shared_aside


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Step):
    type: ClassVar[str] = "split"

    split: Mapping[str, int]
    """Step → weight, above 0; the keys are the steps people go to. The order decides who goes where."""

    @classmethod
    def lower(cls, cursor: Cursor, following: Target) -> Self:
        refuse_idle_next(cursor)
        return cls(split=dict(cursor.get("split")), **shared_aside(cursor, following))

    def decide(self, view: View) -> Verdict:
        return Take(edge=f"share.{view.draw(self.split)}", outcome=None)

    def edges(self) -> tuple[Edge, ...]:
        shares = tuple(Edge(name=f"share.{step}", target=Goto(step)) for step in self.split)
        return (*shares, *self.skipping())

    def label(self, edge: str) -> str:
        name, _, step = edge.partition(".")
        if name == "share":
            return f"{100 * self.split[step] / (sum(self.split.values()) or 1):.3g} %"
        return Step.label(self, edge)


def drawn(weights: Mapping[str, int], point: float) -> str:
    """Return the name whose part of [0, 1) the point lies in."""
    left = point * sum(weights.values())
    name = ""
    for name, weight in weights.items():  # noqa: B007 - the last one serves rounding at the upper end
        left -= weight
        if left < 0:
            break
    return name
