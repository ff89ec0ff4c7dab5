"""The last look at an address before it goes into a header."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jo.web.target import web_address


@pytest.mark.parametrize(
    ("address", "header"),
    [
        ("https://example.com", "https://example.com"),
        ("HTTP://EXAMPLE.com:8080/a?b=c&d=%20#e", "HTTP://EXAMPLE.com:8080/a?b=c&d=%20#e"),
        ("https://example.com/café?q=日本", "https://example.com/caf%C3%A9?q=%E6%97%A5%E6%9C%AC"),
        ("https://[::1]/x", "https://[::1]/x"),
        ('https://example.com/"<x>`{|}^', "https://example.com/%22%3Cx%3E%60%7B%7C%7D%5E"),
    ],
)
def test_addresses_of_the_web_pass(address: str, header: str) -> None:
    assert web_address(address) == header


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/relative",
        "//example.com/",
        "https:",
        "https:///path",
        "https:example.com",
        "javascript:alert(1)",
        "data:text/html,x",
        "mailto:ada@example.com",
        " https://example.com",
        "https://example.com/\r\nSet-Cookie: a=b",
        "https://example.com/\nx",
        "https://example.com/\x00",
        "https://example.com/\x85",
        "https://example.com/\u2028",
        "https://example.com/\ud800",
        "https://good.example\\@evil.example/",
        "https://exa mple.com",
        "https://[::1",
        "https://example.com/" + "x" * 9000,
    ],
)
def test_all_others_do_not(address: str) -> None:
    assert web_address(address) is None


@settings(derandomize=True, max_examples=500)
@given(st.text(max_size=60))
def test_nothing_breaks_a_header(tail: str) -> None:
    found = web_address(f"https://example.com/{tail}")

    assert found is None or (found.isascii() and found.isprintable() and " " not in found)
