"""Databases in which no store was made yet, of each sort."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from tests.support.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgres"])
def make_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Makes an empty database and returns its URL."""
    names = count()

    def a_file() -> str:
        path = tmp_path / f"store{next(names)}.db"
        path.touch()
        return f"sqlite:///{path}"

    if request.param == "sqlite":
        yield a_file
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with ExitStack() as stack:
        yield lambda: stack.enter_context(server.database())


@pytest.fixture
def url(make_url: Callable[[], str]) -> str:
    return make_url()
