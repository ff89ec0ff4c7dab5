"""The warehouse: runs audience queries where the data is, with DuckDB over CSV and Parquet files.

DuckDB is imported when the first source is read; its types and errors stay here.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jo.ports.warehouse import Warehouse
    from jo.warehouse.database import Limits
    from jo.warehouse.location import SourceLocation


def open_warehouse(locations: "Mapping[str, SourceLocation]", limits: "Limits | None" = None) -> "Warehouse":
    """Return the warehouse over files, by source name. It opens nothing until it is asked."""
    from jo.warehouse.duckdb_warehouse import DuckDbWarehouse

    return DuckDbWarehouse(locations, limits)
