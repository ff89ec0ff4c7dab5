"""The stores that the contract suite is run on. Another database joins by one entry of `STORES`."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from jo.ports.store import Store
from tests.support.stores import file_store, memory_store

STORES = {"sqlite-memory": lambda folder: memory_store(), "sqlite-file": file_store}


@pytest.fixture(params=sorted(STORES))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with closing(STORES[request.param](tmp_path)) as made:
        yield made
