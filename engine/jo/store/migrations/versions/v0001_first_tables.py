"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "decisions",
        sa.Column("journey", TEXT, nullable=False),
        sa.Column("occurrence", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("contact", TEXT, nullable=True),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("journey", "occurrence", "key", name="pk_decisions"),
        sqlite_with_rowid=False,
    )
    _index("ix_decisions_contact", "decisions", ["contact"])
    op.create_table(
        "counts",
        sa.Column("journey", TEXT, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("word", TEXT, nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("slot", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("journey", "what", "word", "why", "slot", name="pk_counts"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "deployments",
        sa.Column("generation", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("commit_id", TEXT, nullable=True),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("plan", TEXT, nullable=False),
        sa.Column("approvals", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("generation", name="pk_deployments"),
    )
    op.create_table(
        "events",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("contact", TEXT, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("payload", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    _index("ix_events_contact_at", "events", ["contact", "at"])
    _index("ix_events_source_event_id", "events", ["source", "event_id"], unique=True)
    op.create_table(
        "facts",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("data", TEXT, nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name="pk_facts"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sweeps",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("detail", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("come_to", TEXT, nullable=False),
        sa.CheckConstraint(
            _either("kind", "wake", "withdraw", "requeue", "reconsider"), name="ck_sweeps_kind"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sweeps"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "holds",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("detail", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("released_by", TEXT, nullable=True),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            _either(
                "cause",
                "overdue",
                "clock-back",
                "rolled-back",
                "other-store",
                "cloned",
                "journal-behind",
                "journal-lost",
                "journal-damaged",
            ),
            name="ck_holds_cause",
        ),
        sa.CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="ck_holds_released"),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
    )
    _index("ix_holds_cause_subject", "holds", ["cause", "subject"], unique=True, where="released_at IS NULL")
    _index("ix_holds_released_at", "holds", ["released_at"])
    op.create_table(
        "journals",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("file", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journals"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "known_sends",
        sa.Column("public", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            _either("state", "open", "accepted", "deferred", "rejected", "uncertain"),
            name="ck_known_sends_state",
        ),
        sa.PrimaryKeyConstraint("public", "number", name="pk_known_sends"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "leases",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=True),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lists",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("refreshed_at", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("kept_because", TEXT, nullable=True),
        sa.Column("left_out", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lists"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "memberships",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("list", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("contact", TEXT, nullable=True),
        sa.Column("began_in", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_in", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(ended_in IS NULL) = (ended_at IS NULL)", name="ck_memberships_ended"),
        sa.CheckConstraint("ended_in > began_in", name="ck_memberships_order"),
        sa.PrimaryKeyConstraint("id", name="pk_memberships"),
    )
    _index("ix_memberships_list_contact", "memberships", ["list", "contact"])
    _index("ix_memberships_list_key", "memberships", ["list", "key"], unique=True, where="ended_in IS NULL")
    op.create_table(
        "memories",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_memories"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "limits",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("free_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_limits"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shares",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("lease", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_shares"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "overrides",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.Column("lifted_by", TEXT, nullable=True),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="ck_overrides_lifted"),
        sa.PrimaryKeyConstraint("id", name="pk_overrides"),
    )
    _index("ix_overrides_scope", "overrides", ["scope"], unique=True, where="lifted_at IS NULL")
    op.create_table(
        "passages",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("program", TEXT, nullable=False),
        sa.Column("identity", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("contact", TEXT, nullable=False),
        sa.Column("row", TEXT, nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("anchor_at", sa.BigInteger(), nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("repeat", sa.Integer(), nullable=False),
        sa.Column("begun", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("visits", TEXT, nullable=False),
        sa.Column("taken", TEXT, nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("exit_reason", TEXT, nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (exit_reason IS NULL)", name="ck_passages_ended"),
        sa.CheckConstraint("ended_at IS NULL OR due_at IS NULL", name="ck_passages_due"),
        sa.PrimaryKeyConstraint("id", name="pk_passages"),
        sqlite_autoincrement=True,
    )
    _index("ix_passages_contact", "passages", ["contact"])
    _index("ix_passages_row", "passages", ["row"], where="ended_at IS NULL AND \"row\" != ''")
    _index(
        "ix_passages_due_at_id_shard",
        "passages",
        ["due_at", "id", "shard"],
        where="ended_at IS NULL AND due_at IS NOT NULL",
    )
    _index("ix_passages_identity_program_number", "passages", ["identity", "program", "number"], unique=True)
    _index("uq_passages_inside", "passages", ["program", "identity"], unique=True, where="ended_at IS NULL")
    op.create_table(
        "revisions",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.Column("document", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
        sqlite_autoincrement=True,
    )
    _index("ix_revisions_address_fingerprint", "revisions", ["address", "fingerprint"], unique=True)
    op.create_table(
        "signals",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("contact", TEXT, nullable=True),
        sa.Column("passage", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_signals"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sources",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sources"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "step_keys",
        sa.Column("program", TEXT, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("program", "step", name="pk_step_keys"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "suppressions",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("address_key", TEXT, nullable=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_suppressions"),
        sqlite_autoincrement=True,
    )
    _index("ix_suppressions_address_key_scope", "suppressions", ["address_key", "scope"], unique=True)
    op.create_table(
        "intents",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("public", TEXT, nullable=False),
        sa.Column("journey", TEXT, nullable=False),
        sa.Column("passage", ROW_ID, nullable=True),
        sa.Column("step", TEXT, nullable=True),
        sa.Column("occurrence", TEXT, nullable=False),
        sa.Column("contact", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("address_key", TEXT, nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("template", TEXT, nullable=False),
        sa.Column("class", TEXT, nullable=False),
        sa.Column("topic", TEXT, nullable=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("why", TEXT, nullable=True),
        sa.Column("detail", TEXT, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fixed", TEXT, nullable=True),
        sa.Column("outcome_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(state = 'pending') = (why IS NOT NULL)", name="ck_intents_held"),
        sa.CheckConstraint(
            f"({_either('state', 'open', 'pending', 'quarantined')}) = (ended_at IS NULL)",
            name="ck_intents_ended",
        ),
        sa.CheckConstraint(
            _either("class", "marketing", "transactional", "internal"), name="ck_intents_class"
        ),
        sa.CheckConstraint(
            _either(
                "state",
                "pending",
                "open",
                "accepted",
                "skipped",
                "suppressed",
                "expired",
                "withdrawn",
                "failed",
                "quarantined",
                "carried",
                "uncertain",
            ),
            name="ck_intents_state",
        ),
        sa.CheckConstraint(
            _either(
                "why",
                "due",
                "window",
                "cap",
                "pause",
                "rate",
                "retry",
                "stale-facts",
                "canary",
                "dead-links",
                "hold",
            ),
            name="ck_intents_why",
        ),
        sa.ForeignKeyConstraint(["passage"], ["passages.id"], name="fk_intents_passage"),
        sa.PrimaryKeyConstraint("id", name="pk_intents"),
        sqlite_autoincrement=True,
    )
    _index("ix_intents_address_key_class_outcome_at", "intents", ["address_key", "class", "outcome_at"])
    _index("ix_intents_contact_template", "intents", ["contact", "template"])
    _index("ix_intents_expires_at", "intents", ["expires_at"], where="state = 'quarantined'")
    _index("ix_intents_held", "intents", ["expires_at"], where="state = 'pending' AND why = 'hold'")
    _index("ix_intents_journey_state", "intents", ["journey", "state"])
    _index("ix_intents_key", "intents", ["key"], unique=True)
    _index("ix_intents_passage", "intents", ["passage"])
    _index("ix_intents_template", "intents", ["template"], where="state = 'quarantined'")
    reconsidered = _either("why", "window", "cap", "pause", "retry", "stale-facts", "dead-links")
    _index(
        "ix_intents_why_due_at",
        "intents",
        ["why", "due_at"],
        where=f"state = 'pending' AND ({reconsidered})",
    )
    _index(
        "ix_intents_priority_due_at_key_shard",
        "intents",
        ["priority", "due_at", "key", "shard"],
        where="state = 'pending'",
    )
    _index("ix_intents_public", "intents", ["public"], unique=True)
    _index(
        "uq_intents_outreach",
        "intents",
        ["journey", "occurrence", "contact"],
        unique=True,
        where="passage IS NULL",
    )
    op.create_table(
        "passage_notes",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("passage", ROW_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("detail", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["passage"], ["passages.id"], name="fk_passage_notes_passage"),
        sa.PrimaryKeyConstraint("id", name="pk_passage_notes"),
    )
    _index("ix_passage_notes_passage", "passage_notes", ["passage"])
    op.create_table(
        "specs",
        sa.Column("address", TEXT, nullable=False),
        sa.Column("revision", ROW_ID, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(_either("state", "live", "retired"), name="ck_specs_state"),
        sa.ForeignKeyConstraint(["revision"], ["revisions.id"], name="fk_specs_revision"),
        sa.PrimaryKeyConstraint("address", name="pk_specs"),
        sqlite_with_rowid=False,
    )
    _index("ix_specs_revision", "specs", ["revision"])
    op.create_table(
        "attempts",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("intent", ROW_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("lease", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("stage", TEXT, nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ck_attempts_ended"),
        sa.CheckConstraint(
            _either("state", "open", "accepted", "deferred", "rejected", "uncertain"),
            name="ck_attempts_state",
        ),
        sa.ForeignKeyConstraint(["intent"], ["intents.id"], name="fk_attempts_intent"),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sqlite_autoincrement=True,
    )
    _index("ix_attempts_intent_number", "attempts", ["intent", "number"], unique=True)
    _index("uq_attempts_open", "attempts", ["intent"], unique=True, where="state = 'open'")
    _index("ix_attempts_uncertain", "attempts", ["intent"], where="state = 'uncertain'")
    op.create_table(
        "evidence",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("attempt", ROW_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.Column("says", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.CheckConstraint(
            _either("says", "accepted", "not sent", "rejected", "resend", "close"), name="ck_evidence_says"
        ),
        sa.ForeignKeyConstraint(["attempt"], ["attempts.id"], name="fk_evidence_attempt"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
    )
    _index("ix_evidence_attempt", "evidence", ["attempt"])
    op.create_table(
        "engagement",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("intent", ROW_ID, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("link", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(_either("what", "opened", "clicked"), name="ck_engagement_what"),
        sa.ForeignKeyConstraint(["intent"], ["intents.id"], name="fk_engagement_intent"),
        sa.PrimaryKeyConstraint("id", name="pk_engagement"),
    )
    _index("ix_engagement_intent", "engagement", ["intent"])


def _index(
    name: str, table: str, columns: list[str], *, unique: bool = False, where: str | None = None
) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _either(column: str, *words: str) -> str:
    """Return `a = 'x' OR a = 'y'`. Of a list of three or more SQLite makes a table, for each row anew."""
    return " OR ".join(f"{column} = '{word}'" for word in words)
