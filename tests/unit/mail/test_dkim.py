"""Signatures hold against an independent verifier, and break when anything that is signed is changed."""

from collections.abc import Mapping

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from jo.mail.dkim import SIGNED, DkimSigner, load_key
from jo.ports.errors import WorldError

MESSAGE = (
    b"From: Aurora <team@aurora.example>\r\n"
    b"To: <ada@example.com>\r\n"
    b"Subject: Welcome to a rather long subject line that\r\n  is folded   somewhere\r\n"
    b"Date: Tue, 01 Dec 2026 09:00:00 +0000\r\n"
    b"Message-ID: <0a1b@aurora.example>\r\n"
    b"List-Unsubscribe: <https://mail.aurora.example/u/1>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="b"\r\n'
    b"\r\n"
    b"--b\r\n\r\nHello  Ada \r\n.\r\n--b--\r\n"
)

PrivateKey = ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
RSA = rsa.generate_private_key(65537, 2048)
KEYS: Mapping[str, PrivateKey] = {"ed": ED25519, "rsa": RSA}


def pem(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def record(selector: str) -> bytes:
    """Return what a domain publishes for a selector."""
    import base64

    public = KEYS[selector].public_key()
    if isinstance(public, ed25519.Ed25519PublicKey):
        return b"v=DKIM1; k=ed25519; p=" + base64.b64encode(public.public_bytes_raw())
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(der)


def holds(data: bytes, number: int = 0) -> bool:
    """Ask dkimpy whether a signature of a message is good."""
    try:
        verified: bool = dkim.DKIM(data).verify(
            idx=number, dnsfunc=lambda name, **_: record(name.decode().partition(".")[0])
        )
    except dkim.ValidationError:
        return False
    return verified


def signer(*selectors: str) -> DkimSigner:
    return DkimSigner("aurora.example", {name: load_key(pem(KEYS[name]), name) for name in selectors})


@pytest.mark.parametrize("selector", ["ed", "rsa"])
def test_a_signature_is_good_and_the_message_behind_it_untouched(selector: str) -> None:
    signed = signer(selector).sign(MESSAGE)

    assert holds(signed)
    assert signed.endswith(MESSAGE)
    assert signed.count(b"DKIM-Signature:") == 1


def test_two_keys_sign_side_by_side() -> None:
    signed = signer("ed", "rsa").sign(MESSAGE)

    assert holds(signed, 0)
    assert holds(signed, 1)


def test_a_retry_has_the_same_signature() -> None:
    assert signer("ed", "rsa").sign(MESSAGE) == signer("ed", "rsa").sign(MESSAGE)


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        (b"Hello", b"Hallo"),
        (b"ada@example.com", b"eve@example.com"),
        (b"folded", b"changed"),
        (b"One-Click", b"Two-Click"),
        (b"/u/1>", b"/u/2>"),
        (b"0a1b@", b"0a1c@"),
    ],
)
def test_a_change_of_what_is_signed_breaks_it(what: bytes, instead: bytes) -> None:
    signed = signer("ed").sign(MESSAGE)

    assert not holds(signed.replace(what, instead))


@pytest.mark.parametrize("name", [b"From", b"To", b"Subject"])
def test_a_second_field_of_a_name_that_readers_see_breaks_it(name: bytes) -> None:
    signed = signer("ed").sign(MESSAGE)
    end = signed.index(b"MIME-Version:")

    assert not holds(signed[:end] + name + b": somebody@else.example\r\n" + signed[end:])


def test_folding_a_field_anew_does_not_break_it() -> None:
    signed = signer("ed").sign(MESSAGE)

    assert holds(signed.replace(b"that\r\n  is folded   somewhere", b"that is\r\n\tfolded somewhere"))


@pytest.mark.parametrize("end", [b"", b"x", b"x\r\n", b"x\r\n\r\n\r\n", b"\r\n", b"\r\n\r\n"])
def test_the_end_of_a_body_is_read_as_the_receiver_reads_it(end: bytes) -> None:
    head = MESSAGE[: MESSAGE.index(b"\r\n\r\n") + 4]

    assert holds(signer("ed").sign(head + end))


def test_every_field_that_may_be_signed_is_named() -> None:
    signed = signer("ed").sign(MESSAGE)
    names = signed.partition(b"h=")[2].partition(b";")[0].split(b":")

    present = [name for name in SIGNED if b"\n" + name + b":" in b"\n" + MESSAGE.lower()]
    assert names == [*present, b"from", b"to", b"subject"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "no private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key"),
        (pem(rsa.generate_private_key(65537, 1024)), "too short"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "type that DKIM does not know"),
    ],
)
def test_a_key_that_cannot_sign_is_refused_by_name(text: bytes, says: str) -> None:
    with pytest.raises(WorldError, match=says) as refused:
        load_key(text, "env:DKIM")
    assert "env:DKIM" in str(refused.value)
    assert "BEGIN" not in str(refused.value)
