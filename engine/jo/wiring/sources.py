"""Where the data of sources lies, and who computes lists from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from jo.wiring.stores import store_url
from jo.workspace.settings import Settings

if TYPE_CHECKING:
    from jo.ports.refresher import Refresher
    from jo.ports.warehouse import Warehouse
    from jo.warehouse.location import SourceLocation


def open_warehouse(settings: Settings) -> Warehouse:
    """Return the warehouse over the files that the settings name; it reads nothing yet."""
    from jo.warehouse.duckdb_warehouse import DuckDbWarehouse

    return DuckDbWarehouse(_locations(settings))


def open_refresher(settings: Settings) -> Refresher:
    """Return what computes refreshes, in a process of its own; it starts when it is first needed."""
    from jo.child import Surroundings
    from jo.workers.refresher import ChildRefresher

    surroundings = Surroundings(store=store_url(settings), sources=_locations(settings))
    return ChildRefresher("jo.child", surroundings.encode())


def _locations(settings: Settings) -> Mapping[str, SourceLocation]:
    from jo.warehouse.location import SourceLocation

    return {
        name: SourceLocation(
            name=name,
            root=settings.root,
            path=source.path,
            format=source.format,
            delimiter=source.delimiter,
            encoding=source.encoding,
            columns=source.columns,
        )
        for name, source in settings.sources.items()
    }
