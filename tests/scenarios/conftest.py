"""The worlds of scenarios; each ends with its accounts checked."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest

from jo.ports.store import Store
from jo.store import open_store
from tests.support.scenery import BASE
from tests.support.stores import memory_store
from tests.support.world import Rows, World

MakeWorld = Callable[..., World]

on_both_databases = pytest.mark.parametrize("make_store", ["sqlite", "postgres"], indirect=True)
"""Marks a scenario to be played over both databases; others are played over SQLite, which is faster."""


@pytest.fixture
def make_store(request: pytest.FixtureRequest) -> Callable[[], Store]:
    if getattr(request, "param", "sqlite") == "sqlite":
        return memory_store
    make_url = request.getfixturevalue("make_postgres_store")
    return lambda: open_store(make_url())


@pytest.fixture
def a_world(tmp_path: Path, make_store: Callable[[], Store]) -> Iterator[MakeWorld]:
    """Return a function that makes a world of files over the common scenery."""
    made: list[World] = []
    with ExitStack() as stack:

        def make(files: Mapping[str, str], rows: Rows, start: datetime, zone: str = "UTC") -> World:
            folder = tmp_path / str(len(made))
            folder.mkdir()
            world = World(folder, {**BASE, **files}, rows, start=start, zone=zone, store=make_store())
            stack.enter_context(world)
            made.append(world)
            return world

        yield make
        for world in made:
            world.check_accounts()
            report = world.audit()
            assert report.holds, [line for line in report.lines if line.found.count]
