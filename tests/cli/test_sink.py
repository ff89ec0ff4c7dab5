"""`jo sink` stands where the project's mail goes."""

import signal
import smtplib
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from jo.cli.exits import Exit
from jo.mail import sink_server
from tests.support.neighborhood import finish, play, start


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, int]]:
    """Where a sink would keep mails and listen: a port that the test chooses need not be free here."""
    found: list[tuple[Path, int]] = []

    def serve(folder: Path, port: int, ready: Callable[[int], None], _: object) -> None:
        found.append((folder, port))
        ready(port)

    monkeypatch.setattr(sink_server, "serve", serve)
    return found


def settings(folder: Path, text: str) -> Path:
    (folder / "jo.toml").write_text(f'[project]\nname = "trials"\n{text}')
    return folder


def test_it_takes_the_mail_of_the_relay_in_the_settings(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings(tmp_path, f"[relay.default]\nport = {port}\n")
    (tmp_path / "lists").mkdir()
    process = start(tmp_path / "lists", {}, "sink")
    assert process.stderr is not None
    assert f"127.0.0.1:{port}" in process.stderr.readline()

    with smtplib.SMTP("127.0.0.1", port) as relay:
        relay.sendmail("a@example.com", "b@example.com", "Subject: hello\r\n\r\nhello\r\n")

    process.send_signal(signal.SIGTERM)
    assert finish(process)[0] == Exit.OK
    assert len(list((tmp_path / ".jo" / "mail").glob("*.eml"))) == 1


@pytest.mark.parametrize(
    ("text", "port", "leads_here"),
    [
        ("[relay.default]\nport = 2600\n", 2600, True),
        ("[relay.b]\nport = 2602\n[relay.a]\nport = 2601\n", 2601, True),
        ("[relay.a]\nport = 2601\n[relay.default]\nport = 2600\n", 2600, True),
        ('[relay.a]\nport = 2601\n[relay.default]\nhost = "smtp.example.com"\n', 2601, True),
        ('[relay.default]\nhost = "smtp.example.com"\n', 2525, False),
        ("", 2525, False),
    ],
)
def test_of_several_relays_it_stands_for_one_on_this_machine(
    text: str, port: int, leads_here: bool, tmp_path: Path, served: list[tuple[Path, int]]
) -> None:
    _, _, err = play(settings(tmp_path, text), {}, "sink")

    assert served == [(Path(".jo/mail"), port)]
    assert ("No relay in jo.toml leads here" not in err) is leads_here


def test_what_the_command_line_says_goes_before(tmp_path: Path, served: list[tuple[Path, int]]) -> None:
    project = settings(tmp_path, "[relay.default]\nport = 2600\n")

    _, _, err = play(project, {}, "sink", "--port", "2700", "--folder", "mails")

    assert served == [(Path("mails"), 2700)]
    assert "No relay in jo.toml leads here." in err


def test_it_needs_no_project(tmp_path: Path, served: list[tuple[Path, int]]) -> None:
    _, _, err = play(tmp_path, {}, "sink")

    assert served == [(Path(".jo/mail"), 2525)]
    assert "jo.toml" not in err


def test_git_sees_nothing_of_the_mail_that_it_keeps(tmp_path: Path, served: list[tuple[Path, int]]) -> None:
    play(tmp_path, {}, "sink")

    assert (tmp_path / ".jo" / ".gitignore").read_text() == "*\n"
