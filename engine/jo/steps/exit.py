"""`exit`: the program ends here, with a reason of its own."""

from dataclasses import dataclass
from typing import ClassVar, Self

from jo.model.cursor import Cursor
from jo.model.step import Edge, Leave, Step, Take, Target, Verdict, View
from jo.steps.common import refuse_idle_next, shared_aside


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit(Step):
    type: ClassVar[str] = "exit"

    exit: str
    """The reason, as status and history show it."""

    @classmethod
    def lower(cls, cursor: Cursor, following: Target) -> Self:
        refuse_idle_next(cursor)
        return cls(exit=cursor.text("exit"), **shared_aside(cursor, following))

    def decide(self, view: View) -> Verdict:
        return Take(edge="exit", outcome=None)

    def edges(self) -> tuple[Edge, ...]:
        return (Edge(name="exit", target=Leave(self.exit)), *self.skipping())
