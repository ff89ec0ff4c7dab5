"""Who speaks in a POST to an unsubscribe link."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jo.flow.arrival import Choice
from jo.web.form import OneClick, Pressed, gesture

FORM = "application/x-www-form-urlencoded"


MULTIPART = b"""--b 1\r
Content-Disposition: form-data; name="List-Unsubscribe"\r
\r
One-Click\r
--b 1--\r
"""
ODD_MULTIPART = b"""before\r
--b 1\r
Content-Type: text/plain\r
content-disposition: form-data; name=list-unsubscribe\r
\r
One-Click\r
--b 1--"""


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (FORM, b"List-Unsubscribe=One-Click"),
        (f"{FORM}; charset=UTF-8", b"LIST-UNSUBSCRIBE=one-click&more=1"),
        ('multipart/form-data; boundary="b 1"', MULTIPART),
        ('Multipart/Form-Data; x=y; boundary="b 1"', ODD_MULTIPART),
    ],
)
def test_a_mail_program_clicks_once(content_type: str, body: bytes) -> None:
    assert gesture(content_type, body) == OneClick()


@pytest.mark.parametrize("choice", list(Choice))
def test_a_person_presses_the_button(choice: Choice) -> None:
    assert gesture(FORM, f"page=yes&choice={choice}&leave=yes".encode()) == Pressed(choice)


@pytest.mark.parametrize(
    "body",
    [
        b"page=yes&choice=topic",
        b"page=yes&leave=yes",
        b"page=yes&leave=yes&choice=all",
        b"page=&List-Unsubscribe=One-Click",
        b"choice=topic&leave=yes",
        b"List-Unsubscribe=One-Click;x",
        b"&" * 60_000,
        b"=" * 60_000,
        b"%" * 60_000,
        b"a=1&" * 15_000 + b"List-Unsubscribe=One-Click",
    ],
)
def test_everything_else_means_nothing(body: bytes) -> None:
    assert gesture(FORM, body) is None


@settings(derandomize=True, max_examples=300)
@given(st.text(max_size=80), st.binary(max_size=300))
def test_no_body_breaks_it(parameters: str, body: bytes) -> None:
    for kind in (FORM, "multipart/form-data"):
        assert gesture(f"{kind}; boundary={parameters}", body) is None
        gesture(parameters, body)
