"""Dots on the wire."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jo.mail.dot import END, broken_line, stuff, unstuff

LINES = st.lists(st.sampled_from([b"", b".", b"..", b".a", b"a.", b"a", b".\xff"]), max_size=8)


@settings(derandomize=True)
@given(LINES)
def test_a_message_survives_the_wire_and_cannot_end_it(lines: list[bytes]) -> None:
    message = b"".join(line + b"\r\n" for line in lines)
    wire = stuff(message)
    assert unstuff(wire) == message
    assert (b"\r\n" + wire + END).index(b"\r\n" + END) == len(wire)


def test_a_message_without_a_last_line_end_gets_one() -> None:
    assert stuff(b"a\r\n.b") == b"a\r\n..b\r\n"
    assert stuff(b"") == b""


@pytest.mark.parametrize(
    ("data", "flaw"),
    [
        (b"a\r\nb\r\n", None),
        (b"", None),
        (b"a\nb\r\n", "a bare LF"),
        (b"a\rb\r\n", "a bare CR"),
        (b"a\r\r\n", "a bare CR"),
        (b"a\r\n\n", "a bare LF"),
        (b"a\r\n.\n", "a bare LF"),
        (b"a\0\r\n", "a NUL"),
    ],
)
def test_bytes_that_may_not_stand_in_a_message(data: bytes, flaw: str | None) -> None:
    assert broken_line(data) == flaw
