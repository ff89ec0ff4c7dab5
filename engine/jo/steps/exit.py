"""`exit`: the program ends here, with a reason of its own."""

from dataclasses import dataclass
from typing import ClassVar, Self

from jo.model.cursor import Cursor
from jo.model.step import Edge, Leave, Step, Take, Target, Verdict, View
from jo.steps.common import shared


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit(Step):
    type: ClassVar[str] = "exit"

    exit: str
    """The reason, as status and history show it."""

    @classmethod
    def lower(cls, cursor: Cursor, following: Target) -> Self:
        return cls(exit=cursor.text("exit"), **shared(cursor, following))

    def decide(self, view: View) -> Verdict:
        return Take(edge="exit", outcome=None)

    def edges(self) -> tuple[Edge, ...]:
        return (Edge(name="exit", target=Leave(self.exit)),)
