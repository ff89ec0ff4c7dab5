"""Options of the whole test run, and the PostgreSQL server that its tests share."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.postgres import PostgresServer, a_server

FOLDER = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite golden files with what is so now; review them like code",
    )


def pytest_configure() -> None:
    """A run in the background of a script is deaf to Ctrl-C, and so would be all that its tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


SLOWEST_FIRST = ("crash", "proofs", "integration", "scenarios", "laws", "cli", "docs")
"""Folders whose files take longest. They are handed out first, so that no worker ends with one alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ranks = {name: rank for rank, name in enumerate(SLOWEST_FIRST)}
    items.sort(key=lambda item: ranks.get(item.path.relative_to(FOLDER).parts[0], len(ranks)))


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The server that the tests of one worker share; it is started when the first of them wants it."""
    with a_server() as server:
        yield server


@pytest.fixture(scope="session")
def _postgres_store(postgres: PostgresServer) -> str:
    """The URL of the store that tests use in turns: emptying one is faster than making one."""
    from jo.store import open_store  # loads much that most tests do without

    url = postgres.url(postgres.create())
    open_store(url).close()
    return url


@pytest.fixture
def postgres_store_url(postgres: PostgresServer, _postgres_store: str) -> Iterator[str]:
    """The URL of an empty store in PostgreSQL. Its tables are to be left as they are."""
    yield _postgres_store
    postgres.wipe(_postgres_store)


@pytest.fixture(scope="session")
def _postgres_template(postgres: PostgresServer) -> str:
    from jo.store import open_store

    name = postgres.create()
    open_store(postgres.url(name)).close()
    return name


@pytest.fixture
def make_postgres_store(postgres: PostgresServer, _postgres_template: str) -> Iterator[Callable[[], str]]:
    """Makes a store of its own, for tests that need more than one, and returns its URL."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(postgres.database(_postgres_template))


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The URL of a fresh, empty database."""
    with postgres.database() as url:
        yield url
