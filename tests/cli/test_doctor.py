"""`jo doctor`: what keeps mail from going out is said, and nothing is changed."""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jo.cli.exits import Exit
from jo.flow.hold import Cause
from jo.store import open_store
from jo.workspace.starting import make_key, starter_files, write_files
from tests.support.certificates import Certificate, make_certificate
from tests.support.neighborhood import play
from tests.support.smtp_server import Fault, FaultServer, Point

SIGNED = {"dkim_domain": '"example.com"', "dkim_keys": '{ s2026 = "file:dkim.pem" }'}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_files(tmp_path, starter_files("project"))
    make_key(tmp_path)
    return tmp_path


def examined(project: Path, subject: str, **variables: str) -> list[dict[str, Any]]:
    """Return what is found of a subject; whatever is failing makes the command fail."""
    code, out, _ = play(project, variables, "doctor", "--json")
    found = json.loads(out)["examined"]
    assert (code == Exit.FAILURE) == any(item["state"] == "fail" for item in found)
    return [item for item in found if item["subject"] == subject]


def hold(project: Path, detail: str) -> None:
    (project / ".jo").mkdir(exist_ok=True)
    with closing(open_store(f"sqlite:///{project}/.jo/store.db")) as store, store.write() as work:
        work.holds.put(Cause.OVERDUE, detail, datetime.now(UTC))


def test_a_hold_is_told_with_its_cause_and_the_way_out(project: Path) -> None:
    hold(project, "It last ran a week ago.")

    (found,) = examined(project, "hold")

    assert found["state"] == "fail"
    assert found["detail"].startswith("overdue: ")
    assert found["detail"].endswith("It last ran a week ago.")
    assert "jo run --release" in found["advice"]


def test_a_journal_that_can_be_written_is_fine_and_nothing_is_made(project: Path) -> None:
    (journal,) = examined(project, "journal")

    assert journal["state"] == "ok"
    assert not (project / ".jo" / "store.journal").exists()


@pytest.mark.parametrize("path", ["jo.toml", "jo.toml/below"])
def test_a_journal_that_cannot_be_made_fails(project: Path, path: str) -> None:
    (journal,) = examined(project, "journal", JO_JOURNAL_PATH=path)

    assert journal["state"] == "fail"
    assert "No mail goes out without it." in journal["detail"]


def test_a_damaged_journal_fails(project: Path) -> None:
    own = project / ".jo" / "store.journal" / "1"
    own.mkdir(parents=True)
    (own / "lock").touch()
    (own / "000000000001.journal").write_bytes(b"nonsense")

    (journal,) = examined(project, "journal")

    assert journal["state"] == "fail"
    assert "its beginning is damaged" in journal["detail"]
    assert sorted(path.name for path in own.iterdir()) == ["000000000001.journal", "lock"]


def test_running_without_a_journal_is_a_warning(project: Path) -> None:
    (journal,) = examined(project, "journal", JO_JOURNAL_PATH="unsafe")

    assert journal["state"] == "warn"


@pytest.mark.parametrize("keys", [["dkim_domain"], ["dkim_domain", "dkim_keys"]])
def test_settings_that_no_relay_can_be_used_with_are_said_as_such(project: Path, keys: list[str]) -> None:
    lines = "\n".join(f"{key} = {SIGNED[key]}" for key in keys)
    settings = project / "jo.toml"
    settings.write_text(f"{settings.read_text()}\n[relay.signing]\n{lines}\n")

    (relay,) = examined(project, "relay signing")

    assert relay["state"] == "fail"
    assert relay["detail"].startswith("Its settings cannot be used: ")
    assert "jo sink" not in relay["advice"]


@pytest.mark.parametrize("key", ["USERNAME", "PASSWORD"])
def test_half_a_sign_in_by_a_variable_fails_too(project: Path, key: str) -> None:
    variables = {f"JO_RELAY_DEFAULT_{key}": "env:HALF", "HALF": "ada"}

    (relay,) = examined(project, "relay default", **variables)

    assert relay["state"] == "fail"
    assert "`username` and `password`" in relay["detail"]


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return make_certificate(tmp_path, "DNS:localhost")


def relay_at(project: Path, port: int, **variables: str) -> dict[str, Any]:
    settings = {f"JO_RELAY_DEFAULT_{key.upper()}": value for key, value in variables.items()}
    (relay,) = examined(project, "relay default", JO_RELAY_DEFAULT_PORT=str(port), **settings)
    assert relay["state"] == "fail"
    assert not relay["advice"].startswith("Mail waits")
    return relay


@pytest.mark.parametrize(
    ("host", "is_trusted", "setting"), [("localhost", False, "`ca_file`"), ("127.0.0.1", True, "`host`")]
)
def test_what_a_certificate_lacks_is_said_by_its_setting(
    host: str, is_trusted: bool, setting: str, project: Path, certificate: Certificate
) -> None:
    trust = {"ca_file": str(certificate.file)} if is_trusted else {}
    with FaultServer(Point.QUIT, None, certificate=certificate) as server:
        relay = relay_at(project, server.port, host=host, tls="starttls", **trust)

    assert setting in relay["advice"]


@pytest.mark.parametrize(("tls", "certified"), [("implicit", True), ("implicit", False), ("starttls", False)])
def test_the_other_tls_is_named_where_this_one_finds_no_answer(
    tls: str, certified: bool, project: Path, certificate: Certificate
) -> None:
    with FaultServer(Point.QUIT, None, certificate=certificate if certified else None) as server:
        relay = relay_at(project, server.port, tls=tls)

    assert "the other value of `tls`" in relay["advice"]


def test_a_relay_that_says_nothing_in_the_clear_may_wait_for_tls(project: Path) -> None:
    with FaultServer(Point.GREETING, Fault.CLOSE) as server:
        relay = relay_at(project, server.port, tls="starttls")

    assert "the other value of `tls`" in relay["advice"]


def test_a_relay_that_is_away_may_come_back(project: Path) -> None:
    with FaultServer(Point.CONNECT, Fault.RESET) as server:
        (relay,) = examined(project, "relay default", JO_RELAY_DEFAULT_PORT=str(server.port))

    assert relay["advice"].startswith("Mail waits")


def test_a_message_of_several_lines_is_shown_as_lines(project: Path) -> None:
    hold(project, "One line.\nAnother.")

    _, out, _ = play(project, {}, "doctor")

    assert "\N{SYMBOL FOR LINE FEED}" not in out
    assert "Another." in [line.strip() for line in out.splitlines()]
