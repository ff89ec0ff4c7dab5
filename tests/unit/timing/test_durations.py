import pytest

from jo.timing.durations import Duration, Unit, parse_duration


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [
        ("24 hours", 24, Unit.HOUR),
        ("1 day", 1, Unit.DAY),
        ("2 business days", 2, Unit.BUSINESS_DAY),
        (" 3 months ", 3, Unit.MONTH),
        ("0 minutes", 0, Unit.MINUTE),
    ],
)
def test_a_count_and_a_unit_is_a_duration(text: str, count: int, unit: Unit) -> None:
    assert parse_duration(text) == Duration(count, unit)


@pytest.mark.parametrize(
    "text", ["", "3", "days", "3days", "-1 days", "1.5 days", "3 Days", "1234567 days", "٣ days"]
)
def test_anything_else_is_none(text: str) -> None:
    assert parse_duration(text) is None


def test_a_duration_is_printed_as_it_is_read() -> None:
    assert str(Duration(1, Unit.BUSINESS_DAY)) == "1 business day"
    assert parse_duration(str(Duration(5, Unit.WEEK))) == Duration(5, Unit.WEEK)


def test_hours_are_elapsed_and_days_are_not() -> None:
    assert Duration(24, Unit.HOUR).is_elapsed
    assert not Duration(1, Unit.DAY).is_elapsed
