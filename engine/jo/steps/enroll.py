"""`enroll`: offer the person to another program as a candidate, and go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from jo.model.address import Address, Kind
from jo.model.cursor import Cursor
from jo.model.step import Enroll, Step, Target, Verdict, View
from jo.steps.common import shared


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollStep(Step):
    type: ClassVar[str] = "enroll"

    enroll: str
    """The program."""

    @classmethod
    def lower(cls, cursor: Cursor, following: Target) -> Self:
        return cls(enroll=cursor.text("enroll"), **shared(cursor, following))

    def decide(self, view: View) -> Verdict:
        return Enroll(program=self.enroll)

    def references(self) -> Sequence[tuple[tuple[str | int, ...], Address]]:
        return [(("enroll",), Address(Kind.PROGRAM, self.enroll))]
