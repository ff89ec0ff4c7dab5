"""Queries that find rows which break a rule: none in a sound store, whatever happened to its workers.

Each has the columns of `Case`. Attempts that were taken over from a journal are left out where moments are
compared: they were made by a worker of another history of this store.

Where transactions run side by side, a worker may have read a moment before what another one wrote at a
moment that its own clock calls earlier. `slack` is how far the clocks of workers may differ.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.sql.selectable import CompoundSelect

from jo.flow.intent import TOPIC_PREFIX, Scope
from jo.flow.state import UNSENT, AttemptState, IntentState
from jo.model.address import Kind
from jo.model.content import MailClass
from jo.ports.store.audit import Check
from jo.store.columns import Instant
from jo.store.known import JOURNAL
from jo.store.tables import (
    attempts,
    decisions,
    evidence,
    intents,
    is_one_of,
    overrides,
    passages,
    suppressions,
)

Query = Select[Any] | CompoundSelect[Any]

_slack = bindparam("slack", type_=Integer())
_NEVER: ColumnElement[Any] = cast(null(), Instant)
_NOTHING: ColumnElement[Any] = cast(null(), Text)
_NOBODY: ColumnElement[Any] = cast(null(), passages.c.id.type)


def _mail(fault: str | ColumnElement[Any], at: Any = _NEVER, other: Any = _NEVER) -> Select[Any]:
    """Return the columns of a case about a mail."""
    word = literal(fault, Text) if isinstance(fault, str) else fault
    return select(
        word.label("fault"),
        intents.c.journey.label("journey"),
        intents.c.step.label("step"),
        intents.c.public.label("mail"),
        intents.c.passage.label("passage"),
        at.label("at"),
        other.label("other"),
    )


def _passage(fault: str, at: Any = _NEVER, other: Any = _NEVER) -> Select[Any]:
    """Return the columns of a case about a passage."""
    return select(
        literal(fault, Text).label("fault"),
        _address(passages.c.program).label("journey"),
        passages.c.step.label("step"),
        _NOTHING.label("mail"),
        passages.c.id.label("passage"),
        at.label("at"),
        other.label("other"),
    )


def _address(program: ColumnElement[str]) -> ColumnElement[str]:
    return literal(f"{Kind.PROGRAM}/", Text).concat(program)


def _later(moment: ColumnElement[Any], than: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a moment is later by more than clocks may differ."""
    return type_coerce(moment, Integer) > type_coerce(than, Integer) + _slack


_IS_OWN = func.coalesce(attempts.c.stage, "") != JOURNAL


def _attempts() -> Select[Any]:
    """Return, for each intent, how its attempts stand."""

    def number_of(state: AttemptState) -> ColumnElement[int]:
        return func.sum(case((attempts.c.state == state, 1), else_=0)).label(state.value)

    return select(
        attempts.c.intent,
        func.count().label("attempts"),
        func.min(attempts.c.number).label("lowest"),
        func.max(attempts.c.number).label("highest"),
        *(number_of(state) for state in AttemptState),
    ).group_by(attempts.c.intent)


def _disagreements() -> Query:
    """Return mails whose state is not what their attempts say, or whose attempts are not numbered 1 to n."""
    of = _attempts().subquery("of")

    def count(name: str) -> ColumnElement[int]:
        return func.coalesce(of.c[name], 0)

    state = intents.c.state
    fault = case(
        (
            or_(
                intents.c.attempts != count("attempts"),
                and_(of.c.attempts > 0, or_(of.c.lowest != 1, of.c.highest != of.c.attempts)),
            ),
            "numbers",
        ),
        (and_(state == IntentState.OPEN, count("open") != 1), "none-open"),
        (and_(state != IntentState.OPEN, count("open") > 0), "left-open"),
        (and_(state == IntentState.ACCEPTED, count("accepted") == 0), "never-accepted"),
        (
            and_(count("accepted") > 0, state.not_in([IntentState.ACCEPTED, IntentState.OPEN])),
            "accepted-unseen",
        ),
        (and_(state == IntentState.UNCERTAIN, count("uncertain") == 0), "never-uncertain"),
        (
            and_(count("uncertain") > 0, is_one_of(state, sorted(UNSENT - {IntentState.QUARANTINED}))),
            "doubt-forgotten",
        ),
        (and_(state == IntentState.FAILED, count("rejected") == 0), "never-rejected"),
    )
    rows = _mail(fault).select_from(intents).join(of, of.c.intent == intents.c.id, isouter=True).subquery()
    return select(rows).where(rows.c.fault.is_not(None))


