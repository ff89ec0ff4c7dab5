"""Envelope addresses: what goes between the brackets can end neither the bracket nor the line."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jo.mail.address import NOBODY, AddressError, read_mailbox, read_part_by_part, read_sender


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("anna@example.com", b"anna@example.com"),
        ("o'neil+news@Example.COM", b"o'neil+news@Example.COM"),
        ("a..b.@docomo.ne.jp", b"a..b.@docomo.ne.jp"),
        ('"a b@c"@example.com', b'"a b@c"@example.com'),
        (r'"a\"b"@example.com', rb'"a\"b"@example.com'),
        ("root@localhost", b"root@localhost"),
        ("a@[192.0.2.1]", b"a@[192.0.2.1]"),
        ("a@[IPv6:2001:DB8::1]", b"a@[IPv6:2001:db8::1]"),
        ("a@münchen.example", b"a@xn--mnchen-3ya.example"),
        ("a@MÜNCHEN.example", b"a@xn--mnchen-3ya.example"),
        ("a@日本.example", b"a@xn--wgv71a.example"),
        ("a@fußball.example", b"a@xn--fuball-cta.example"),
        ("a@βόλος.example", b"a@xn--nxasmm1c.example"),
        ("a@例。example", b"a@xn--fsq.example"),
    ],
)
def test_an_address_as_it_goes_over_the_wire(address: str, wire: bytes) -> None:
    mailbox = read_mailbox(address)
    assert mailbox.wire == wire
    assert not mailbox.needs_utf8


@pytest.mark.parametrize("address", ["jürgen@example.com", "用户@例.example", '"ö b"@example.com'])
def test_a_local_part_beyond_ascii_stays_and_needs_smtputf8(address: str) -> None:
    mailbox = read_mailbox(address)
    assert mailbox.wire.decode().startswith(address.partition("@")[0])
    assert mailbox.needs_utf8


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "@example.com",
        "anna@",
        "anna@example",
        "anna@example..com",
        "anna@example.com.",
        "anna@-example.com",
        "anna@exam ple.com",
        "anna@exam_ple.com",
        "anna@example.com\r\nRCPT TO:<eve@example.com>",
        "anna\r\n@example.com",
        "anna\0@example.com",
        "anna\x7f@example.com",
        "anna\x85@example.com",
        "anna\u2028@example.com",
        "anna\u202e@example.com",
        "anna\u00a0b@example.com",
        "anna\ud800@example.com",
        "<anna@example.com>",
        "a>b@example.com",
        '"a>b"@example.com',
        '"a"b"@example.com',
        '"a@example.com',
        "anna b@example.com",
        "anna,eve@example.com",
        "anna@[192.0.2.1",
        "anna@[192.0.2.999]",
        "anna@[example.com]",
        "anna@exam／ple.com",
        "anna@a\u200db.com\n",
        "anna@" + "x" * 64 + ".com",
        "x" * 65 + "@example.com",
        "anna@" + "xxxxxxxxx." * 30 + "com",
        "anna@" + "ü" * 70000 + ".com",
    ],
)
def test_an_address_that_could_break_the_dialog_is_refused(address: str) -> None:
    with pytest.raises(AddressError) as refused:
        read_mailbox(address)
    assert "anna" not in str(refused.value)


@settings(derandomize=True, max_examples=500)
@given(st.text(max_size=30), st.text(max_size=20))
def test_no_text_yields_a_wire_form_that_ends_bracket_or_line(local: str, domain: str) -> None:
    try:
        mailbox = read_mailbox(f"{local}@{domain}.example")
    except AddressError:
        return
    assert not re.search(rb"[<>\x00-\x1f\x7f]", mailbox.wire)


def test_a_return_path_may_be_empty() -> None:
    assert read_sender("") is NOBODY
    assert read_sender("a@example.com").wire == b"a@example.com"


@settings(derandomize=True, max_examples=500)
@given(st.from_regex(r"[a-zA-Z0-9!'.+_-]{1,66}@([a-zA-Z0-9-]{1,64}\.){1,3}[a-z]{1,5}\n?", fullmatch=True))
def test_a_plain_address_is_read_as_any_other(address: str) -> None:
    try:
        expected = read_part_by_part(address)
    except AddressError:
        with pytest.raises(AddressError):
            read_mailbox(address)
    else:
        assert read_mailbox(address) == expected
