"""DKIM keys in `jo.toml`: references only, under selectors that can stand in a domain."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from jo.ports.errors import WorldError
from jo.wiring import open_mailer
from jo.workspace.read_settings import parse_settings

PEM = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def relay(lines: str) -> str:
    return f"[relay.default]\n{lines}\n"


def test_a_relay_with_domain_and_keys_signs(tmp_path: Path) -> None:
    (tmp_path / "dkim.pem").write_bytes(PEM)
    text = relay('dkim_domain = "example.com"\ndkim_keys = { s2026 = "file:dkim.pem" }')

    settings, faults = parse_settings(text, tmp_path, {})
    open_mailer(settings).close()

    assert not faults
    assert [(what, secret.reference) for what, secret in settings.secrets()] == [
        ("the DKIM selector `s2026`", "file:dkim.pem")
    ]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ('{ s2026 = "MC4CAQAwBQYDK2Vw" }', "J9"),
        ('{ "s 2026" = "file:dkim.pem" }', "J9"),
        ('{ "a..b" = "file:dkim.pem" }', "J9"),
        ('"file:dkim.pem"', "J9"),
    ],
)
def test_what_is_no_table_of_references_is_refused(value: str, code: str, tmp_path: Path) -> None:
    settings, faults = parse_settings(relay(f"dkim_keys = {value}"), tmp_path, {})

    assert [fault.code.id[:2] for fault in faults] == [code]
    assert "MC4C" not in faults[0].detail
    assert not settings.relays.get("default") or not settings.relays["default"].dkim_keys


@pytest.mark.parametrize("line", ['dkim_domain = "example.com"', 'dkim_keys = { s2026 = "file:dkim.pem" }'])
def test_domain_and_keys_belong_together(line: str, tmp_path: Path) -> None:
    settings, _ = parse_settings(relay(line), tmp_path, {})

    with pytest.raises(WorldError, match="belong together"):
        open_mailer(settings)


def test_a_key_that_is_not_there_is_named(tmp_path: Path) -> None:
    text = relay('dkim_domain = "example.com"\ndkim_keys = { s2026 = "file:dkim.pem" }')
    settings, _ = parse_settings(text, tmp_path, {})

    with pytest.raises(WorldError, match=r"dkim\.pem cannot be read"):
        open_mailer(settings)
