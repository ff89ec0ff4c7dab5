"""The tables, as they are in the newest version. How a store gets there from an older one: `migrations`.

History never hangs on configuration: no table of what happened refers to one of what was applied, so
nothing that an apply does can make jo forget who was mailed. The states that a row can have are checked by
the database; the words come from the enums. An index that serves a hot query is partial, so that its size
and the cost of the query follow the work that is due, not the people who wait or are through.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    literal_column,
    or_,
)

from jo.flow.evidence import Ruling
from jo.flow.hold import Cause
from jo.flow.state import UNDER_WAY, AttemptState, IntentState, Why
from jo.model.content import MailClass
from jo.ports.store.people import Engaged
from jo.ports.store.specs import SpecState
from jo.ports.store.sweeps import SweepKind
from jo.store.columns import TEXT, Document, Instant, Json, Tally, Word, row_id

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, TEXT, nullable=null)


def _instant(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, Instant, nullable=null)


def _json(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, Json, nullable=null)


def _id() -> Column[int]:
    return Column("id", row_id(), primary_key=True)


def _ref(name: str, to: str, *, null: bool = False) -> Column[int]:
    return Column(name, row_id(), ForeignKey(to), nullable=null)


def _either(column: str, words: Iterable[StrEnum]) -> str:
    """Return `a = 'x' OR a = 'y'`. Of a list of three or more SQLite makes a table, for each row anew."""
    return " OR ".join(f"{column} = '{word.value}'" for word in words)


def _one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    return CheckConstraint(_either(column, words), name=column)


def _index(
    *columns: ColumnElement[Any], name: str | None = None, unique: bool = False, where: Any = None
) -> None:
    Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


def _is(column: ColumnElement[Any], word: StrEnum) -> ColumnElement[bool]:
    """Return `column = 'word'`, as a literal: only then does a database see that a partial index fits."""
    return column == literal_column(f"'{word.value}'")


def is_one_of(column: ColumnElement[Any], words: Iterable[StrEnum]) -> ColumnElement[bool]:
    """Return `column IN ('a', 'b')`, as literals, for a condition that rows are found by."""
    return column.in_([literal_column(f"'{word.value}'") for word in words])


def is_either(column: ColumnElement[Any], words: Iterable[StrEnum]) -> ColumnElement[bool]:
    """Return the same for a condition that rows only are held to, as `_either` does."""
    return or_(*(_is(column, word) for word in words))


# --- what was applied -------------------------------------------------------------------------------

revisions = Table(
    "revisions",
    metadata,
    _id(),
    _text("address"),
    _text("fingerprint"),
    Column("document", Document, nullable=False),
    sqlite_autoincrement=True,
)
_index(revisions.c.address, revisions.c.fingerprint, unique=True)

specs = Table(
    "specs",
    metadata,
    Column("address", TEXT, primary_key=True),
    _ref("revision", "revisions.id"),
    Column("state", Word(SpecState), nullable=False),
    _instant("since_at"),
    _one_of("state", SpecState),
    sqlite_with_rowid=False,
)

_index(specs.c.revision)

deployments = Table(
    "deployments",
    metadata,
    Column("generation", BigInteger, primary_key=True, autoincrement=False),
    _instant("at"),
    _text("actor"),
    _text("commit_id", null=True),
    _text("digest"),
    _json("plan"),
    _json("approvals"),
)

step_keys = Table(
    "step_keys",
    metadata,
    Column("program", TEXT, primary_key=True),
    Column("step", TEXT, primary_key=True),
    _text("key"),
    sqlite_with_rowid=False,
)

# --- the outside world, as copied -------------------------------------------------------------------

sources = Table(
    "sources",
    metadata,
    Column("name", TEXT, primary_key=True),
    _instant("as_of"),
    sqlite_with_rowid=False,
)

facts = Table(
    "facts",
    metadata,
    Column("source", TEXT, primary_key=True),
    Column("key", TEXT, primary_key=True),
    _json("data"),
    Column("is_gone", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

lists = Table(
    "lists",
    metadata,
    Column("name", TEXT, primary_key=True),
    Column("number", BigInteger, nullable=False),
    _instant("refreshed_at"),
    _instant("as_of"),
    Column("size", BigInteger, nullable=False),
    Column("generation", BigInteger, nullable=False),
    _text("kept_because", null=True),
    _json("left_out"),
    sqlite_with_rowid=False,
)

memberships = Table(
    "memberships",
    metadata,
    _id(),
    _text("list"),
    _text("key"),
    _text("contact", null=True),
    Column("began_in", BigInteger, nullable=False),
    _instant("began_at"),
    Column("ended_in", BigInteger, nullable=True),
    _instant("ended_at", null=True),
    CheckConstraint("ended_in > began_in", name="order"),
    CheckConstraint("(ended_in IS NULL) = (ended_at IS NULL)", name="ended"),
)
"""Who is in a list from one of its snapshots to another, by their numbers; the instants are only told."""
IS_PRESENT = memberships.c.ended_in.is_(None)
_index(memberships.c.list, memberships.c.key, unique=True, where=IS_PRESENT)
_index(memberships.c.list, memberships.c.contact)

decisions = Table(
    "decisions",
    metadata,
    Column("journey", TEXT, primary_key=True),
    Column("occurrence", TEXT, primary_key=True),
    Column("key", TEXT, primary_key=True),
    _text("contact", null=True),
    _text("reason"),
    Column("final", Boolean, nullable=False),
    _instant("at"),
    sqlite_with_rowid=False,
)
_index(decisions.c.contact)

# --- people in programs -----------------------------------------------------------------------------

passages = Table(
    "passages",
    metadata,
    _id(),
    _text("program"),
    _text("identity"),
    Column("number", Integer, nullable=False),
    _text("contact"),
    _text("row"),
    Column("shard", SmallInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    _instant("entered_at"),
    _instant("anchor_at"),
    _text("step"),
    Column("visit", Integer, nullable=False),
    Column("repeat", Integer, nullable=False),
    Column("begun", Boolean, nullable=False),
    _instant("due_at", null=True),
    _text("why"),
    Column("visits", Tally, nullable=False),
    Column("taken", Tally, nullable=False),
    _instant("ended_at", null=True),
    _text("exit_reason", null=True),
    CheckConstraint("(ended_at IS NULL) = (exit_reason IS NULL)", name="ended"),
    CheckConstraint("ended_at IS NULL OR due_at IS NULL", name="due"),
    sqlite_autoincrement=True,
)
IS_INSIDE = passages.c.ended_at.is_(None)
IS_TIMED = passages.c.due_at.is_not(None)
HAS_ROW = passages.c.row != literal_column("''")
_index(passages.c.identity, passages.c.program, passages.c.number, unique=True)
_index(passages.c.program, passages.c.identity, name="uq_passages_inside", unique=True, where=IS_INSIDE)
_index(passages.c.due_at, passages.c.id, passages.c.shard, where=IS_INSIDE & IS_TIMED)
_index(passages.c.contact)
_index(passages.c.row, where=IS_INSIDE & HAS_ROW)

passage_notes = Table(
    "passage_notes",
    metadata,
    _id(),
    _ref("passage", "passages.id"),
    _instant("at"),
    _text("step"),
    _text("what"),
    _text("detail"),
)
_index(passage_notes.c.passage)

# --- the send ledger --------------------------------------------------------------------------------

intents = Table(
    "intents",
    metadata,
    _id(),
    _text("key"),
    _text("public"),
    _text("journey"),
    _ref("passage", "passages.id", null=True),
    _text("step", null=True),
    _text("occurrence"),
    _text("contact"),
    _text("address"),
    _text("address_key"),
    Column("shard", SmallInteger, nullable=False),
    _text("template"),
    Column("class", Word(MailClass), nullable=False),
    _text("topic", null=True),
    Column("state", Word(IntentState), nullable=False),
    Column("why", Word(Why), nullable=True),
    _text("detail"),
    Column("priority", Integer, nullable=False),
    _instant("created_at"),
    _instant("due_at"),
    _instant("expires_at"),
    Column("attempts", Integer, nullable=False),
    _json("fixed", null=True),
    _instant("outcome_at", null=True),
    _instant("ended_at", null=True),
    _one_of("class", MailClass),
    _one_of("state", IntentState),
    _one_of("why", Why),
    CheckConstraint(f"(state = '{IntentState.PENDING}') = (why IS NOT NULL)", name="held"),
    CheckConstraint(f"({_either('state', sorted(UNDER_WAY))}) = (ended_at IS NULL)", name="ended"),
    sqlite_autoincrement=True,
)
IS_PENDING = _is(intents.c.state, IntentState.PENDING)
IS_HELD = IS_PENDING & _is(intents.c.why, Why.HOLD)
_RECONSIDERED = (Why.WINDOW, Why.CAP, Why.PAUSE, Why.RETRY, Why.STALE_FACTS, Why.DEAD_LINKS)
IS_RECONSIDERED = IS_PENDING & is_either(intents.c.why, _RECONSIDERED)
"""What holds such a mail may change at any time, and then it is looked at again before it is due."""
IS_QUARANTINED = _is(intents.c.state, IntentState.QUARANTINED)
_index(intents.c.key, unique=True)
_index(intents.c.public, unique=True)
_index(
    intents.c.journey,
    intents.c.occurrence,
    intents.c.contact,
    name="uq_intents_outreach",
    unique=True,
    where=intents.c.passage.is_(None),
)
_index(intents.c.priority, intents.c.due_at, intents.c.key, intents.c.shard, where=IS_PENDING)
_index(intents.c.expires_at, where=IS_QUARANTINED)
_index(intents.c.template, where=IS_QUARANTINED)
_index(intents.c.expires_at, name="ix_intents_held", where=IS_HELD)
_index(intents.c.why, intents.c.due_at, where=IS_RECONSIDERED)
_index(intents.c.passage)
_index(intents.c.journey, intents.c.state)
_index(intents.c.contact, intents.c.template)
_index(intents.c.address_key, intents.c["class"], intents.c.outcome_at)

attempts = Table(
    "attempts",
    metadata,
    _id(),
    _ref("intent", "intents.id"),
    Column("number", Integer, nullable=False),
    _text("lease"),
    _text("owner"),
    Column("token", BigInteger, nullable=False),
    _instant("opened_at"),
    Column("state", Word(AttemptState), nullable=False),
    _text("stage", null=True),
    Column("code", Integer, nullable=True),
    _text("text"),
    _instant("ended_at", null=True),
    _one_of("state", AttemptState),
    CheckConstraint(f"(state = '{AttemptState.OPEN}') = (ended_at IS NULL)", name="ended"),
    sqlite_autoincrement=True,
)
IS_OPEN = _is(attempts.c.state, AttemptState.OPEN)
_index(attempts.c.intent, attempts.c.number, unique=True)
IS_UNCERTAIN = _is(attempts.c.state, AttemptState.UNCERTAIN)
_index(attempts.c.intent, name="uq_attempts_open", unique=True, where=IS_OPEN)
_index(attempts.c.intent, name="ix_attempts_uncertain", where=IS_UNCERTAIN)

evidence = Table(
    "evidence",
    metadata,
    _id(),
    _ref("attempt", "attempts.id"),
    _instant("at"),
    _text("source"),
    _text("who"),
    Column("says", Word(Ruling), nullable=False),
    _text("text"),
    _one_of("says", Ruling),
)
"""What came in about an attempt after it had ended without an answer, from whom, and what it says."""
_index(evidence.c.attempt)

# --- what people said and did -----------------------------------------------------------------------

suppressions = Table(
    "suppressions",
    metadata,
    _id(),
    _text("address_key"),
    _text("scope"),
    _text("cause"),
    _instant("at"),
    _instant("known_at"),
    _text("source"),
    sqlite_autoincrement=True,
)
"""An opt-out may reach the store after it was made, through a spool or a file: `known_at` is when it did, by
the clock that attempts go by. Attempts that were opened before are no fault of anybody's."""
_index(suppressions.c.address_key, suppressions.c.scope, unique=True)

