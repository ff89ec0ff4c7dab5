"""The section of a transaction that an audit reads."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from jo.flow.state import IN_DOUBT, UNSENT, IntentState
from jo.model.address import Kind
from jo.model.content import MailClass
from jo.ports.store.audit import (
    Case,
    Cases,
    Check,
    Ledgered,
    MailSum,
    Planned,
    Sent,
    Sizes,
    TokenUse,
    Transition,
)
from jo.store.audit.cases import CASES
from jo.store.evidence import IN_DOUBT_SINCE, IS_DOUBTFUL
from jo.store.known import JOURNAL, MAY_HAVE_GONE
from jo.store.section import Section
from jo.store.tables import (
    IS_UNCERTAIN,
    attempts,
    decisions,
    evidence,
    intents,
    is_one_of,
    known_sends,
    passage_notes,
    passages,
)

SLACK = {"sqlite": 0, "postgresql": 5_000_000}
"""Database → microseconds by which moments of two workers may be in the wrong order: writers of SQLite take
turns; elsewhere a worker holds whose clock is further off than this."""

AT_ONCE = 5_000
"""Rows of a stream that are held at once."""

_SIZES = [select(func.count()).select_from(table) for table in (intents, attempts, passages, decisions)]

_SUMS = select(intents.c.journey, intents.c.state, intents.c.why, intents.c.detail)
_TARGETS = (
    select(decisions.c.journey, func.count().label("candidates"))
    .where(decisions.c.reason == "", decisions.c.journey.like(f"{Kind.OUTREACH}/%"))
    .group_by(decisions.c.journey)
)

_LINES = (
    select(
        passages.c.revision,
        passage_notes.c.passage,
        passage_notes.c.step,
        passage_notes.c.what,
        passage_notes.c.detail,
    )
    .join_from(passage_notes, passages, passages.c.id == passage_notes.c.passage)
    .order_by(passage_notes.c.passage, passage_notes.c.id)
)

_TOKEN_USES = select(attempts.c.intent, attempts.c.lease, attempts.c.token).order_by(attempts.c.id)

_SENT = (
    select(
        intents.c.address_key,
        intents.c.public,
        func.coalesce(
            intents.c.outcome_at, IN_DOUBT_SINCE, intents.c.ended_at, type_=intents.c.outcome_at.type
        ),
    )
    .where(
        or_(
            is_one_of(intents.c.state, [IntentState.ACCEPTED, IntentState.UNCERTAIN]),
            and_(is_one_of(intents.c.state, sorted(IN_DOUBT)), intents.c.attempts > 0, IS_DOUBTFUL),
        )
    )
    .order_by(intents.c.address_key)
)
_TOLD = (
    select(intents.c.public)
    .join_from(attempts, intents, intents.c.id == attempts.c.intent)
    .where(attempts.c.stage == JOURNAL)
)
_UNCERTAIN = (
    select(intents.c.public)
    .join_from(attempts, intents, intents.c.id == attempts.c.intent)
    .where(IS_UNCERTAIN)
)
_SAID = (
    select(intents.c.public)
    .select_from(evidence)
    .join(attempts, attempts.c.id == evidence.c.attempt)
    .join(intents, intents.c.id == attempts.c.intent)
)
_KNOWN = select(known_sends.c.public).where(MAY_HAVE_GONE)
_PLANNED = select(intents.c.key, intents.c.public)

_LEDGERED = select(intents.c.public, intents.c.state, intents.c.attempts)


_Line = tuple[str, str, str]
"""Step, what, detail."""


def _reason(state: IntentState, why: str | None, detail: str) -> str:
    """Return what a mail is counted under. A relay's words for refusing are its own, and say nothing here."""
    if why is not None:
        return why
    return detail if state in UNSENT and state is not IntentState.FAILED else ""


class SqlAudit(Section):
    __slots__ = ()

    def sizes(self) -> Sizes:
        return Sizes(*(self._connection.execute(statement).scalar_one() for statement in _SIZES))

    def cases(self, check: Check, limit: int) -> Cases:
        rows = CASES[check].subquery()
        values = {"slack": SLACK[self._connection.dialect.name]}
        first = self._connection.execute(select(rows).limit(limit + 1), values).all()
        count = len(first)
        if count > limit:
            count = self._connection.execute(select(func.count()).select_from(rows), values).scalar_one()
        return Cases(count=count, first=[Case(**row._mapping) for row in first[:limit]])

    def sums(self) -> Sequence[MailSum]:
        counts = Counter(
            (journey, state, _reason(state, why, detail))
            for journey, state, why, detail in self._stream(_SUMS)
        )
        return [MailSum(*sort, mails) for sort, mails in sorted(counts.items())]

    def targets(self) -> Mapping[str, int]:
        return {row.journey: row.candidates for row in self._connection.execute(_TARGETS)}

    def transitions(self) -> Sequence[Transition]:
        times: Counter[tuple[int, _Line | None, _Line]] = Counter()
        example: dict[tuple[int, _Line | None, _Line], int] = {}
        last: tuple[int, _Line] | None = None
        for revision, passage, step, what, detail in self._stream(_LINES):
            line = (step, what, detail if what == "took" else "")  # reasons say nothing about the course
            kind = (revision, last[1] if last is not None and last[0] == passage else None, line)
            times[kind] += 1
            example.setdefault(kind, passage)
            last = passage, line
        return [
            Transition(revision, before, after, count, example[revision, before, after])
            for (revision, before, after), count in times.items()
        ]

    def token_uses(self) -> Iterator[TokenUse]:
        return (TokenUse(*row) for row in self._stream(_TOKEN_USES))

    def sent(self, class_: MailClass) -> Iterator[Sent]:
        return (Sent(*row) for row in self._stream(_SENT.where(intents.c["class"] == class_)))

    def planned(self) -> Iterator[Planned]:
        return (Planned(*row) for row in self._stream(_PLANNED))

    def told_by_journals(self) -> Set[str]:
        return set(self._connection.execute(_TOLD).scalars())

    def doubtful(self) -> Set[str]:
        return {
            public for asked in (_UNCERTAIN, _SAID) for public in self._connection.execute(asked).scalars()
        }

    def known(self) -> Set[str]:
        return set(self._connection.execute(_KNOWN).scalars())

    def ledgered(self) -> Iterator[Ledgered]:
        return (Ledgered(*row) for row in self._stream(_LEDGERED))

    def _stream(self, statement: Select[Any]) -> Iterator[Any]:
        yield from self._connection.execute(statement, execution_options={"yield_per": AT_ONCE})
