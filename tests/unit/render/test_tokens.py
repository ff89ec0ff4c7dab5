"""Signed tokens: what they say, and that nobody else can say it."""

import re

import pytest

from jo.render.tokens import (
    Claim,
    Key,
    Keys,
    Purpose,
    click_token,
    click_url,
    unsubscribe_token,
    unsubscribe_url,
    verify,
)

OLD = Key(id="k1", secret=b"o" * 32)
NEW = Key(id="k2", secret=b"n" * 32)
KEYS = Keys(current=OLD)


def test_a_token_says_which_mail_and_which_link() -> None:
    assert verify(KEYS, Purpose.UNSUBSCRIBE, unsubscribe_token(KEYS, "i-1")) == Claim(intent="i-1")
    assert verify(KEYS, Purpose.CLICK, click_token(KEYS, "i-1", 12)) == Claim(intent="i-1", link=12)


def test_a_token_needs_no_escaping_in_an_address() -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]+", click_token(KEYS, "i_1-x", 3))
    assert unsubscribe_url("https://go.example", "t") == "https://go.example/u/t"
    assert click_url("https://go.example", "t") == "https://go.example/c/t"


def test_a_token_is_worthless_for_another_purpose() -> None:
    assert verify(KEYS, Purpose.CLICK, unsubscribe_token(KEYS, "i-1")) is None
    assert verify(KEYS, Purpose.UNSUBSCRIBE, click_token(KEYS, "i-1", 0)) is None


def test_a_token_with_any_character_changed_is_worthless() -> None:
    token = click_token(KEYS, "i-1", 7)

    for index, char in enumerate(token):
        changed = token[:index] + ("A" if char != "A" else "B") + token[index + 1 :]
        assert verify(KEYS, Purpose.CLICK, changed) is None


@pytest.mark.parametrize("token", ["", "k1", "k1..", "k1.i.x", "é.i.1", "k9.i-1." + "A" * 22, "x" * 5000])
def test_what_is_no_token_is_refused(token: str) -> None:
    assert verify(KEYS, Purpose.UNSUBSCRIBE, token) is None


def test_a_token_lives_as_long_as_its_key_is_listed() -> None:
    token = unsubscribe_token(KEYS, "i-1")

    assert verify(Keys(current=NEW, others=(OLD,)), Purpose.UNSUBSCRIBE, token) == Claim(intent="i-1")
    assert verify(Keys(current=NEW), Purpose.UNSUBSCRIBE, token) is None
    assert unsubscribe_token(Keys(current=NEW, others=(OLD,)), "i-1").startswith("k2.")


def test_weak_keys_and_odd_ids_are_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Key(id="k1", secret=b"short")
    with pytest.raises(ValueError, match="id of a signing key"):
        Key(id="k.1", secret=b"s" * 32)
    with pytest.raises(ValueError, match="public id"):
        unsubscribe_token(KEYS, "a.b")


def test_a_key_does_not_show_its_secret() -> None:
    assert "o" * 32 not in repr(KEYS)