def _after_acceptance() -> Query:
    """Return mails that were tried again although their acceptance was known."""
    later = attempts.alias("later")
    known_at = func.coalesce(
        select(func.min(evidence.c.at)).where(evidence.c.attempt == attempts.c.id).scalar_subquery(),
        attempts.c.ended_at,
    )
    return (
        _mail("tried-again", later.c.opened_at, type_coerce(known_at, Instant))
        .select_from(attempts)
        .join(
            later,
            and_(later.c.intent == attempts.c.intent, later.c.number > attempts.c.number),
        )
        .join(intents, intents.c.id == attempts.c.intent)
        .where(
            attempts.c.state == AttemptState.ACCEPTED,
            type_coerce(later.c.opened_at, Integer) > type_coerce(known_at, Integer),
        )
    )


def _out_of_order() -> Query:
    """Return what happened before what it follows from; two workers may have done the one and the other.

    A mail may be due before it was planned, by a wait that ended meanwhile, but nobody can try it before.
    """
    next_ = attempts.alias("next")
    attempted = _mail("early", attempts.c.opened_at, intents.c.created_at).join_from(
        attempts, intents, intents.c.id == attempts.c.intent
    )
    ended = _mail("ended-first", attempts.c.ended_at, attempts.c.opened_at).join_from(
        attempts, intents, intents.c.id == attempts.c.intent
    )
    overlapping = (
        _mail("overlap", next_.c.opened_at, attempts.c.ended_at)
        .select_from(attempts)
        .join(next_, and_(next_.c.intent == attempts.c.intent, next_.c.number == attempts.c.number + 1))
        .join(intents, intents.c.id == attempts.c.intent)
    )
    outcome = _mail("outcome-first", intents.c.outcome_at, attempts.c.opened_at).join_from(
        attempts, intents, and_(intents.c.id == attempts.c.intent, attempts.c.number == 1)
    )
    planned = _mail("before-entry", intents.c.created_at, passages.c.entered_at).join_from(
        intents, passages, passages.c.id == intents.c.passage
    )
    left = _passage("left-first", passages.c.ended_at, passages.c.entered_at)
    return union_all(
        attempted.where(_IS_OWN, _later(intents.c.created_at, attempts.c.opened_at)),
        ended.where(_later(attempts.c.opened_at, attempts.c.ended_at)),
        overlapping.where(_IS_OWN, _later(attempts.c.ended_at, next_.c.opened_at)),
        outcome.where(_later(attempts.c.opened_at, intents.c.outcome_at)),
        planned.where(_later(passages.c.entered_at, intents.c.created_at)),
        left.where(_later(passages.c.entered_at, passages.c.ended_at)),
    )


def _after_suppression() -> Query:
    is_marketing = intents.c["class"] == MailClass.MARKETING
    covers = or_(
        suppressions.c.scope == Scope.ALL,
        and_(is_marketing, suppressions.c.scope == Scope.MARKETING),
        and_(is_marketing, suppressions.c.scope == literal(TOPIC_PREFIX, Text).concat(intents.c.topic)),
    )
    return (
        _mail("suppressed", attempts.c.opened_at, suppressions.c.known_at)
        .select_from(suppressions)
        .join(intents, intents.c.address_key == suppressions.c.address_key)
        .join(attempts, attempts.c.intent == intents.c.id)
        .where(covers, _IS_OWN, _later(attempts.c.opened_at, suppressions.c.known_at))
    )


def _after_expiry() -> Query:
    return (
        _mail("expired", attempts.c.opened_at, intents.c.expires_at)
        .join_from(attempts, intents, intents.c.id == attempts.c.intent)
        .where(_IS_OWN, attempts.c.opened_at >= intents.c.expires_at)
    )


def _while_paused() -> Query:
    """Return mails that were tried while a pause covered them."""
    covers = or_(
        overrides.c.scope == "all",
        overrides.c.scope == intents.c.journey,
        overrides.c.scope == literal(f"{Kind.TEMPLATE}/", Text).concat(intents.c.template),
    )
    return (
        _mail("paused", attempts.c.opened_at, overrides.c.at)
        .select_from(overrides)
        .join(intents, covers)
        .join(attempts, attempts.c.intent == intents.c.id)
        .where(
            _IS_OWN,
            _later(attempts.c.opened_at, overrides.c.at),
            or_(overrides.c.until_at.is_(None), attempts.c.opened_at < overrides.c.until_at),
            or_(overrides.c.lifted_at.is_(None), _later(overrides.c.lifted_at, attempts.c.opened_at)),
        )
    )


