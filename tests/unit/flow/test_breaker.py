"""When too many ended badly."""

import pytest

from jo.flow.breaker import add, is_too_bad


@pytest.mark.parametrize(
    ("seen", "is_open"),
    [
        ("", False),
        ("b" * 29, False),
        ("b" * 30, True),
        ("g" * 70 + "b" * 30, False),
        ("g" * 69 + "b" * 31, True),
        ("g" * 21 + "b" * 9, False),
        ("g" * 20 + "b" * 10, True),
    ],
)
def test_more_than_a_part_of_the_last_ones_is_too_many(seen: str, is_open: bool) -> None:
    assert is_too_bad(seen) is is_open


def test_only_the_last_ones_count() -> None:
    assert add("b" * 90, "g" * 40) == "b" * 60 + "g" * 40
