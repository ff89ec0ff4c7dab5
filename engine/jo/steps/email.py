"""`email`: send a mail, once or several times, and go on when the last one has ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from jo.model.address import Address, Kind
from jo.model.cursor import Cursor
from jo.model.step import Hold, Send, Step, Take, Target, Verdict, View
from jo.steps.common import shared
from jo.timing.durations import Duration

HELD = "nobody knows whether the mail went out; see `jo sends resolve`"
"""What somebody waits for at the step whose template says `on_uncertain: hold`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """`count` mails in all, `every` counted from each outcome."""

    every: Duration
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Email(Step):
    type: ClassVar[str] = "email"
    sends: ClassVar[bool] = True

    email: str
    """The template."""
    repeat: Repeat | None = None
    send_window: str | None = None
    """A calendar; None for the program's."""
    expires_after: Duration | None = None

    @classmethod
    def lower(cls, cursor: Cursor, following: Target) -> Self:
        repeat = None
        if "repeat" in cursor:
            inner = cursor.into("repeat")
            every = inner.as_duration(inner.get("every"), "every")
            repeat = Repeat(every=every, count=inner.get("count"))
        return cls(
            email=cursor.text("email"),
            repeat=repeat,
            send_window=cursor.get("send_window"),
            expires_after=cursor.duration("expires_after"),
            **shared(cursor, following),
        )

    def decide(self, view: View) -> Verdict:
        sent = view.repeat
        if sent == 0:
            return Send(repeat=1)
        last = view.intent(sent)
        if last is None or last.ended is None:
            is_held = last is not None and last.is_held
            return Hold(until=None, why=HELD if is_held else "waiting for the mail")
        outcome = _last_outcome(view, sent)
        if self.repeat is not None and sent < self.repeat.count:
            due = view.after(outcome or view.anchor, self.repeat.every)
            if view.now < due:
                return Hold(
                    until=due, why=f"mail {sent + 1} of {self.repeat.count} follows after {self.repeat.every}"
                )
            return Send(repeat=sent + 1, due=due)
        return Take(edge="next", outcome=outcome)

    def references(self) -> Sequence[tuple[tuple[str | int, ...], Address]]:
        template = (("email",), Address(Kind.TEMPLATE, self.email))
        if self.send_window is None:
            return [template]
        return [template, (("send_window",), Address(Kind.CALENDAR, self.send_window))]

    def passes_time(self) -> bool:
        return Step.passes_time(self) or (self.repeat is not None and self.repeat.count > 1)


def _last_outcome(view: View, sent: int) -> datetime | None:
    """Return the outcome of the latest of these mails that had one; a suppressed mail has none."""
    for repeat in range(sent, 0, -1):
        seen = view.intent(repeat)
        if seen is not None and seen.at is not None:
            return seen.at
    return None
