"""`split`: divide people at random between steps, by weight; stable for each person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from jo.model.cursor import Cursor
from jo.model.step import Edge, Goto, Step, Take, Target, Verdict, View
from jo.steps.common import shared


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Step):
    type: ClassVar[str] = "split"

    split: Mapping[str, int]
    """Step → weight; the keys are the steps people go to."""

    @classmethod
    def lower(cls, cursor: Cursor, following: Target) -> Self:
        weights = {str(step): int(weight) for step, weight in cursor.get("split").items()}
        return cls(split=weights, **shared(cursor, following))

    def decide(self, view: View) -> Verdict:
        point = view.share() * sum(self.split.values())
        step = ""
        for step, weight in self.split.items():  # noqa: B007 - the last one serves rounding at the upper end
            point -= weight
            if point < 0:
                break
        return Take(edge=step, outcome=None)

    def edges(self) -> tuple[Edge, ...]:
        total = sum(self.split.values()) or 1
        return tuple(
            Edge(name=step, target=Goto(step), label=f"{100 * weight / total:.3g} %")
            for step, weight in self.split.items()
        )
