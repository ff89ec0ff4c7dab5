"""An audit by the command: what it says, how it ends, and what can stand witness."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from jo.cli.exits import Exit
from jo.flow.intent import public_id
from jo.flow.state import AttemptState
from jo.ports.store import Store
from jo.store import open_store
from jo.workspace.starting import make_key, starter_files, write_files
from tests.support.builders import NOON, a_decision, a_fixed, an_end, an_intent, settled
from tests.support.neighborhood import play
from tests.support.stores import a_lease

PEOPLE = ("ada", "bob", "cleo")
IDS = [public_id(an_intent(name).key) for name in PEOPLE]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_files(tmp_path, starter_files("project"))
    make_key(tmp_path)
    (tmp_path / ".jo").mkdir(exist_ok=True)
    return tmp_path


@pytest.fixture
def store(project: Path) -> Iterator[Store]:
    """A store in which three people got a mail."""
    with closing(open_store(f"sqlite:///{project}/.jo/store.db")) as store:
        lease = a_lease(store)
        with store.write(lease) as work:
            work.ledger.create([an_intent(name) for name in PEOPLE])
            work.audiences.decide(
                [a_decision(name, journey="outreach/release", occurrence="once") for name in PEOPLE]
            )
            due = work.ledger.claimable(NOON, 10)
            opened = work.ledger.open([(intent.id, a_fixed()) for intent in due], NOON)
            end = an_end(AttemptState.ACCEPTED)
            work.ledger.record(
                [(item.id, end, settled(intent, end)) for item, intent in zip(opened, due, strict=True)]
            )
        yield store


def audit(project: Path, *words: str) -> tuple[int, str, str]:
    return play(project, {}, "audit", *words)


def break_(project: Path, statement: str) -> None:
    with closing(sqlite3.connect(project / ".jo" / "store.db")) as connection, connection:
        connection.execute(statement)


def test_a_store_that_holds_is_said_to_hold(project: Path, store: Store) -> None:
    code, out, err = audit(project)

    assert (code, err) == (Exit.OK, "")
    assert out.count("\nholds   ") == 13
    assert out.splitlines()[2].split() == [
        "holds",
        "each",
        "mail's",
        "state",
        "is",
        "what",
        "its",
        "attempts",
        "say",
        "3",
        "mails",
    ]
    assert out.endswith("\n\nEverything holds (3 mails, generation 0).\n")


def test_a_project_without_a_store_holds(project: Path) -> None:
    assert audit(project)[0] == Exit.OK
    assert not (project / ".jo" / "store.db").exists()


def test_a_violation_is_told_with_what_it_means_and_what_to_do(project: Path, store: Store) -> None:
    break_(project, "UPDATE intents SET expires_at = created_at WHERE contact = 'ada'")

    code, out, _ = audit(project)

    assert code == Exit.FAILURE
    start = out.index("broken ")
    assert " ".join(out[start : out.index("holds", start)].split()) == (
        "broken no mail is tried after its life 1 in 3 attempts "
        "Somebody got a mail that was too old to be sent. "
        f"- mail {IDS[0][:10]} of outreach/release: tried at 2026-03-02 12:00:00 UTC, expired at "
        "2026-03-02 12:00:00 UTC "
        "Look whether the clock was set back after it had been ahead; if not, report it."
    )
    assert out.endswith("1 of 14 do not hold (3 mails, generation 0).\n")


def test_the_same_for_programs(project: Path, store: Store) -> None:
    break_(project, "UPDATE intents SET expires_at = created_at")

    code, out, _ = audit(project, "--json")

    document = json.loads(out)
    assert (code, document["format"], document["holds"]) == (Exit.FAILURE, "jo.audit/1", False)
    (broken,) = [item for item in document["invariants"] if not item["is_kept"]]
    assert (broken["name"], broken["count"], broken["checked"]) == ("lateness", 3, 3)
    assert document["accounts"]["outreach/release"]["accepted"] == 3


def test_a_list_of_message_ids_stands_witness(project: Path, store: Store) -> None:
    lines = ["# from the relay's log", f"<{IDS[0]}@mail.example>", IDS[1], "", f"  {IDS[2]}@mail.example "]
    (project / "ids.txt").write_text("\n".join(lines))

    code, out, _ = audit(project, "--witness", "ids.txt")

    assert code == Exit.OK
    assert "the witness took every mail that is accepted" in out


def test_the_folder_of_a_sink_stands_witness(project: Path, store: Store) -> None:
    folder = project / "mail"
    folder.mkdir()
    log = [{"message_id": f"<{id_}@mail.example>"} for id_ in (*IDS, IDS[0])] + [{"message_id": None}]
    (folder / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in log))

    code, out, err = audit(project, "--witness", "mail")

    assert code == Exit.FAILURE
    assert "accepted 2 times, in 1 attempt" in out
    assert "1 mail of the witness is none of jo's" in err


def test_what_cannot_stand_witness_is_said(project: Path, store: Store) -> None:
    (project / "empty").mkdir()
    (project / "odd").mkdir()
    (project / "odd" / "log.jsonl").write_text('{"message_id": null}\nnonsense\n')

    assert "is no folder of `jo sink`" in audit(project, "--witness", "empty")[2]
    assert "Line 2 of odd/log.jsonl is none that `jo sink` writes." in audit(project, "--witness", "odd")[2]
    assert audit(project, "--witness", "nowhere")[0] == Exit.USAGE
