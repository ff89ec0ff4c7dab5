"""DKIM keys in `jo.toml`: references only, under selectors that can stand in a domain."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from jo.diagnostics.codes import UNALIGNED_SIGNATURE, Severity
from jo.ports.errors import WorldError
from jo.wiring import open_mailer
from jo.workspace.check_settings import check_settings
from jo.workspace.read_settings import parse_settings
from tests.support.manifests import compiled

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


def signed(domain: str, sender: str) -> list[str]:
    """Return what is said, and where, of a sender over a relay that signs for a domain."""
    settings, _ = parse_settings(
        relay(f'dkim_domain = "{domain}"\ndkim_keys = {{ s = "env:A_KEY" }}'), Path(), {}
    )
    project = compiled(f"kind: sender\nname: team\nfrom_name: Team\n{sender}\n")
    found = [each for each in check_settings(settings, project) if each.code is UNALIGNED_SIGNATURE]
    assert all(each.severity is Severity.WARNING for each in found)
    return [f"{each.at.start.line}: {each.label}" for each in found if each.at is not None]


@pytest.mark.parametrize(
    ("domain", "address"),
    [
        ("example.com", "team@example.com"),
        ("example.com", "team@news.example.com"),
        ("mail.example.com", "team@example.com"),
        ("mail.example.com", "team@News.Example.COM"),
        ("example.co.uk", "team@news.example.co.uk"),
        ("example.com", "{{ contact.language }}@example.com"),
        ("example.com", "{{ company.csm }}"),
        ("example.com", "team@{{ company.domain }}"),
    ],
)
def test_signatures_of_the_senders_own_organization_are_fine(domain: str, address: str) -> None:
    assert signed(domain, f'from_address: "{address}"') == []


@pytest.mark.parametrize(
    ("domain", "address"),
    [
        ("example.net", "team@example.com"),
        ("example.com", "team@notexample.com"),
        ("other.co.uk", "team@example.co.uk"),
        ("example.net", "{{ contact.language }}@example.com"),
    ],
)
def test_a_signature_of_another_organization_is_told_at_the_senders_line(domain: str, address: str) -> None:
    assert signed(domain, f'from_address: "{address}"') == [f"4: not of {domain}"]


def test_the_fallback_address_is_judged_as_well() -> None:
    sender = 'from_address: "{{ company.csm }}"\nfallback_address: team@example.com'

    assert signed("example.net", sender) == ["5: not of example.net"]
