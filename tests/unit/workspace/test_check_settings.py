"""What the journeys of a project need of its settings."""

from pathlib import Path

import pytest

from jo.diagnostics.codes import Severity
from jo.workspace.check_settings import check_settings, is_loopback, stays_here
from jo.workspace.read_settings import parse_settings
from tests.support.manifests import compiled

PROJECT = compiled(
    """
    kind: source
    name: people
    key: id
    fields: {id: text, email: text}
    roles: {address: email}
    ---
    kind: sender
    name: team
    from_name: Team
    from_address: team@example.com
    postal: 1 Main Street
    ---
    kind: topic
    name: news
    title: News
    ---
    kind: template
    name: hello
    class: marketing
    topic: news
    sender: team
    subject: Hello
    body: hello.md.j2
    """,
    bodies={"hello.md.j2": "Hello"},
)

COMPLETE = """
[sources.people]
path = "people.csv"
[relay.default]
host = "relay.example.com"
[web]
base_url = "https://mail.example.com"
signing_keys = ["env:A_KEY"]
"""


@pytest.fixture(autouse=True)
def _a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "k" * 40)


def said(text: str) -> list[str]:
    settings, faults = parse_settings(text, Path("root"), {})
    assert not faults
    return [item.code.id for item in check_settings(settings, PROJECT)]


def test_complete_settings_are_fine() -> None:
    assert said(COMPLETE) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("[web]", '[relay.own]\ndkim_domain = "example.com"\n[web]', "J904"),
        ("[web]", '[relay.own]\ndkim_keys = { s = "env:A_KEY" }\n[web]', "J904"),
        ('[sources.people]\npath = "people.csv"', "", "J904"),
        ("[sources.people]", '[sources.peopel]\npath = "a.csv"\n[sources.people]', "J901"),
        ('[relay.default]\nhost = "relay.example.com"', "", "J904"),
        ('host = "relay.example.com"', 'host = "relay.example.com"\ntls = "none"', "J906"),
        ('host = "relay.example.com"', 'host = "relay.example.com"\nusername = "a"', "J904"),
        ('host = "relay.example.com"', 'host = "relay.example.com"\npassword = "env:A_KEY"', "J904"),
        ('base_url = "https://mail.example.com"', "", "J905"),
        ("https://mail.example.com", "http://mail.example.com", "J905"),
        ("https://mail.example.com", "https://localhost:8025", "J905"),
        ('signing_keys = ["env:A_KEY"]', "", "J904"),
        ("env:A_KEY", "env:NO_SUCH_KEY", "J903"),
    ],
)
def test_each_gap_is_found(old: str, new: str, code: str) -> None:
    assert old in COMPLETE
    assert said(COMPLETE.replace(old, new)) == [code]


@pytest.mark.parametrize("url", ["postgresql://jo@db.example/jo", "env:A_STORE"])
def test_a_store_that_is_no_file_needs_to_know_where_its_journal_is(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_STORE", "postgresql://jo@db.example/jo")
    text = f'[store]\nurl = "{url}"\n{COMPLETE}'

    assert said(text) == ["J904"]
    assert said(f'[journal]\npath = "journal"\n{text}') == []


def test_of_a_store_whose_address_is_not_known_here_only_that_is_said() -> None:
    assert said(f'[store]\nurl = "env:NO_SUCH_STORE"\n{COMPLETE}') == ["J903"]


def test_a_missing_secret_only_warns() -> None:
    settings, _ = parse_settings(COMPLETE.replace("A_KEY", "NO_SUCH_KEY"), Path("root"), {})
    (found,) = check_settings(settings, PROJECT)
    assert found.severity is Severity.WARNING


def test_with_a_relay_on_this_machine_so_may_the_links_be() -> None:
    text = COMPLETE.replace("relay.example.com", "127.0.0.1")
    assert said(text.replace("https://mail.example.com", "http://127.0.0.1:8025")) == []


def test_without_marketing_mail_no_link_is_needed() -> None:
    settings, _ = parse_settings("", Path("root"), {})
    assert check_settings(settings, compiled("")) == ()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("10.0.0.1", False),
        ("localhost.example.com", False),
        ("127.0.0.1.example.com", False),
    ],
)
def test_this_machine_is_told_by_the_text_alone(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_mail_stays_here_only_when_every_relay_does() -> None:
    text = '[relay.a]\nhost = "127.0.0.1"\n[relay.b]\nhost = "relay.example.com"'
    assert not stays_here(parse_settings(text, Path("root"), {})[0])
