"""A slice of the proofs under eight workers; their commands run as many messages as they are told to."""

import pytest

from tests.proofs import limits, unsubscribes
from tests.proofs.eight import DATABASES


@pytest.mark.parametrize("database", DATABASES)
def test_eight_workers_keep_caps_and_rates(database: str) -> None:
    assert limits.prove(database, 80, seed=1) == []


@pytest.mark.parametrize("database", DATABASES)
def test_eight_workers_open_nothing_after_an_opt_out(database: str) -> None:
    assert unsubscribes.prove(database, 150, seed=1) == []
