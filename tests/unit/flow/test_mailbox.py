"""What counts as one address, and which addresses mail can go to."""

import pytest

from jo.flow.mailbox import address_key, usable


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bob@Example.com", "bob@example.com"),
        ("  bob@example.com ", "bob@example.com"),
        ("jose\u0301@example.com", "jos\u00e9@example.com"),
        ("STRASSE@example.com", "stra\u00dfe@example.com"),
    ],
)
def test_spellings_of_one_address_share_a_key(one: str, other: str) -> None:
    assert address_key(one) == address_key(other)


def test_a_key_of_a_key_is_the_key() -> None:
    for text in ("ǰ@x.example", "İ@x.example", "ﬀ@x.example", "Ω@x.example"):
        assert address_key(address_key(text)) == address_key(text)


@pytest.mark.parametrize(
    "text",
    ["bob@example.com", " bob+tag@mail.example.com ", "o'neil@example.org", "用户@例え.example", "a@b.co"],
)
def test_a_plain_address_is_usable_and_trimmed(text: str) -> None:
    assert usable(text) == text.strip()


@pytest.mark.parametrize(
    "value",
    [
        None,
        42,
        "",
        "   ",
        "bob",
        "bob@",
        "@example.com",
        "bob@example",
        "bob@@example.com",
        "bob@exam ple.com",
        "bob@example..com",
        "bob@-example.com",
        ".bob@example.com",
        "bob.@example.com",
        "b..ob@example.com",
        "bob@example.com\nBcc: eve@evil.example",
        "bob@example.com\x00",
        "<bob@example.com>",
        "bob@example.com, eve@evil.example",
        "x" * 65 + "@example.com",
        "bob@" + "x" * 64 + ".com",
        "bob@" + "abcdefgh." * 30 + "com",
    ],
)
def test_what_no_relay_could_take_is_not_usable(value: object) -> None:
    assert usable(value) is None
