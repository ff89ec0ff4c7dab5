"""Settings: what a file says, what an environment lays over it, what variables say last."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from jo.diagnostics.codes import BAD_SETTINGS, MISSING_SETTING, PLAIN_SECRET, UNKNOWN_ZONE
from jo.diagnostics.diagnostic import Diagnostic
from jo.workspace.read_settings import parse_settings
from jo.workspace.secrets import Secret
from jo.workspace.settings import Settings

ROOT = Path("somewhere")


def read(
    text: str, environment: str | None = None, **environ: str
) -> tuple[Settings, tuple[Diagnostic, ...]]:
    return parse_settings(text, ROOT, environ, environment)


def said(text: str, environment: str | None = None, **environ: str) -> list[str]:
    """Return code and place of each finding, such as `J901 jo.toml:2:1`."""
    return [f"{found.code.id} {found.at}" for found in read(text, environment, **environ)[1]]


def test_an_empty_file_means_the_defaults() -> None:
    settings, found = read("")
    assert found == ()
    assert settings.zone == "UTC"
    assert settings.store.url == "sqlite:///.jo/store.db"
    assert ZoneInfo(settings.zone)


def test_an_environment_is_laid_over_key_by_key() -> None:
    text = """
    [relay.default]
    host = "127.0.0.1"
    port = 2525
    [sources.people]
    path = "people.csv"
    columns = {id = "ID", email = "Mail"}
    [env.live.relay.default]
    host = "relay.example.com"
    [env.live.sources.people]
    columns = {email = "E-mail"}
    """
    here, _ = read(text)
    live, found = read(text, "live")
    assert found == ()
    assert (here.relays["default"].host, live.relays["default"].host) == ("127.0.0.1", "relay.example.com")
    assert live.relays["default"].port == 2525
    assert live.sources["people"].columns == {"id": "ID", "email": "E-mail"}


def test_the_environment_comes_from_the_flag_then_from_the_variable() -> None:
    text = '[env.a.project]\nname = "of a"\n[env.b.project]\nname = "of b"'
    assert read(text, JO_ENV="a")[0].name == "of a"
    assert read(text, "b", JO_ENV="a")[0].name == "of b"


def test_variables_come_last() -> None:
    settings, found = read(
        '[relay.two-words]\nhost = "a"\n[env.live.relay.two-words]\nhost = "b"',
        "live",
        JO_RELAY_TWO_WORDS_HOST="c",
        JO_RELAY_TWO_WORDS_PORT="587",
        JO_STORE_URL="sqlite:///elsewhere.db",
        JO_WEB_SIGNING_KEYS="env:ONE, env:TWO",
        JO_PROJECT_NAME="named",
    )
    assert found == ()
    assert (settings.relays["two-words"].host, settings.relays["two-words"].port) == ("c", 587)
    assert settings.store.url == "sqlite:///elsewhere.db"
    assert [key.reference for key in settings.web.signing_keys] == ["env:ONE", "env:TWO"]
    assert settings.name == "named"


def test_a_section_without_keys_is_there() -> None:
    assert read("[relay.default]\n")[0].relays["default"].port == 25


def test_secrets_are_references_and_print_as_such() -> None:
    settings, _ = read('[relay.default]\nusername = "env:USER"\npassword = "file:secret"')
    relay = settings.relays["default"]
    assert isinstance(relay.username, Secret)
    assert isinstance(relay.password, Secret)
    assert "file:secret" in repr(relay.password)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[store\n", [f"{BAD_SETTINGS.id} jo.toml:1:7"]),
        ("[stor]\n", [f"{BAD_SETTINGS.id} jo.toml:1:1"]),
        ("store = 1\n", [f"{BAD_SETTINGS.id} jo.toml:1:9"]),
        ("[relay]\ndefault = 1\n", [f"{BAD_SETTINGS.id} jo.toml:2:11"]),
        ('[web]\nbase_ur = "x"\n', [f"{BAD_SETTINGS.id} jo.toml:2:1"]),
        ('[web]\n  "base_url" = 7\n', [f"{BAD_SETTINGS.id} jo.toml:2:16"]),
        ('[web]\nbase_url = "ftp://a.example"\n', [f"{BAD_SETTINGS.id} jo.toml:2:12"]),
        ('[web]\nbase_url = "https://a.example/?b"\n', [f"{BAD_SETTINGS.id} jo.toml:2:12"]),
        ('[web]\nlisten = "8025"\n', [f"{BAD_SETTINGS.id} jo.toml:2:10"]),
        ("[relay.a]\nport = true\n", [f"{BAD_SETTINGS.id} jo.toml:2:8"]),
        ("[relay.a]\nport = 0\n", [f"{BAD_SETTINGS.id} jo.toml:2:8"]),
        ('[relay.a]\npassword = "plain"\n', [f"{PLAIN_SECRET.id} jo.toml:2:12"]),
        ('[web]\nsigning_keys = ["env:A", "plain"]\n', [f"{PLAIN_SECRET.id} jo.toml:2:16"]),
        ("[web]\nsigning_keys = [1]\n", [f"{BAD_SETTINGS.id} jo.toml:2:16"]),
        ('[store]\nurl = "postgresql://a:b@c/d"\n', [f"{PLAIN_SECRET.id} jo.toml:2:7"]),
        ('[store]\nurl = "postgresql://c/d?PassWord=b"\n', [f"{PLAIN_SECRET.id} jo.toml:2:7"]),
        ('[store]\nurl = "mysql://a:b@d"\n', [f"{PLAIN_SECRET.id} jo.toml:2:7"]),
        ('[store]\nurl = "mysql://d"\n', [f"{BAD_SETTINGS.id} jo.toml:2:7"]),
        ('[store]\nurl = "postgresql://"\n', [f"{BAD_SETTINGS.id} jo.toml:2:7"]),
        ('[project]\nzone = "Mars/Olympus"\n', [f"{UNKNOWN_ZONE.id} jo.toml:2:8"]),
        ('[project]\ndomain = "here"\n', [f"{BAD_SETTINGS.id} jo.toml:2:10"]),
        ("[variables]\nproduct = 3\n", [f"{BAD_SETTINGS.id} jo.toml:2:11"]),
        ('[sources.a]\nformat = "csv"\n', [f"{MISSING_SETTING.id} jo.toml:1:1"]),
        ('[sources.a]\npath = "a"\ncolumns = {id = 1}\n', [f"{BAD_SETTINGS.id} jo.toml:3:11"]),
        ('[sources.a]\npath = "a"\ndelimiter = "||"\n', [f"{BAD_SETTINGS.id} jo.toml:3:13"]),
        ("env = 3\n", [f"{BAD_SETTINGS.id} jo.toml:1:7"]),
        ("[env]\na = 3\n", [f"{BAD_SETTINGS.id} jo.toml:2:5"]),
        ("[env.a]\nstore = 3\n", [f"{BAD_SETTINGS.id} jo.toml:2:9"]),
        ('[env.a.web]\nlisten = "x"\n', [f"{BAD_SETTINGS.id} jo.toml:2:10"]),
        ("[relay.a]\n[[relay.a.b]]\n", [f"{BAD_SETTINGS.id} jo.toml:1:1"]),
        ("[store]\nurl = 'sqlite:///'\n", [f"{BAD_SETTINGS.id} jo.toml:2:7"]),
    ],
)
def test_each_fault_stands_at_its_place(text: str, expected: list[str]) -> None:
    assert said(text) == expected


def test_a_fault_of_another_environment_shows_and_does_not_count() -> None:
    text = '[relay.a]\nport = 25\n[env.other.relay.a]\nport = "many"'
    settings, found = read(text)
    assert settings.relays["a"].port == 25
    assert [str(item.at) for item in found] == ["jo.toml:4:8"]


def test_an_unknown_environment_is_told_with_the_near_miss() -> None:
    _, (found,) = read("[env.production]\n", "prodcution")
    assert found.help == "Did you mean `production`?"


def test_a_faulty_variable_is_named_and_ignored() -> None:
    settings, (found,) = read("[relay.a]\nport = 26", JO_RELAY_A_PORT="x")
    assert found.at is None
    assert "JO_RELAY_A_PORT" in found.detail
    assert settings.relays["a"].port == 26


def test_mail_has_a_domain_even_where_none_is_set() -> None:
    assert read('[project]\nname = "My Shop!"')[0].mail_domain == "my-shop.invalid"
    assert read('[project]\ndomain = "mail.example.com"')[0].mail_domain == "mail.example.com"


@pytest.mark.parametrize(
    "text",
    [
        '[journal]\npath = ""',
        '[sources.people]\npath = " "',
        '[relay.default]\nca_file = ""',
        '[relay.default]\nhello = ""',
    ],
)
def test_an_empty_text_is_no_value(text: str) -> None:
    assert "J901 jo.toml:2:" in said(text)[0]


def test_an_empty_variable_does_not_put_the_journal_into_the_root() -> None:
    settings, found = read("", JO_JOURNAL_PATH="")

    assert [item.detail for item in found] == ["`JO_JOURNAL_PATH` is empty."]
    assert settings.journal.path is None


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("[run]\nhold_after = 6", 'Write such as "6 hours".'),
        ('[run]\nhold_after = "soon"', 'Write such as "6 hours".'),
        ("[relay.default]\ndsn = false", 'Write "on" or "off", with the quotes.'),
        ("[relay.default]\nrate = 100", 'Write such as "100 per second".'),
    ],
)
def test_a_wrong_value_comes_with_what_to_write(text: str, help: str) -> None:
    assert [item.help for item in read(text)[1]] == [help]
