"""What somebody says about mails by name: what became of them, and that they shall not go."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jo.cli.exits import Exit
from jo.flow.intent import Intent, public_id
from jo.flow.state import AttemptState, IntentState
from jo.model.content import OnUncertain
from jo.ports.journal import Entry
from jo.ports.store import Store
from jo.store import open_store
from jo.workspace.starting import make_key, starter_files, write_files
from tests.support.builders import DAY, a_fixed, a_passage, an_end, an_intent, settled
from tests.support.neighborhood import play
from tests.support.stores import a_lease

NOW = datetime.now(UTC)
IDS = {name: public_id(an_intent(name).key) for name in ("ada", "bob", "cleo", "dora", "eve")}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_files(tmp_path, starter_files("project"))
    make_key(tmp_path)
    (tmp_path / ".jo").mkdir(exist_ok=True)
    return tmp_path


@pytest.fixture
def store(project: Path) -> Iterator[Store]:
    """A store in which nobody knows what became of the mails to Ada, Bob and Cleo, and Dora's waits.

    Ada's is held at the step of her program; Bob's is too old to be sent again.
    """
    with closing(open_store(f"sqlite:///{project}/.jo/store.db")) as store:
        lease = a_lease(store)
        with store.write(lease) as work:
            (passage,) = work.passages.enter([a_passage("ada", entered_at=NOW - DAY, due_at=None)])
            life = {"created_at": NOW - DAY, "due_at": NOW - DAY, "expires_at": NOW + DAY}
            old = {**life, "expires_at": NOW - timedelta(hours=1)}
            key = an_intent("ada").key
            step = {"passage": passage.id, "step": "hello", "journey": "program/onboarding", "key": key}
            work.ledger.create(
                [
                    an_intent("ada", **life, **step),
                    an_intent("bob", **old),
                    *(an_intent(name, **life) for name in ("cleo", "dora", "eve")),
                ]
            )
        intents = held(store)
        with store.write(lease) as work:
            for name in ("ada", "bob", "cleo", "eve"):
                (attempt,) = work.ledger.open([(intents[name].id, a_fixed())], NOW - DAY)
                state = AttemptState.ACCEPTED if name == "eve" else AttemptState.UNCERTAIN
                end = an_end(state, at=NOW - DAY, text="the connection was reset")
                habit = OnUncertain.HOLD if name == "ada" else OnUncertain.ASSUME_SENT
                work.ledger.record([(attempt.id, end, settled(intents[name], end, habit))])
        yield store


def held(store: Store) -> Mapping[str, Intent]:
    """Return contact → intent."""
    with store.read() as work:
        return {line.intent.contact: line.intent for line in work.reports.intents()}


def due_at(store: Store, program: str) -> datetime | None:
    with store.read() as work:
        (line,) = work.reports.passages(program=program)
    return line.passage.stand.due_at


def resolve(project: Path, *words: str) -> tuple[int, str, str]:
    return play(project, {}, "sends", "resolve", *words)


def withdraw(project: Path, *words: str) -> tuple[int, str, str]:
    return play(project, {}, "sends", "withdraw", *words)


# --- resolving ---------------------------------------------------------------------------------------


def test_a_held_mail_that_was_accepted_lets_its_person_go_on(project: Path, store: Store) -> None:
    code, out, _ = resolve(project, IDS["ada"][:10], "--accepted", "--why", "in the log", "--who", "grace")

    assert (code, out) == (Exit.OK, "1 mail is now accepted.\n")
    ada = held(store)["ada"]
    assert (ada.state, ada.outcome_at, ada.detail) == (
        IntentState.ACCEPTED,
        NOW - DAY,
        "in the log (grace)",
    )
    assert due_at(store, "onboarding") is not None


def test_a_mail_is_named_by_its_message_id_as_logs_show_it(project: Path, store: Store) -> None:
    code, _, _ = resolve(project, f"<{IDS['cleo']}@mail.example>", "--not-sent", "--why", "not in the log")

    assert code == Exit.OK
    assert held(store)["cleo"].state is IntentState.PENDING


def test_what_was_said_is_listed_with_the_mail(project: Path, store: Store) -> None:
    resolve(project, IDS["cleo"], "--accepted", "--why", "in the log", "--who", "grace")

    _, out, _ = play(project, {}, "sends", "--uncertain")
    (line,) = [line for line in out.splitlines() if "cleo" in line]
    assert IDS["cleo"][:10] in line
    assert "accepted: in the log (grace," in " ".join(out.split())


def test_all_that_are_in_doubt_are_resolved_at_once(project: Path, store: Store) -> None:
    code, out, err = resolve(project, "--all", "--resend", "--why", "the relay lost its disk", "--yes")

    assert code == Exit.OK
    assert out == "3 mails are pending again, and out with the next round of `jo run`.\n"
    assert "1 mail is too old to be sent now" in err
    states = {name: intent.state.value for name, intent in held(store).items()}
    assert states == {
        **dict.fromkeys(("ada", "bob", "cleo", "dora"), "pending"),
        "eve": "accepted",
    }


def test_all_of_one_journey(project: Path, store: Store) -> None:
    code, out, _ = resolve(
        project, "--all", "--journey", "outreach/release", "--close", "--why", "gone", "--yes"
    )

    assert (code, out) == (Exit.OK, "2 mails are left uncertain, and nobody waits any more.\n")
    assert held(store)["ada"].outcome_at is None


def test_all_is_refused_where_nobody_can_be_asked(project: Path, store: Store) -> None:
    code, _, err = resolve(project, "--all", "--accepted", "--why", "sure")

    assert code == Exit.USAGE
    assert "That is 3 mails: say --yes" in err
    assert held(store)["cleo"].state is IntentState.UNCERTAIN


def test_with_nothing_in_doubt_there_is_nothing_to_do(project: Path, store: Store) -> None:
    resolve(project, "--all", "--accepted", "--why", "sure", "--yes")

    assert resolve(project, "--all", "--accepted", "--why", "sure") == (
        Exit.OK,
        "No mail is in doubt.\n",
        "",
    )


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--accepted", "--why", "x"), Exit.USAGE, "Name the mails by their ids, or take --all."),
        ((IDS["ada"], "--accepted"), Exit.USAGE, "Say how you know it: --why TEXT."),
        ((IDS["ada"], "--why", "x"), Exit.USAGE, "Say what became of them:"),
        ((IDS["ada"], "--all", "--close", "--why", "x"), Exit.USAGE, "Name the mails by their ids"),
        (("ada", "--close", "--why", "x"), Exit.USAGE, "`ada` is no id of a mail"),
        (("0" * 10, "--close", "--why", "x"), Exit.FAILURE, "There is no mail `0000000000`."),
        ((IDS["eve"], "--close", "--why", "x"), Exit.FAILURE, "is accepted, and in no doubt"),
        ((IDS["dora"], "--close", "--why", "x"), Exit.FAILURE, "is pending, and in no doubt"),
        ((IDS["ada"], IDS["eve"], "--close", "--why", "x"), Exit.FAILURE, "in no doubt"),
    ],
)
def test_what_cannot_be_resolved_is_said_and_nothing_changes(
    project: Path, store: Store, words: tuple[str, ...], code: Exit, said: str
) -> None:
    before = held(store)

    found, _, err = resolve(project, *words)

    assert found == code
    assert said in " ".join(err.split())
    assert held(store) == before


# --- withdrawing -------------------------------------------------------------------------------------


def test_a_mail_that_waits_is_withdrawn_for_good(project: Path, store: Store) -> None:
    code, out, _ = withdraw(project, IDS["dora"][:8], "--why", "asked by phone", "--who", "grace")

    assert (code, out) == (Exit.OK, "1 mail was withdrawn.\n")
    dora = held(store)["dora"]
    assert (dora.state, dora.detail) == (IntentState.WITHDRAWN, "asked by phone (grace)")


def test_all_that_waits_of_a_step_is_withdrawn_and_its_people_go_on(project: Path, store: Store) -> None:
    resolve(project, IDS["ada"], "--not-sent", "--why", "lost")
    words = ("--journey", "program/onboarding", "--step", "hello", "--why", "wrong price", "--yes")

    assert withdraw(project, *words)[:2] == (Exit.OK, "1 mail was withdrawn.\n")

    assert held(store)["ada"].state is IntentState.WITHDRAWN
    assert due_at(store, "onboarding") is not None
    what = "No mail of program/onboarding#hello waits.\n"
    assert withdraw(project, *words)[:2] == (Exit.OK, what)


def test_what_may_have_gone_out_before_ends_as_uncertain(project: Path, store: Store) -> None:
    resolve(project, IDS["cleo"], "--resend", "--why", "who knows")

    code, out, err = withdraw(project, "--journey", "outreach/release", "--why", "postponed", "--yes")

    assert (code, out) == (Exit.OK, "2 mails were withdrawn.\n")
    assert "1 of them may have gone out before" in " ".join(err.split())
    assert held(store)["cleo"].state is IntentState.UNCERTAIN


def test_what_the_journal_knows_as_sent_is_not_called_withdrawn(project: Path, store: Store) -> None:
    with store.write() as work:
        work.journals.know([Entry(public=IDS["dora"], number=1, state=AttemptState.ACCEPTED, at=NOW)])

    code, out, err = withdraw(project, IDS["dora"], "--why", "asked by phone")

    assert (code, out) == (Exit.OK, "No mail was withdrawn.\n")
    assert "1 had gone to the relay before the store was restored" in " ".join(err.split())
    assert held(store)["dora"].state is IntentState.ACCEPTED


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--why", "x"), Exit.USAGE, "Name the mails by their ids, or take --journey"),
        ((IDS["dora"],), Exit.USAGE, "Say why: --why TEXT."),
        ((IDS["dora"], "--step", "hello", "--why", "x"), Exit.USAGE, "--step goes with --journey."),
        (("--journey", "outreach/release", "--why", "x"), Exit.USAGE, "That is 1 mail: say --yes"),
        ((IDS["eve"], "--why", "x"), Exit.FAILURE, "is accepted: only what waits can be withdrawn"),
        ((IDS["ada"], "--why", "x"), Exit.FAILURE, "is uncertain: only what waits"),
    ],
)
def test_what_cannot_be_withdrawn_is_said_and_nothing_changes(
    project: Path, store: Store, words: tuple[str, ...], code: Exit, said: str
) -> None:
    before = held(store)

    found, _, err = withdraw(project, *words)

    assert found == code
    assert said in " ".join(err.split())
    assert held(store) == before


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("withdraw", "--journey", "outreach/hi"), "There is no journey `outreach/hi` that was applied."),
        (("withdraw", "--journey", "program/welcom"), "Did you mean `program/welcome`?"),
        (("withdraw", "--journey", "program/welcome", "--step", "helo"), "has no step `helo`. "),
        (
            ("resolve", "--all", "--accepted", "--journey", "program/welcom"),
            "Did you mean `program/welcome`?",
        ),
    ],
)
def test_a_journey_or_step_that_is_not_there_is_an_error(
    project: Path, words: tuple[str, ...], said: str
) -> None:
    assert play(project, {}, "apply", "--yes")[0] == Exit.OK

    code, _, err = play(project, {}, "sends", *words, "--why", "x", "--yes")

    assert code == Exit.FAILURE
    assert said in " ".join(err.split())


def test_only_one_thing_became_of_a_mail(project: Path, store: Store) -> None:
    before = held(store)

    code, _, err = resolve(project, IDS["ada"], "--accepted", "--not-sent", "--why", "x")

    assert code == Exit.USAGE
    assert "Only one of" in err
    assert held(store) == before


@pytest.mark.usefixtures("store")
def test_the_id_of_the_table_is_in_the_json(project: Path) -> None:
    sends = json.loads(play(project, {}, "sends", "--json")[1])["sends"]

    assert {send["id"] for send in sends} == {id_[:10] for id_ in IDS.values()}


def test_a_mail_that_nobody_knows_of_is_listed_with_the_moment_of_its_attempt(
    project: Path, store: Store
) -> None:
    began, noticed = NOW - timedelta(hours=3), NOW - timedelta(minutes=1)
    intent = held(store)["dora"]
    with store.write(a_lease(store)) as work:
        (attempt,) = work.ledger.open([(intent.id, a_fixed())], began)
        end = an_end(AttemptState.UNCERTAIN, at=noticed, text="the worker died")
        work.ledger.record([(attempt.id, end, settled(intent, end, OnUncertain.ASSUME_SENT))])

    shown = play(project, {}, "sends", "--uncertain")[1]
    sends = json.loads(play(project, {}, "sends", "--uncertain", "--json")[1])["sends"]

    (line,) = [line for line in shown.splitlines() if "dora" in line]
    (send,) = [send for send in sends if send["contact"] == "dora"]
    assert f"{began:%Y-%m-%d %H:%M}" in line
    assert datetime.fromisoformat(send["attempted_at"]) == began


def test_options_stand_behind_the_word_that_they_belong_to(project: Path, store: Store) -> None:
    words = ("--journey", "outreach/release", "withdraw", "--why", "x")

    code, _, err = play(project, {}, "sends", *words)

    assert code == Exit.USAGE
    assert "Options stand behind `withdraw`." in err
