"""What status, why and the account read: counts by journey, and lines for people."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from jo.flow.passage import Note
from jo.flow.state import UNSENT, IntentState
from jo.ports.store.audiences import CandidateDecision
from jo.ports.store.ledger import Said
from jo.ports.store.passages import Happening
from jo.ports.store.reports import Engagement, Evidence, IntentLine, JourneyCounts, PassageLine, Tally
from jo.store.codec import INTENT, PASSAGE, to_intent, to_passage
from jo.store.counts import SqlCounts, What
from jo.store.section import Section
from jo.store.tables import (
    IS_UNCERTAIN,
    attempts,
    decisions,
    engagement,
    events,
    evidence,
    intents,
    passage_notes,
    passages,
)
from jo.store.twins import among

_WAS_UNCERTAIN = or_(
    intents.c.id.in_(select(attempts.c.intent).where(IS_UNCERTAIN)),
    intents.c.id.in_(select(attempts.c.intent).join(evidence, evidence.c.attempt == attempts.c.id)),
)
_EVIDENCE = (
    select(attempts.c.intent, *(column for column in evidence.c if column.name not in ("id", "attempt")))
    .join_from(evidence, attempts, attempts.c.id == evidence.c.attempt)
    .where(among(attempts.c.intent, "ids"))
    .order_by(evidence.c.id)
)

_INTENT_LINES = (
    select(attempts.c.code, attempts.c.text, attempts.c.opened_at, *INTENT)
    .join_from(
        intents,
        attempts,
        and_(attempts.c.intent == intents.c.id, attempts.c.number == intents.c.attempts),
        isouter=True,
    )
    .order_by(func.coalesce(intents.c.outcome_at, intents.c.ended_at, intents.c.due_at), intents.c.key)
)
_PASSAGES = select(*PASSAGE).order_by(passages.c.entered_at, passages.c.id)
_NOTES = select(passage_notes).where(among(passage_notes.c.passage, "ids")).order_by(passage_notes.c.id)
_DECISIONS = select(decisions).order_by(decisions.c.journey, decisions.c.occurrence, decisions.c.key)
_HAPPENINGS = (
    select(events.c.name, events.c.at, events.c.payload)
    .where(events.c.contact == bindparam("contact"))
    .order_by(events.c.at, events.c.id)
    .limit(bindparam("limit"))
)
_ENGAGEMENT = (
    select(intents.c.template, engagement.c.what, engagement.c.link, engagement.c.at)
    .join_from(engagement, intents, intents.c.id == engagement.c.intent)
    .where(intents.c.contact == bindparam("contact"))
    .order_by(engagement.c.at, engagement.c.id)
    .limit(bindparam("limit"))
)
_CONTACTS_AT = (
    select(intents.c.contact)
    .distinct()
    .where(intents.c.address_key == bindparam("address_key"))
    .order_by(intents.c.contact)
)


class SqlReports(Section):
    __slots__ = ("_counts",)

    def __init__(self, connection: Connection, counts: SqlCounts) -> None:
        super().__init__(connection)
        self._counts = counts

    def journeys(self, journey: str | None = None) -> Sequence[JourneyCounts]:
        found: defaultdict[str, defaultdict[str, Counter[Any]]] = defaultdict(lambda: defaultdict(Counter))
        shown = (What.DECIDED, What.INSIDE, What.ENDED, What.MAIL)
        for (name, what, word, why), number in self._counts.kept(*shown, journey=journey):
            is_mail = what == What.MAIL
            sort = (word, why if word == IntentState.PENDING else "") if is_mail else word
            found[name][what][sort] += number
        return [
            JourneyCounts(
                journey=name,
                admitted=of[What.DECIDED][""],
                refused={reason: number for reason, number in of[What.DECIDED].items() if reason},
                inside=dict(of[What.INSIDE]),
                ended=dict(of[What.ENDED]),
                intents=dict(of[What.MAIL]),
            )
            for name, of in found.items()
        ]

    def waiting(self, journey: str | None = None) -> Sequence[Tally]:
        return [
            Tally(journey=name, sort=step, why=why, count=number)
            for (name, _, step, why), number in self._counts.kept(What.INSIDE, journey=journey)
        ]

    def unsent(self, journey: str | None = None) -> Sequence[Tally]:
        return [
            Tally(journey=name, sort=state, why=reason, count=number)
            for (name, _, state, reason), number in self._counts.kept(What.MAIL, journey=journey)
            if state in UNSENT
        ]

    def intents(
        self,
        *,
        journey: str | None = None,
        states: Collection[IntentState] = (),
        contact: str | None = None,
        was_uncertain: bool = False,
        limit: int = 1000,
    ) -> Sequence[IntentLine]:
        statement = _INTENT_LINES.limit(limit)
        if was_uncertain:
            statement = statement.where(_WAS_UNCERTAIN)
        if journey is not None:
            statement = statement.where(intents.c.journey == journey)
        if states:
            statement = statement.where(intents.c.state.in_(sorted(states)))
        if contact is not None:
            statement = statement.where(intents.c.contact == contact)
        found = [
            (code, text, opened_at, to_intent(rest))
            for code, text, opened_at, *rest in self._connection.execute(statement)
        ]
        said = self._evidence([intent.id for *_, intent in found if intent.attempts])
        return [
            IntentLine(
                intent=intent,
                last_code=code,
                last_text=text or "",
                attempted_at=opened_at,
                evidence=tuple(said.get(intent.id, ())),
            )
            for code, text, opened_at, intent in found
        ]

    def _evidence(self, ids: Sequence[int]) -> Mapping[int, Sequence[Evidence]]:
        """Return intent → what was said about it."""
        said: defaultdict[int, list[Evidence]] = defaultdict(list)
        for row in self._connection.execute(_EVIDENCE, {"ids": ids}):
            line = Said(at=row.at, source=row.source, who=row.who, text=row.text)
            said[row.intent].append(Evidence(says=row.says, said=line))
        return said

    def passages(
        self, *, program: str | None = None, contact: str | None = None, limit: int = 1000
    ) -> Sequence[PassageLine]:
        statement = _PASSAGES.limit(limit)
        if program is not None:
            statement = statement.where(passages.c.program == program)
        if contact is not None:
            statement = statement.where(passages.c.contact == contact)
        found = [to_passage(row) for row in self._connection.execute(statement)]
        notes: defaultdict[int, list[Note]] = defaultdict(list)
        for row in self._connection.execute(_NOTES, {"ids": [passage.id for passage in found]}):
            notes[row.passage].append(Note(at=row.at, step=row.step, what=row.what, detail=row.detail))
        return [PassageLine(passage=passage, notes=tuple(notes[passage.id])) for passage in found]

    def decisions(
        self, *, journey: str | None = None, contact: str | None = None, limit: int = 1000
    ) -> Sequence[CandidateDecision]:
        statement = _DECISIONS.limit(limit)
        if journey is not None:
            statement = statement.where(decisions.c.journey == journey)
        if contact is not None:
            statement = statement.where(decisions.c.contact == contact)
        return [CandidateDecision(**row._mapping) for row in self._connection.execute(statement)]

    def happenings(self, contact: str, limit: int = 1000) -> Sequence[Happening]:
        rows = self._connection.execute(_HAPPENINGS, {"contact": contact, "limit": limit})
        return [Happening(name=name, at=at, payload=payload) for name, at, payload in rows]

    def engagement(self, contact: str, limit: int = 1000) -> Sequence[Engagement]:
        rows = self._connection.execute(_ENGAGEMENT, {"contact": contact, "limit": limit})
        return [Engagement(template=name, what=what, link=link, at=at) for name, what, link, at in rows]

    def contacts_at(self, address_key: str) -> Sequence[str]:
        return self._connection.execute(_CONTACTS_AT, {"address_key": address_key}).scalars().all()
