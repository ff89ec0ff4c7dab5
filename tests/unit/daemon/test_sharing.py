"""Fair parts: they add up to the whole, and differ by one at most."""

import pytest

from jo.daemon.sharing import part


@pytest.mark.parametrize("total", [0, 5, 64])
def test_the_parts_of_all_are_the_whole_and_nobody_has_two_more_than_another(total: int) -> None:
    for among in range(1, 100):
        parts = [part(total, rank, among) for rank in range(among)]

        assert sum(parts) == total
        assert max(parts) - min(parts) <= 1
        assert parts == sorted(parts, reverse=True)