events = Table(
    "events",
    metadata,
    _id(),
    _text("source"),
    _text("event_id"),
    _text("name"),
    _text("contact", null=True),
    _instant("at"),
    _instant("received_at"),
    _json("payload"),
)
_index(events.c.source, events.c.event_id, unique=True)
_index(events.c.contact, events.c.at)

engagement = Table(
    "engagement",
    metadata,
    _id(),
    _ref("intent", "intents.id"),
    Column("what", Word(Engaged), nullable=False),
    _text("link"),
    _instant("at"),
    _one_of("what", Engaged),
)
_index(engagement.c.intent)

signals = Table(
    "signals",
    metadata,
    _id(),
    _text("contact", null=True),
    Column("passage", BigInteger, nullable=True),
    sqlite_autoincrement=True,
)

# --- counts ---------------------------------------------------------------------------------------

counts = Table(
    "counts",
    metadata,
    Column("journey", TEXT, primary_key=True),
    Column("what", TEXT, primary_key=True),
    Column("word", TEXT, primary_key=True),
    Column("why", TEXT, primary_key=True),
    Column("slot", SmallInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""How many people and mails there are of a sort, kept with each transition, so that a status reads few rows.

Slots keep workers from waiting for each other at the same row; a count is the sum over its slots, and one
slot alone may be below zero.
"""

# --- workers and operators --------------------------------------------------------------------------

leases = Table(
    "leases",
    metadata,
    Column("name", TEXT, primary_key=True),
    _text("owner", null=True),
    Column("token", BigInteger, nullable=False),
    _instant("until_at"),
    sqlite_with_rowid=False,
)

shares = Table(
    "shares",
    metadata,
    Column("name", TEXT, primary_key=True),
    _text("lease", null=True),
    sqlite_with_rowid=False,
)
"""What is worked on by one worker at a time, a shard or a duty, and the lease of the worker that has it."""

limits = Table(
    "limits",
    metadata,
    Column("name", TEXT, primary_key=True),
    _instant("free_at"),
    sqlite_with_rowid=False,
)
"""Rates that all workers keep together: from when on a relay, or a domain at a relay, takes mail again."""

journals = Table(
    "journals",
    metadata,
    Column("id", TEXT, primary_key=True),
    _text("place"),
    _text("file"),
    Column("position", BigInteger, nullable=False),
    Column("digest", BigInteger, nullable=False),
    _instant("at"),
    sqlite_with_rowid=False,
)
"""The journals that are kept outside, and how far each had come when this store was last written to."""

known_sends = Table(
    "known_sends",
    metadata,
    Column("public", TEXT, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", Word(AttemptState), nullable=False),
    _instant("at"),
    _one_of("state", AttemptState),
    sqlite_with_rowid=False,
)
"""Attempts that a journal knows and this store does not have, by the public id of their mail."""

sweeps = Table(
    "sweeps",
    metadata,
    _id(),
    Column("kind", Word(SweepKind), nullable=False),
    _text("subject"),
    _text("detail"),
    _instant("at"),
    _text("come_to"),
    _one_of("kind", SweepKind),
    sqlite_autoincrement=True,
)
"""Work over very many rows that is asked for and not over; `come_to` is the last key that it has seen to."""

holds = Table(
    "holds",
    metadata,
    _id(),
    Column("cause", Word(Cause), nullable=False),
    _text("subject"),
    _text("detail"),
    _instant("at"),
    _text("released_by", null=True),
    _instant("released_at", null=True),
    _one_of("cause", Cause),
    CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="released"),
)
_index(holds.c.cause, holds.c.subject, unique=True, where=holds.c.released_at.is_(None))
_index(holds.c.released_at)

overrides = Table(
    "overrides",
    metadata,
    _id(),
    _text("scope"),
    _text("who"),
    _text("why"),
    _instant("at"),
    _instant("until_at", null=True),
    _text("lifted_by", null=True),
    _instant("lifted_at", null=True),
    CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
)
_index(overrides.c.scope, unique=True, where=overrides.c.lifted_at.is_(None))

memories = Table(
    "memories",
    metadata,
    Column("name", TEXT, primary_key=True),
    _text("value"),
    sqlite_with_rowid=False,
)
