"""A passage under way: what one decision changes of it, turn by turn, and what follows from that.

It changes in place, but lives within one decision, which begins with a stand and ends with the new one, so
nobody else ever sees it.
"""

from datetime import datetime

from jo.flow.passage import Decision, Effect, Note, Stand, WithdrawIntents
from jo.model.step import Edge, Leave, Target


class Course:
    __slots__ = (
        "_stand",
        "anchor_at",
        "begun",
        "effects",
        "notes",
        "repeat",
        "step",
        "taken",
        "visit",
        "visits",
    )

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self.anchor_at = stand.anchor_at
        self.step = stand.step
        self.visit = stand.visit
        self.repeat = stand.repeat
        self.begun = stand.begun
        self.visits = stand.visits
        self.taken = stand.taken
        self.notes: list[Note] = []
        self.effects: list[Effect] = []

    def follow(self, edge: Edge, outcome: datetime | None, now: datetime) -> str | None:
        """Move along an edge. Returns the exit's reason when it leads out of the program."""
        target: Target = edge.target
        if edge.times is not None:
            name = f"{self.step}/{edge.name}"
            count = self.taken.get(name, 0)
            if count >= edge.times and edge.then is not None:
                target = edge.then
            self.taken = {**self.taken, name: count + 1}
        if outcome is not None:
            self.anchor_at = outcome
        return self.take(edge.name, target, now)

    def take(self, edge: str, target: Target, now: datetime) -> str | None:
        """Arrive at the target. Returns the exit's reason when it leads out of the program."""
        if isinstance(target, Leave):
            return target.reason
        self.note("took", edge, now)
        self.step = target.step
        self.visit = self.visits.get(target.step, 0) + 1
        self.visits = {**self.visits, target.step: self.visit}
        self.repeat = 0
        self.begun = False
        return None

    def note(self, what: str, detail: str, now: datetime) -> None:
        self.notes.append(Note(at=now, step=self.step, what=what, detail=detail))

    def hold(self, until: datetime | None, why: str) -> Decision:
        """Stop here, to be looked at again at `until`."""
        return self._decision(due_at=until, why=why)

    def end(self, reason: str, now: datetime) -> Decision:
        """End the passage; nothing of it stays pending."""
        self.effects.append(WithdrawIntents(reason=reason))
        self.note("ended", reason, now)
        return self._decision(due_at=None, why="", ended_at=now, exit_reason=reason)

    def _decision(
        self,
        *,
        due_at: datetime | None,
        why: str,
        ended_at: datetime | None = None,
        exit_reason: str | None = None,
    ) -> Decision:
        stand = Stand(
            revision=self._stand.revision,
            anchor_at=self.anchor_at,
            step=self.step,
            visit=self.visit,
            repeat=self.repeat,
            begun=self.begun,
            due_at=due_at,
            why=why,
            visits=self.visits,
            taken=self.taken,
            ended_at=ended_at,
            exit_reason=exit_reason,
        )
        return Decision(stand=stand, notes=tuple(self.notes), effects=tuple(self.effects))
