"""What `jo run` changes in its process, and leaves as it was."""

import gc
import weakref

import pytest

from jo.cli.running import collecting_seldom


class Circle:
    def __init__(self) -> None:
        self.itself = self


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_the_collector_is_as_before_however_the_run_ends(error: type[BaseException]) -> None:
    before, frozen = gc.get_threshold(), gc.get_freeze_count()

    def run() -> None:
        with collecting_seldom():
            assert gc.get_threshold()[0] > before[0]
            assert gc.get_freeze_count() > frozen
            raise error

    with pytest.raises(error):
        run()

    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
    assert gc.isenabled()


def test_circles_of_a_long_run_are_still_collected() -> None:
    with collecting_seldom():
        seen = weakref.ref(Circle())
        limit = gc.get_threshold()[0]
        kept = [[] for _ in range(2 * limit)]  # many objects that stay

        assert seen() is None
        assert len(kept) == 2 * limit


def test_what_was_there_before_the_run_is_not_looked_at() -> None:
    with collecting_seldom():
        frozen = gc.get_freeze_count()
        new = Circle()

        assert any(found is new for found in gc.get_objects())
        assert frozen > len(gc.get_objects())