def _after_ending() -> Query:
    planned = (
        _mail("planned-after", intents.c.created_at, passages.c.ended_at)
        .join_from(intents, passages, passages.c.id == intents.c.passage)
        .where(_later(intents.c.created_at, passages.c.ended_at))
    )
    tried = (
        _mail("tried-after", attempts.c.opened_at, passages.c.ended_at)
        .select_from(attempts)
        .join(intents, intents.c.id == attempts.c.intent)
        .join(passages, passages.c.id == intents.c.passage)
        .where(_IS_OWN, _later(attempts.c.opened_at, passages.c.ended_at))
    )
    waiting = (
        _mail("left-waiting", passages.c.ended_at)
        .join_from(intents, passages, passages.c.id == intents.c.passage)
        .where(
            passages.c.ended_at.is_not(None), intents.c.state == IntentState.PENDING, intents.c.attempts == 0
        )
    )
    return union_all(planned, tried, waiting)


def _twice_inside() -> Query:
    again = (
        select(passages.c.program, passages.c.identity)
        .where(passages.c.ended_at.is_(None))
        .group_by(passages.c.program, passages.c.identity)
        .having(func.count() > 1)
        .subquery()
    )
    numbered = (
        select(passages.c.program, passages.c.identity, passages.c.number)
        .group_by(passages.c.program, passages.c.identity, passages.c.number)
        .having(func.count() > 1)
        .subquery()
    )
    inside = _passage("inside-twice", passages.c.entered_at).join_from(
        passages,
        again,
        and_(passages.c.program == again.c.program, passages.c.identity == again.c.identity),
    )
    same = _passage("same-number", passages.c.entered_at).join_from(
        passages,
        numbered,
        and_(
            passages.c.program == numbered.c.program,
            passages.c.identity == numbered.c.identity,
            passages.c.number == numbered.c.number,
        ),
    )
    return union_all(inside.where(passages.c.ended_at.is_(None)), same)


def _twice_planned() -> Query:
    keys = select(intents.c.key).group_by(intents.c.key).having(func.count() > 1)
    publics = select(intents.c.public).group_by(intents.c.public).having(func.count() > 1)
    occurrence = (intents.c.journey, intents.c.occurrence, intents.c.contact)
    contacts = (
        select(*occurrence)
        .where(intents.c.passage.is_(None))
        .group_by(*occurrence)
        .having(func.count() > 1)
        .subquery()
    )
    same_contact = _mail("contact-twice", intents.c.created_at).join_from(
        intents,
        contacts,
        and_(*(column == contacts.c[column.name] for column in occurrence)),
    )
    return union_all(
        _mail("key-twice", intents.c.created_at).where(intents.c.key.in_(keys)),
        _mail("id-twice", intents.c.created_at).where(intents.c.public.in_(publics)),
        same_contact.where(intents.c.passage.is_(None)),
    )


def _unaccounted() -> Query:
    """Return candidates who were let in and are nowhere, and mails that belong to nobody's passage."""

    def decided(fault: str) -> Select[Any]:
        return select(
            literal(fault, Text).label("fault"),
            decisions.c.journey.label("journey"),
            _NOTHING.label("step"),
            _NOTHING.label("mail"),
            _NOBODY.label("passage"),
            decisions.c.at.label("at"),
            _NEVER.label("other"),
        ).where(decisions.c.reason == "")

    has_mail = (
        select(intents.c.id)
        .where(
            intents.c.journey == decisions.c.journey,
            intents.c.occurrence == decisions.c.occurrence,
            intents.c.contact == decisions.c.contact,
            intents.c.passage.is_(None),
        )
        .exists()
    )
    has_passage = (
        select(passages.c.id)
        .where(_address(passages.c.program) == decisions.c.journey, passages.c.contact == decisions.c.contact)
        .exists()
    )
    foreign = _mail("foreign", intents.c.created_at).join_from(
        intents, passages, passages.c.id == intents.c.passage
    )
    is_foreign = or_(
        intents.c.journey != _address(passages.c.program), intents.c.contact != passages.c.contact
    )
    return union_all(
        decided("no-mail").where(decisions.c.journey.like(f"{Kind.OUTREACH}/%"), ~has_mail),
        decided("no-passage").where(decisions.c.journey.like(f"{Kind.PROGRAM}/%"), ~has_passage),
        foreign.where(is_foreign),
    )


CASES: dict[Check, Query] = {
    Check.ATTEMPTS: _disagreements(),
    Check.ACCEPTANCE: _after_acceptance(),
    Check.ORDER: _out_of_order(),
    Check.SUPPRESSION: _after_suppression(),
    Check.EXPIRY: _after_expiry(),
    Check.PAUSE: _while_paused(),
    Check.ENDING: _after_ending(),
    Check.INSIDE: _twice_inside(),
    Check.IDENTITY: _twice_planned(),
    Check.ACCOUNT: _unaccounted(),
}
