from datetime import time

import pytest

from jo.timing.clock import parse_time, parse_weekday


def test_hours_and_minutes_are_a_time() -> None:
    assert parse_time("09:05") == time(9, 5)
    assert parse_time("00:00") == time(0, 0)
    assert parse_time("23:59") == time(23, 59)


@pytest.mark.parametrize("text", ["", "9:05", "24:00", "09:60", "09:05:00", "0905", "9 am", "٠٩:٠٠"])
def test_any_other_way_to_write_a_time_is_none(text: str) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize(("text", "weekday"), [("Monday", 0), ("sunday", 6), ("FRI", 4), (" Wed ", 2)])
def test_a_weekday_is_read_whole_or_by_three_letters(text: str, weekday: int) -> None:
    assert parse_weekday(text) == weekday


@pytest.mark.parametrize("text", ["", "Mo", "Mond", "day", "Lundi"])
def test_other_words_are_no_weekday(text: str) -> None:
    assert parse_weekday(text) is None
