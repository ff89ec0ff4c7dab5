import pytest

from jo.timing.durations import Duration, Unit
from jo.timing.rates import Rate, parse_rate


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("2 per 7 days", Rate(2, Duration(7, Unit.DAY))),
        ("100 per second", Rate(100, Duration(1, Unit.SECOND))),
        ("1 per 1 month", Rate(1, Duration(1, Unit.MONTH))),
    ],
)
def test_a_count_per_duration_is_a_rate(text: str, rate: Rate) -> None:
    assert parse_rate(text) == rate
    assert parse_rate(str(rate)) == rate


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2",
        "0 per day",
        "2 per 0 days",
        "2 per 2 business days",
        "-1 per day",
        "2 a day",
        "2 per fortnight",
    ],
)
def test_what_limits_nothing_or_needs_a_calendar_is_none(text: str) -> None:
    assert parse_rate(text) is None
