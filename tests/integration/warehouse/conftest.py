from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.files import Given, open_files

Open = Callable[..., Given]


@pytest.fixture
def given(tmp_path: Path) -> Iterator[Open]:
    """Return a function that opens a warehouse over files; all are closed afterwards."""
    opened: list[Given] = []

    def make(manifest: str, files: Any, **more: Any) -> Given:
        opened.append(open_files(tmp_path, manifest, files, **more))
        return opened[-1]

    yield make
    for each in opened:
        each.warehouse.close()
