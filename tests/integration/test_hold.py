"""`jo run` on hold, by its commands: a backup restored in mid-campaign, days without a run, no journal."""

import json
import re
import shutil
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jo.cli.exits import Exit
from jo.flow.intent import Scope, Suppression
from jo.store import open_store
from tests.integration.test_run import line_of
from tests.support.neighborhood import a_project, finish, neighbors, play, start

STORE = Path(".jo/store.db")


@pytest.fixture
def live(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """A project that is applied, with its backup of before the first mail, and the servers' variables."""
    project = a_project(tmp_path / "project")
    with neighbors(project) as variables:
        assert play(project, variables, "apply", "--yes")[0] == Exit.OK
        copy(project / STORE, project / "backup.db")
        yield project, variables


def copy(store: Path, to: Path) -> None:
    """Copy a store as `sqlite3 .backup` and `.restore` do, beside whoever has it open."""
    with closing(sqlite3.connect(store)) as here, closing(sqlite3.connect(to)) as there:
        here.backup(there)


def recipients(project: Path) -> Counter[str]:
    found = (re.search(r"^To: .*?([\w.]+@[\w.]+)", path.read_text(), re.M) for path in mails(project))
    return Counter(match[1] for match in found if match is not None)


def mails(project: Path) -> list[Path]:
    return sorted((project / "mails").glob("*.eml"))


def test_a_restored_backup_sends_nothing_again_and_asks(live: tuple[Path, dict[str, str]]) -> None:
    project, variables = live
    assert play(project, variables, "run", "--once")[0] == Exit.OK
    assert len(mails(project)) == 6

    copy(project / "backup.db", project / STORE)
    code, out, err = play(project, variables, "run", "--once")
    assert code == Exit.NOT_CONVERGED
    assert "On hold" in err
    assert "6 attempts that the store does not" in " ".join(out.split())
    assert "jo run --release" in out

    code, out, _ = play(project, variables, "run", "--once", "--json")
    held = json.loads(out)["standstill"]
    assert (code, [hold["cause"] for hold in held["holds"]]) == (Exit.NOT_CONVERGED, ["other-store"])

    code, _, err = play(project, variables, "run", "--release")
    assert (code, "Lifted: other-store" in err) == (Exit.OK, True)
    code, out, _ = play(project, variables, "run", "--once")
    assert code == Exit.OK
    assert re.search(r"^ +6  mails known as sent by the journal$", out, re.MULTILINE)
    assert len(mails(project)) == 6
    assert set(recipients(project).values()) == {1}
    states = Counter(
        send["state"] for send in json.loads(play(project, variables, "sends", "--json")[1])["sends"]
    )
    assert states == {"accepted": 6}


def test_a_restored_backup_that_lacks_only_an_opt_out_is_noticed(
    live: tuple[Path, dict[str, str]],
) -> None:
    project, variables = live
    service = start(project, variables, "run", "--log", "json")
    line_of(service, '"tick.done"')
    assert play(project, variables, "store", "backup", "b.db")[0] == Exit.OK
    opt_out(project)
    service.send_signal(signal.SIGTERM)
    assert finish(service)[0] == Exit.OK

    copy(project / "b.db", project / STORE)
    code, out, _ = play(project, variables, "run", "--once", "--json")
    (held,) = json.loads(out)["standstill"]["holds"]
    assert (code, held["cause"]) == (Exit.NOT_CONVERGED, "rolled-back")
    assert "applies or opt-outs may be missing" in held["detail"]


def test_of_a_project_and_its_copy_one_goes_on(live: tuple[Path, dict[str, str]]) -> None:
    project, variables = live
    assert play(project, variables, "run", "--once")[0] == Exit.OK
    push_back(project, timedelta(days=3))  # the second mails are due
    twin = Path(shutil.copytree(project, project.with_name("twin"), symlinks=True))

    code, out, _ = play(twin, variables, "run", "--once", "--json")
    held = json.loads(out)["standstill"]
    assert (code, [hold["cause"] for hold in held["holds"]]) == (Exit.NOT_CONVERGED, ["cloned"])
    assert play(project, variables, "run", "--once")[0] == Exit.OK
    assert len(mails(project)) == 12


def test_after_days_without_a_run_it_asks_first(live: tuple[Path, dict[str, str]]) -> None:
    project, variables = live
    assert play(project, variables, "run", "--once")[0] == Exit.OK
    push_back(project, timedelta(days=5))

    code, out, _ = play(project, variables, "run", "--once")
    assert code == Exit.NOT_CONVERGED
    assert "overdue" in out
    assert re.search(r"program/welcome +6", out)
    assert "on hold since" in play(project, variables, "status")[1]
    assert len(mails(project)) == 6

    patient = {**variables, "JO_RUN_HOLD_AFTER": "10 days"}
    assert "On hold" in play(project, patient, "run", "--once")[1]  # until somebody lifts it
    assert play(project, variables, "run", "--release")[0] == Exit.OK
    assert "on hold" not in play(project, variables, "status")[1]
    assert play(project, variables, "run", "--release")[2].strip().endswith("Nothing is on hold.")
    assert play(project, variables, "run", "--once")[0] == Exit.OK
    assert len(mails(project)) == 12


def push_back(project: Path, span: timedelta) -> None:
    """Let everything in the store be so much longer ago."""
    with closing(sqlite3.connect(project / STORE)) as store, store:
        microseconds = int(span.total_seconds() * 1_000_000)
        store.execute("UPDATE passages SET due_at = due_at - ?1, anchor_at = anchor_at - ?1", [microseconds])
        last = datetime.now(UTC) - span
        store.execute("UPDATE memories SET value = ? WHERE name = 'last-tick'", [last.isoformat()])


def test_without_a_word_about_the_journal_there_is_no_run_on_a_shared_store(tmp_path: Path) -> None:
    project = a_project(tmp_path / "project")
    shared = {"JO_STORE_URL": "postgresql://db.invalid/jo"}

    code, _, err = play(project, shared, "run", "--once")

    assert code == Exit.INVALID
    assert 'path = "unsafe"' in err


def test_an_unsafe_run_keeps_no_journal(live: tuple[Path, dict[str, str]]) -> None:
    project, variables = live
    unsafe = {**variables, "JO_JOURNAL_PATH": "unsafe"}

    assert play(project, unsafe, "run", "--once")[0] == Exit.OK
    assert not (project / ".jo/store.journal").exists()


def test_a_journal_that_cannot_be_written_is_told_and_nothing_goes_out(
    live: tuple[Path, dict[str, str]],
) -> None:
    project, variables = live
    (project / "occupied").write_text("no folder")

    code, _, err = play(project, {**variables, "JO_JOURNAL_PATH": "occupied"}, "run", "--once")

    assert code == Exit.FAILURE
    assert "The journal" in err
    assert "Traceback" not in err
    assert not mails(project)


@pytest.mark.parametrize("what", ["lost", "restored", "copied", "opted out"])
def test_doctor_says_what_the_next_run_will_hold_for_and_changes_nothing(
    live: tuple[Path, dict[str, str]], what: str
) -> None:
    project, variables = live
    assert play(project, variables, "run", "--once")[0] == Exit.OK
    assert foreseen(project, variables) == set()
    journal = project / ".jo/store.journal"
    if what == "lost":
        journal.rename(project / "elsewhere")
    elif what == "restored":
        copy(project / "backup.db", project / STORE)
    elif what == "copied":
        shutil.copytree(journal, project / "copy")
        journal.rename(project / "elsewhere")
        (project / "copy").rename(journal)
    else:
        opt_out(project)
        assert play(project, variables, "run", "--once")[0] == Exit.OK
        with closing(sqlite3.connect(project / STORE)) as store, store:
            store.execute("DELETE FROM suppressions")
    before = {path: path.read_bytes() for path in journal.rglob("*") if path.is_file()}

    causes = foreseen(project, variables)

    assert causes
    assert before == {path: path.read_bytes() for path in journal.rglob("*") if path.is_file()}
    held = json.loads(play(project, variables, "run", "--once", "--json")[1])["standstill"]["holds"]
    assert causes == {hold["cause"] for hold in held}


def foreseen(project: Path, variables: dict[str, str]) -> set[str]:
    """Return the causes for which `jo doctor` says that the next run will hold."""
    found = json.loads(play(project, variables, "doctor", "--json")[1])["examined"]
    return {
        item["detail"].partition(":")[0]
        for item in found
        if item["subject"] == "journal" and item["state"] == "fail"
    }


def opt_out(project: Path) -> None:
    with closing(open_store(f"sqlite:///{project / STORE}")) as store, store.write() as work:
        left = Suppression(scope=Scope.ALL, cause="unsubscribe", at=datetime.now(UTC))
        work.people.suppress([("ada@members.example", left, "test")])
