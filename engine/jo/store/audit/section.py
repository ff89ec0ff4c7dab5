"""The section of a transaction that an audit reads."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select

from jo.flow.state import UNSENT, IntentState
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
from jo.store.audit.cases import CASES, JOURNAL
from jo.store.section import Section
from jo.store.tables import (
    IS_UNCERTAIN,
    attempts,
    decisions,
    evidence,
    intents,
    is_one_of,
    passage_notes,
    passages,
)

SLACK = {"sqlite": 0, "postgresql": 5_000_000}
"""Database → microseconds by which moments of two workers may be in the wrong order: writers of SQLite take
turns; elsewhere a worker holds whose clock is further off than this."""

AT_ONCE = 5_000
"""Rows of a stream that are held at once."""

_SIZES = [select(func.count()).select_from(table) for table in (intents, attempts, passages, decisions)]

_reason = case(
    (intents.c.why.is_not(None), intents.c.why),
    (is_one_of(intents.c.state, sorted(UNSENT - {IntentState.FAILED})), intents.c.detail),
    else_="",
)
_SUMS = (
    select(intents.c.journey, intents.c.state, _reason.label("why"), func.count())
    .group_by(intents.c.journey, intents.c.state, _reason)
    .order_by(intents.c.journey, intents.c.state, _reason)
)
_TARGETS = (
    select(decisions.c.journey, func.count().label("candidates"))
    .where(decisions.c.reason == "", decisions.c.journey.like(f"{Kind.OUTREACH}/%"))
    .group_by(decisions.c.journey)
)

_detail = case((passage_notes.c.what == "took", passage_notes.c.detail), else_="")
"""Reasons say nothing about the course, and there may be many."""


def _before(column: Any, name: str) -> Any:
    """Return what stands in the line before of the same passage, NULL for the first."""
    window = func.lag(column).over(partition_by=passage_notes.c.passage, order_by=passage_notes.c.id)
    return window.label(f"before_{name}")


_lines = select(
    passage_notes.c.passage,
    _before(passage_notes.c.step, "step"),
    _before(passage_notes.c.what, "what"),
    _before(_detail, "detail"),
    passage_notes.c.step,
    passage_notes.c.what,
    _detail.label("detail"),
).subquery()
_kinds = (
    passages.c.revision,
    *(_lines.c[f"before_{name}"] for name in ("step", "what", "detail")),
    *(_lines.c[name] for name in ("step", "what", "detail")),
)
_TRANSITIONS = (
    select(*_kinds, func.count(), func.min(passages.c.id))
    .join_from(_lines, passages, passages.c.id == _lines.c.passage)
    .group_by(*_kinds)
)

_TOKEN_USES = (
    select(attempts.c.lease, attempts.c.token, intents.c.public)
    .join_from(attempts, intents, intents.c.id == attempts.c.intent)
    .order_by(attempts.c.id)
)

_last_is_own = (
    ~select(attempts.c.id)
    .where(
        attempts.c.intent == intents.c.id,
        attempts.c.number == intents.c.attempts,
        attempts.c.stage == JOURNAL,
    )
    .exists()
)
_SENT = (
    select(
        intents.c.address_key,
        intents.c.public,
        func.coalesce(intents.c.outcome_at, intents.c.ended_at, type_=intents.c.outcome_at.type),
    )
    .where(is_one_of(intents.c.state, [IntentState.ACCEPTED, IntentState.UNCERTAIN]), _last_is_own)
    .order_by(intents.c.address_key)
)
_PLANNED = select(intents.c.key, intents.c.public)

_was_uncertain = or_(
    select(attempts.c.id).where(attempts.c.intent == intents.c.id, IS_UNCERTAIN).exists(),
    select(evidence.c.id)
    .join_from(evidence, attempts, attempts.c.id == evidence.c.attempt)
    .where(attempts.c.intent == intents.c.id)
    .exists(),
)
_LEDGERED = select(
    intents.c.public,
    intents.c.state,
    and_(intents.c.attempts > 0, _was_uncertain),
    intents.c.attempts,
).order_by(intents.c.public)


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
        return [MailSum(*row) for row in self._connection.execute(_SUMS)]

    def targets(self) -> Mapping[str, int]:
        return {row.journey: row.candidates for row in self._connection.execute(_TARGETS)}

    def transitions(self) -> Sequence[Transition]:
        return [
            Transition(
                revision=revision,
                before=None if before[1] is None else (before[0], before[1], before[2]),
                after=(step, what, detail),
                times=count,
                passage=passage,
            )
            for revision, *before, step, what, detail, count, passage in self._connection.execute(
                _TRANSITIONS
            )
        ]

    def token_uses(self) -> Iterator[TokenUse]:
        return (TokenUse(*row) for row in self._stream(_TOKEN_USES))

    def sent(self, class_: MailClass) -> Iterator[Sent]:
        return (Sent(*row) for row in self._stream(_SENT.where(intents.c["class"] == class_)))

    def planned(self) -> Iterator[Planned]:
        return (Planned(*row) for row in self._stream(_PLANNED))

    def ledgered(self) -> Iterator[Ledgered]:
        for public, state, in_doubt, tries in self._stream(_LEDGERED):
            yield Ledgered(public, state, bool(in_doubt), tries)

    def _stream(self, statement: Select[Any]) -> Iterator[Any]:
        yield from self._connection.execute(statement, execution_options={"yield_per": AT_ONCE})
