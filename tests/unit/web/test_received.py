"""What was received survives a line of the spool."""

from datetime import timedelta

import pytest

from jo.flow.arrival import Arrival, Choice
from jo.web.received import Click, OptOut, Received, Told, from_line, to_line
from tests.support.builders import NOON

EVENT = Arrival(
    name="trial.activated",
    source="app",
    id="e\u2028\n1",
    at=NOON - timedelta(microseconds=1),
    contact=None,
    payload={"id": "é", "seats": 3, "price": 0.1, "until": None},
)


@pytest.mark.parametrize(
    "item",
    [
        Click(mail="a" * 32, link=3, at=NOON),
        OptOut(mail="a" * 32, choice=Choice.MARKETING, at=NOON + timedelta(microseconds=1)),
        Told(arrival=EVENT, at=NOON),
    ],
)
def test_a_line_is_read_as_it_was_written(item: Received) -> None:
    line = to_line(item)

    assert line.count(b"\n") == 1
    assert line.isascii()
    assert from_line(line) == item


@pytest.mark.parametrize("line", [b"", b"\n", b"7", b"[]", b"{}", b'{"is":"click"}', b"\xff", b"[" * 50_000])
def test_anything_else_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match="nothing that was received"):
        from_line(line)
