"""The reader of SMTP replies: the same replies however the bytes arrive, and nothing guessed."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jo.mail.responses import LINE_LIMIT, LINES_LIMIT, TEXT_LIMIT, GarbledError, Response, ResponseReader

TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
CODES = st.integers(2, 5).flatmap(lambda first: st.integers(first * 100, first * 100 + 59))
RESPONSES = st.builds(
    lambda code, lines: Response(code=code, lines=tuple(lines)),
    CODES,
    st.lists(TEXTS, min_size=1, max_size=4),
)


def wire(response: Response) -> bytes:
    *others, last = response.lines
    lines = [f"{response.code}-{line}" for line in others] + [f"{response.code} {last}"]
    return "".join(f"{line}\r\n" for line in lines).encode()


def read(received: bytes) -> list[Response]:
    reader = ResponseReader()
    reader.feed(received)
    return list(iter(reader.next, None))


@settings(derandomize=True)
@given(st.lists(RESPONSES, max_size=5), st.lists(st.integers(1, 30), min_size=1, max_size=20))
def test_replies_are_the_same_however_the_bytes_are_cut(responses: list[Response], cuts: list[int]) -> None:
    stream = b"".join(map(wire, responses))
    reader = ResponseReader()
    found: list[Response] = []
    turn = 0
    while stream:
        size = cuts[turn % len(cuts)]
        reader.feed(stream[:size])
        stream = stream[size:]
        found += iter(reader.next, None)
        turn += 1
    assert found == responses
    assert not reader.has_rest


@settings(derandomize=True)
@given(st.binary(max_size=200))
def test_any_bytes_end_as_replies_or_as_garbled(received: bytes) -> None:
    with suppress(GarbledError):
        assert all(200 <= response.code < 560 for response in read(received))


@pytest.mark.parametrize(
    "received",
    [
        b"hello\r\n",
        b"250 bare line feed\n",
        b"25\r\n",
        b"2500 ok\r\n",
        b"250ok\r\n",
        b"150 too low\r\n",
        b"650 too high\r\n",
        b"290 no such group\r\n",
        b"250-one\r\n251 other\r\n",
        b"250-one\r\nmore\r\n",
        b"\r\n",
        b"250 two\r250 in one\r\n",
        b"\x16\x03\x01\x02\x00\n",
        b"250 " + b"x" * LINE_LIMIT,
        b"250-x\r\n" * (LINES_LIMIT + 1),
    ],
)
def test_what_is_not_exactly_a_reply_is_garbled(received: bytes) -> None:
    with pytest.raises(GarbledError):
        read(received)


def test_a_reply_before_the_garbage_still_counts() -> None:
    reader = ResponseReader()
    reader.feed(b"250 2.0.0 kept\r\nwhat?\r\n")
    assert reader.next() == Response(code=250, lines=("2.0.0 kept",))
    with pytest.raises(GarbledError):
        reader.next()


def test_half_a_reply_is_none() -> None:
    reader = ResponseReader()
    reader.feed(b"250-one\r\n250 tw")
    assert reader.next() is None
    assert reader.has_rest


@pytest.mark.parametrize(
    ("line", "enhanced", "text"),
    [
        (b"550 5.1.1 <a@b> no such user\r\n", "5.1.1", "<a@b> no such user"),
        (b"550 4.1.1 the class does not fit\r\n", None, "4.1.1 the class does not fit"),
        (b"550 5.1.1\r\n", "5.1.1", ""),
        (b"550 5.1.01 a leading zero\r\n", None, "5.1.01 a leading zero"),
        (b"550 5.1.1.1 is an address\r\n", None, "5.1.1.1 is an address"),
        (b"550\r\n", None, ""),
        (b"550-5.7.1 one\r\n550 5.7.1  two\r\n", "5.7.1", "one two"),
        (b"550 caf\xc3\xa9 \xff \x1b[31m\r\n", None, "café � �[31m"),
    ],
)
def test_the_status_and_the_text_of_a_reply(line: bytes, enhanced: str | None, text: str) -> None:
    (response,) = read(line)
    assert (response.enhanced, response.text) == (enhanced, text)


def test_a_long_text_is_cut() -> None:
    (response,) = read(b"550-" + b"x" * 400 + b"\r\n550 " + b"y" * 400 + b"\r\n")
    assert len(response.text) == TEXT_LIMIT
