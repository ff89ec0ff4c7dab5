"""The worlds of scenarios; each ends with its accounts checked."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest

from tests.support.scenery import BASE
from tests.support.world import Rows, World

MakeWorld = Callable[..., World]


@pytest.fixture
def a_world(tmp_path: Path) -> Iterator[MakeWorld]:
    """Return a function that makes a world of files over the common scenery."""
    made: list[World] = []
    with ExitStack() as stack:

        def make(files: Mapping[str, str], rows: Rows, start: datetime, zone: str = "UTC") -> World:
            folder = tmp_path / str(len(made))
            folder.mkdir()
            world = World(folder, {**BASE, **files}, rows, start=start, zone=zone)
            stack.enter_context(world)
            made.append(world)
            return world

        yield make
        for world in made:
            world.check_accounts()
