"""A relay's settings: protected by default, plain only on this machine; secrets never shown."""

import pytest

from jo.mail.auth import Credentials, choose_steps
from jo.mail.extensions import Extensions, read_extensions
from jo.mail.relay import Relay, Tls, is_loopback


@pytest.mark.parametrize(
    ("host", "tls", "security", "may_sign_in"),
    [
        ("smtp.example.com", None, Tls.STARTTLS, True),
        ("localhost", None, Tls.NONE, True),
        ("127.0.0.1", None, Tls.NONE, True),
        ("::1", None, Tls.NONE, True),
        ("127.0.0.1.example.com", None, Tls.STARTTLS, True),
        ("smtp.example.com", Tls.NONE, Tls.NONE, False),
        ("localhost", Tls.STARTTLS, Tls.STARTTLS, True),
    ],
)
def test_tls_is_required_unless_told_otherwise(
    host: str, tls: Tls | None, security: Tls, may_sign_in: bool
) -> None:
    relay = Relay(host=host, port=587, tls=tls)
    assert (relay.security, relay.may_sign_in) == (security, may_sign_in)


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.1", "localhost.example.com", "example.com", ""])
def test_only_this_machine_is_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "settings",
    [
        {"connections": 0},
        {"hello": "two words"},
        {"hello": "a\r\nb"},
        {"host": ""},
        {"host": ".a"},
        {"host": "a\0b"},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"connection|host name"):
        Relay(**{"host": "localhost", "port": 25, **settings})  # type: ignore[arg-type] # wrong values are the point


def test_a_relay_never_shows_its_credentials() -> None:
    relay = Relay(host="localhost", port=25, credentials=Credentials(user="hush", password="quiet"))
    assert "hush" not in repr(relay)
    assert "quiet" not in repr(relay)


def test_the_name_of_a_relay_is_host_and_port() -> None:
    assert Relay(host="mx.example.com", port=25).name == "mx.example.com:25"
    assert Relay(host="::1", port=25).name == "[::1]:25"


def test_plain_is_preferred_and_login_takes_three_lines() -> None:
    credentials = Credentials(user="ü", password="p")
    assert choose_steps(credentials, {"LOGIN", "PLAIN"}) == (b"AUTH PLAIN AMO8AHA=\r\n",)
    assert choose_steps(credentials, {"LOGIN"}) == (b"AUTH LOGIN\r\n", b"w7w=\r\n", b"cA==\r\n")
    assert choose_steps(credentials, {"CRAM-MD5"}) is None


def test_credentials_with_a_nul_are_refused_without_being_shown() -> None:
    with pytest.raises(ValueError, match="NUL") as refused:
        Credentials(user="a", password="b\0c")
    assert "b\0c" not in str(refused.value)


def test_the_offers_of_a_relay() -> None:
    lines = ["mx hello", "PIPELINING", "size 1000", "8BITMIME", "SmtpUtf8", "STARTTLS"]
    lines += ["AUTH PLAIN", "AUTH=LOGIN", "X-WHAT", ""]
    assert read_extensions(lines) == Extensions(
        pipelining=True,
        starttls=True,
        eight_bit=True,
        utf8=True,
        size=True,
        size_limit=1000,
        auth=frozenset({"PLAIN", "LOGIN"}),
    )


@pytest.mark.parametrize("size", ["SIZE", "SIZE 0", "SIZE many", "SIZE -5", "SIZE ١٢", "SIZE " + "9" * 5000])
def test_a_size_without_a_usable_figure_is_no_limit(size: str) -> None:
    assert read_extensions(["mx", size]) == Extensions(size=True, size_limit=None)


def test_the_greeting_line_offers_nothing() -> None:
    assert read_extensions(["PIPELINING STARTTLS"]) == Extensions()
