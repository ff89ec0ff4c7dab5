"""What every store promises of an audit: a store that lived undisturbed holds, one that was broken does not.

One world lives for some days on each database. Then each rule is broken by hand, in a transaction that is
rolled back at the end; so all of them are broken in the same store.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import text

from jo.audit.auditing import RULES, audit, look
from jo.audit.witness import Witness
from jo.ports.mailer import ReplyKind
from jo.reports.audit import AuditReport, Found
from jo.store import open_store
from jo.store.engine import connect
from jo.store.store import SqlTransaction
from tests.support.postgres import PostgresServer
from tests.support.scenery import BASE, contact, mails, outreach, people, program
from tests.support.stores import file_url
from tests.support.world import World, at, public_in

FILES = {
    **BASE,
    **program(
        """
        hello: {email: one}
        bill: {email: bill}
        more: {email: two, after: 2 days}
        last: {wait: 30 days}
        """,
        more="exit_when: {left: contact.language = 'gone'}\n",
    ),
    **outreach('at: "2026-12-02 11:00"'),
    **mails("one", "two", "release"),
    **mails("bill", class_="transactional"),
    "journeys/policy.yaml": "kind: policy\nname: attention\ncaps: {marketing: 1 per 1 day}\n",
}
ROWS = people(*(contact(name) for name in ("ada", "bob", "cleo", "dora")))


@dataclass(frozen=True, kw_only=True)
class Lived:
    """A store in which mails went out, one of them perhaps."""

    url: str
    taken: Sequence[str]
    """Public ids, as often as a relay took the mail."""

    def after(self, *statements: str, taken: Sequence[str] | None = None) -> AuditReport:
        """Return what an audit finds after these statements, which are undone."""
        with closing(connect(self.url)) as database:
            try:
                with database.write() as connection:
                    for statement in statements:
                        assert connection.execute(text(statement)).rowcount != 0, statement
                    witness = None if taken is None else Witness(taken)
                    raise _DoneError(look(SqlTransaction(connection, None), witness))
            except _DoneError as done:
                return done.report


class _DoneError(Exception):
    def __init__(self, report: AuditReport) -> None:
        super().__init__()
        self.report = report


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        yield live(file_url(folder), folder)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database() as url:
        yield live(url, folder)


def live(url: str, folder: Path) -> Lived:
    with World(folder, FILES, ROWS, start=at("2026-12-01 10:00"), store=open_store(url)) as world:
        world.mailer.behave("cleo@people.example", ReplyKind.UNCERTAIN)
        world.mailer.behave("dora@people.example", ReplyKind.REJECTED)
        world.run("2026-12-03 12:00")
        world.change("contacts", "bob", language="gone")
        world.run("2026-12-04 12:00")
        return Lived(url=url, taken=[public_in(outgoing) for _, outgoing in world.mailer.taken])


def found(report: AuditReport, name: str) -> Found:
    (line,) = [line for line in report.lines if line.invariant.name == name]
    return line.found


def test_a_store_that_lived_undisturbed_holds(lived: Lived) -> None:
    with closing(open_store(lived.url)) as store:
        report = audit(store, Witness(lived.taken))

    assert report.holds, [line for line in report.lines if line.found.count]
    assert len(report.lines) == len(RULES) + 3
    assert {line.invariant.name for line in report.lines if not line.found.checked} == {"pauses"}
    assert report.witnessed == len(lived.taken) == 15
    mails_ = report.accounts["program/care"]
    assert (mails_.accepted, mails_.uncertain, mails_.unsent) == (10, 1, {"failed": 1})
    assert mails_.total == 12


def test_an_empty_store_holds(tmp_path: Path) -> None:
    with closing(open_store(file_url(tmp_path))) as store:
        assert audit(store, Witness([])).holds


ACCEPTED = "(SELECT min(id) FROM intents WHERE state = 'accepted' AND passage IS NOT NULL)"
LATER = "(SELECT max(id) FROM intents WHERE state = 'accepted' AND passage IS NOT NULL)"
OF_OUTREACH = "(SELECT min(id) FROM intents WHERE passage IS NULL AND state = 'accepted')"
UNCERTAIN = "(SELECT min(id) FROM intents WHERE state = 'uncertain')"
INSIDE = "(SELECT min(id) FROM passages WHERE ended_at IS NULL)"
OTHER = "(SELECT max(id) FROM passages WHERE ended_at IS NULL)"
AGAIN = (
    "INSERT INTO attempts (intent, number, lease, owner, token, opened_at, state, text, ended_at) "
    "SELECT intent, 2, lease, owner, token, {opened}, 'accepted', '', {ended} FROM attempts WHERE intent = "
    + ACCEPTED
)
SAME_IDENTITY = f"identity = (SELECT identity FROM passages WHERE id = {INSIDE}) WHERE id = {OTHER}"
OPT_OUT = (
    "INSERT INTO suppressions (address_key, scope, cause, at, known_at, source) "
    "SELECT address_key, '{scope}', 'operator', 0, 0, 'x' FROM intents WHERE id = " + ACCEPTED
)
LEFT = (
    "UPDATE passages SET ended_at = entered_at + {after}, exit_reason = 'x', due_at = NULL WHERE id = "
    + INSIDE
)
FIRST_EDGE = "WHERE id = (SELECT min(id) FROM passage_notes WHERE what = 'took')"
SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND

BROKEN = [
    # what belongs together
    (
        "accounts",
        "has none",
        [
            f"DELETE FROM attempts WHERE intent = {OF_OUTREACH}",
            f"DELETE FROM intents WHERE id = {OF_OUTREACH}",
        ],
    ),
    ("accounts", "target is 4", [f"UPDATE intents SET journey = 'outreach/other' WHERE id = {OF_OUTREACH}"]),
    ("accounts", "no passage", [f"UPDATE passages SET contact = 'nobody' WHERE id = {INSIDE}"]),
    ("accounts", "somebody else", [f"UPDATE intents SET contact = 'nobody' WHERE id = {ACCEPTED}"]),
    (
        "identities",
        "same identity",
        [
            "DROP INDEX ix_intents_key",
            f"UPDATE intents SET key = (SELECT key FROM intents WHERE id = {ACCEPTED}) WHERE id = {LATER}",
        ],
    ),
    (
        "identities",
        "same id",
        [
            "DROP INDEX ix_intents_public",
            f"UPDATE intents SET public = (SELECT public FROM intents WHERE id = {ACCEPTED}) "
            f"WHERE id = {LATER}",
        ],
    ),
    ("identities", "identity gives", [f"UPDATE intents SET public = 'abc' WHERE id = {LATER}"]),
    (
        "identities",
        "same occurrence",
        ["DROP INDEX uq_intents_outreach", "UPDATE intents SET contact = 'ada' WHERE passage IS NULL"],
    ),
    (
        "passages",
        "another passage",
        [
            "DROP INDEX uq_passages_inside",
            f"UPDATE passages SET number = 2, {SAME_IDENTITY}",
        ],
    ),
    (
        "passages",
        "same number",
        [
            "DROP INDEX uq_passages_inside",
            "DROP INDEX ix_passages_identity_program_number",
            f"UPDATE passages SET {SAME_IDENTITY}",
        ],
    ),
    # states and attempts
    ("states", "not numbered", [f"UPDATE intents SET attempts = 7 WHERE id = {ACCEPTED}"]),
    ("states", "not numbered", [f"UPDATE attempts SET number = 2 WHERE intent = {ACCEPTED}"]),
    (
        "states",
        "without an open attempt",
        [f"UPDATE intents SET state = 'open', ended_at = NULL WHERE id = {ACCEPTED}"],
    ),
    (
        "states",
        "has an open attempt",
        [f"UPDATE attempts SET state = 'open', ended_at = NULL WHERE intent = {ACCEPTED}"],
    ),
    (
        "states",
        "none of its attempts was",
        [f"UPDATE attempts SET state = 'deferred' WHERE intent = {ACCEPTED}"],
    ),
    (
        "states",
        "was accepted, and it is not",
        [f"UPDATE intents SET state = 'expired' WHERE id = {ACCEPTED}"],
    ),
    (
        "states",
        "none of its attempts is",
        [f"UPDATE attempts SET state = 'deferred' WHERE intent = {UNCERTAIN}"],
    ),
    ("states", "counts as not sent", [f"UPDATE intents SET state = 'expired' WHERE id = {UNCERTAIN}"]),
    ("states", "was rejected", ["UPDATE attempts SET state = 'deferred' WHERE state = 'rejected'"]),
    (
        "acceptance",
        "tried again",
        [AGAIN.format(opened=f"ended_at + {SECOND}", ended=f"ended_at + {SECOND}")],
    ),
    ("fences", "after", ["UPDATE attempts SET token = token - 1 WHERE id = (SELECT max(id) FROM attempts)"]),
    # what protects people
    (
        "suppression",
        "opt-out",
        [OPT_OUT.format(scope="all")],
    ),
    (
        "suppression",
        "opt-out",
        [OPT_OUT.format(scope="topic:tips")],
    ),
    ("lateness", "expired at", [f"UPDATE intents SET expires_at = created_at WHERE id = {ACCEPTED}"]),
    (
        "pauses",
        "paused since",
        ["INSERT INTO overrides (scope, who, why, at) VALUES ('template/one', 'ada', 'x', 0)"],
    ),
    (
        "pauses",
        "paused since",
        ["INSERT INTO overrides (scope, who, why, at) VALUES ('program/care', 'ada', 'x', 0)"],
    ),
    (
        "pauses",
        "paused since",
        [
            "INSERT INTO overrides (scope, who, why, at, lifted_by, lifted_at) "
            "VALUES ('all', 'ada', 'x', 0, 'ada', 9000000000000000)"
        ],
    ),
    (
        "caps",
        "1 per day",
        ["UPDATE intents SET address_key = 'ada@people.example' WHERE class = 'marketing'"],
    ),
    (
        "caps",
        "1 per day",
        [
            f"UPDATE intents SET outcome_at = outcome_at - {24 * 60 * MINUTE} "
            "WHERE passage IS NULL AND contact = 'cleo'",
            "UPDATE intents SET state = 'pending', why = 'retry', outcome_at = NULL, ended_at = NULL "
            "WHERE id = " + UNCERTAIN,
        ],
    ),
    # moments
    (
        "order",
        "before it was planned",
        [f"UPDATE intents SET created_at = created_at + {MINUTE} WHERE id = {ACCEPTED}"],
    ),
    (
        "order",
        "before it was opened",
        [f"UPDATE attempts SET ended_at = opened_at - {MINUTE} WHERE intent = {ACCEPTED}"],
    ),
    (
        "order",
        "before the attempt before",
        [AGAIN.format(opened=f"ended_at - {MINUTE}", ended=f"ended_at + {MINUTE}")],
    ),
    (
        "order",
        "its outcome",
        [f"UPDATE intents SET outcome_at = created_at - {MINUTE} WHERE id = {ACCEPTED}"],
    ),
    (
        "order",
        "before the person entered",
        [f"UPDATE passages SET entered_at = entered_at + {MINUTE} WHERE id = {INSIDE}"],
    ),
    (
        "order",
        "before it began",
        [LEFT.format(after=-MINUTE)],
    ),
    (
        "endings",
        "after the passage had ended",
        [LEFT.format(after=DAY)],
    ),
    (
        "endings",
        "still waits",
        [
            "UPDATE intents SET state = 'pending', why = 'due', attempts = 0, ended_at = NULL "
            f"WHERE id = (SELECT max(id) FROM intents WHERE passage = {INSIDE})",
            LEFT.format(after=9 * DAY),
        ],
    ),
    # the way through a program
    (
        "course",
        "no edge of that step",
        [f"UPDATE passage_notes SET detail = 'met' {FIRST_EDGE}"],
    ),
    (
        "course",
        "does not have",
        [f"UPDATE passage_notes SET step = 'nowhere' {FIRST_EDGE}"],
    ),
    ("course", "from `hello` by `next`", ["DELETE FROM passage_notes WHERE step = 'bill'"]),
    ("course", "history begins with `took`", ["DELETE FROM passage_notes WHERE what = 'entered'"]),
    (
        "course",
        "after its end",
        [
            "INSERT INTO passage_notes (passage, at, step, what, detail) "
            "SELECT passage, at, 'last', 'took', 'next' FROM passage_notes WHERE what = 'ended'"
        ],
    ),
    ("course", "is not there", ["UPDATE passages SET revision = 999"]),
    ("counts", "by the rows", ["UPDATE counts SET number = number + 1 WHERE what = 'mail'"]),
]


@pytest.mark.parametrize(
    ("name", "words", "statements"),
    BROKEN,
    ids=[f"{name}-{number}" for number, (name, _, _) in enumerate(BROKEN)],
)
def test_what_was_broken_by_hand_is_found(
    lived: Lived, name: str, words: str, statements: Sequence[str]
) -> None:
    report = lived.after(*statements)

    seen = found(report, name)
    assert seen.count > 0
    assert any(words in violation.what for violation in seen.violations), seen.violations


@pytest.mark.parametrize(("seconds", "is_found_among_many"), [(4, False), (6, True)])
def test_the_clocks_of_workers_that_share_a_store_may_differ_by_what_the_workers_tolerate(
    lived: Lived, seconds: int, is_found_among_many: bool
) -> None:
    report = lived.after(
        f"UPDATE intents SET created_at = created_at + {seconds * SECOND} WHERE id = {ACCEPTED}"
    )

    is_alone = lived.url.startswith("sqlite")
    assert bool(found(report, "order").count) is (is_alone or is_found_among_many)


def test_every_rule_is_broken_once() -> None:
    assert {rule.INVARIANT.name for rule in RULES} == {name for name, _, _ in BROKEN}


def test_many_violations_are_counted_and_the_first_are_told(lived: Lived) -> None:
    seen = found(lived.after("UPDATE intents SET attempts = attempts + 1"), "states")

    assert seen.count == seen.checked == 16
    assert len(seen.violations) == 10


# --- the witness -------------------------------------------------------------------------------------


def test_a_mail_that_the_witness_took_twice_is_found(lived: Lived) -> None:
    seen = found(lived.after(taken=[*lived.taken, lived.taken[0]]), "witnessed-twice")

    assert [violation.what for violation in seen.violations] == ["accepted 2 times, in 1 attempt"]


def test_a_mail_that_is_listed_as_uncertain_may_have_come_twice(lived: Lived) -> None:
    resent = (
        "INSERT INTO attempts (intent, number, lease, owner, token, opened_at, state, text, ended_at) "
        "SELECT intent, 2, lease, owner, token, ended_at, 'accepted', '', ended_at FROM attempts "
        "WHERE state = 'uncertain'"
    )
    settled = f"UPDATE intents SET attempts = 2, state = 'accepted' WHERE id = {UNCERTAIN}"
    twice = [*lived.taken, *_uncertain(lived)]

    seen = found(lived.after(resent, settled, taken=twice), "witnessed-twice")
    assert (seen.count, seen.remark) == (0, "1 accepted twice and listed as uncertain")
    assert found(lived.after(taken=twice), "witnessed-twice").count == 1


def _uncertain(lived: Lived) -> list[str]:
    with closing(open_store(lived.url)) as store, store.read() as work:
        return sorted(work.audit.doubtful())


def test_what_the_witness_took_and_the_ledger_does_not_know_is_found(lived: Lived) -> None:
    seen = found(lived.after(taken=[*lived.taken, "0" * 32, "f" * 32]), "witnessed-unsent")

    assert [violation.what for violation in seen.violations] == ["the ledger does not know it"] * 2


@pytest.mark.parametrize(
    ("state", "word"),
    [("state = 'expired'", "not sent"), ("state = 'pending', why = 'due', ended_at = NULL", "waiting")],
)
def test_what_the_witness_took_and_the_ledger_calls_unsent_is_found(
    lived: Lived, state: str, word: str
) -> None:
    report = lived.after(f"UPDATE intents SET {state} WHERE id = {ACCEPTED}", taken=lived.taken)

    (violation,) = found(report, "witnessed-unsent").violations
    assert violation.what.endswith(word)


def test_what_is_accepted_and_not_at_the_witness_is_found(lived: Lived) -> None:
    known = next(islice(dict.fromkeys(lived.taken), 3, None))
    seen = found(lived.after(taken=[each for each in lived.taken if each != known]), "witnessed-missing")

    assert [violation.where for violation in seen.violations] == [f"mail {known[:10]}"]
