"""A passage under way: what one decision changes of it, turn by turn, and what follows from that.

The only thing in `flow` that changes in place. It lives within one decision, which begins with a passage and
ends with the new one, so nobody else ever sees it.
"""

from datetime import datetime

from jo.flow.passage import Decision, Effect, Note, Passage, WithdrawIntents
from jo.model.step import Edge, Leave, Target


class Course:
    __slots__ = (
        "_passage",
        "anchor_at",
        "begun",
        "effects",
        "entered_at",
        "identity",
        "program",
        "repeat",
        "step",
        "taken",
        "visit",
        "visits",
    )

    def __init__(self, passage: Passage) -> None:
        self._passage = passage
        self.program = passage.program
        self.identity = passage.identity
        self.entered_at = passage.entered_at
        self.anchor_at = passage.anchor_at
        self.step = passage.step
        self.visit = passage.visit
        self.repeat = passage.repeat
        self.begun = passage.begun
        self.visits = passage.visits
        self.taken = passage.taken
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
        self.effects.append(Note(at=now, step=self.step, what="took", detail=edge))
        self.step = target.step
        self.visit = self.visits.get(target.step, 0) + 1
        self.visits = {**self.visits, target.step: self.visit}
        self.repeat = 0
        self.begun = False
        return None

    def hold(self, until: datetime | None, why: str) -> Decision:
        """Stop here, to be looked at again at `until`."""
        return self._decision(due_at=until, why=why)

    def end(self, reason: str, now: datetime) -> Decision:
        """End the passage; nothing of it stays pending."""
        self.effects += (
            WithdrawIntents(reason=reason),
            Note(at=now, step=self.step, what="ended", detail=reason),
        )
        return self._decision(due_at=None, why="", ended_at=now, exit_reason=reason)

    def _decision(
        self,
        *,
        due_at: datetime | None,
        why: str,
        ended_at: datetime | None = None,
        exit_reason: str | None = None,
    ) -> Decision:
        before = self._passage
        passage = Passage(
            id=before.id,
            program=before.program,
            identity=before.identity,
            number=before.number,
            contact=before.contact,
            row=before.row,
            revision=before.revision,
            entered_at=before.entered_at,
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
        return Decision(passage=passage, effects=tuple(self.effects))
