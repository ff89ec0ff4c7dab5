"""The stores that the contract suite is run on. Another database joins by one entry of `STORES`."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from jo.ports.store import Store
from jo.store import open_store
from tests.support.stores import MEMORY_URL, file_url

Url = Callable[[pytest.FixtureRequest], str]

STORES: dict[str, Url] = {
    "sqlite-memory": lambda request: MEMORY_URL,
    "sqlite-file": lambda request: file_url(request.getfixturevalue("tmp_path")),
    "postgres": lambda request: request.getfixturevalue("postgres_store_url"),
}
"""Name → fixture's request → the URL of a fresh store."""

SHARED = sorted(STORES.keys() - {"sqlite-memory"})
"""Stores that more than one process can open."""

FRESH: dict[str, Url] = {**STORES, "postgres": lambda request: request.getfixturevalue("postgres_url")}
"""The same, before anybody has opened them."""


@pytest.fixture(params=sorted(STORES))
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    with closing(open_store(STORES[request.param](request))) as made:
        yield made


@pytest.fixture(params=SHARED)
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh store that may be opened more than once."""
    return STORES[request.param](request)


@pytest.fixture(params=SHARED)
def fresh_url(request: pytest.FixtureRequest) -> str:
    """The URL of a store that was never opened."""
    return FRESH[request.param](request)
