"""One DuckDB in memory, confined: it may open the Parquet files that are sources, and nothing else.

No network, no extension that is not built in, no other file: so a query can do no harm, whatever a file or a
manifest made of it. What does not fit into memory is spilled to a private folder that goes with the database.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jo.ports.warehouse import SourceError
from jo.warehouse.sql import literal

BATCH = 10_000
"""Rows that `stream` holds at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    memory: str = "1GB"
    """What DuckDB may hold before it spills, as DuckDB writes sizes."""
    threads: int | None = None
    """None: one per core."""


class Database:
    def __init__(self, readable: Iterable[Path], limits: Limits) -> None:
        import duckdb

        self.readable = frozenset(readable)
        self._spill = tempfile.TemporaryDirectory(prefix="jo-warehouse-")
        self._connection = duckdb.connect(
            config={
                "temp_directory": self._spill.name,
                "memory_limit": limits.memory,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_community_extensions": False,
                # Otherwise a name that is no table could be read from a variable of this program.
                "python_enable_replacements": False,
                **({} if limits.threads is None else {"threads": limits.threads}),
            }
        )
        paths = ", ".join(literal(str(path)) for path in sorted(self.readable))
        self.run(f"set allowed_paths = [{paths}]")
        self.run("set enable_external_access = false")
        self.run("set lock_configuration = true")

    @property
    def spill_folder(self) -> str:
        return self._spill.name

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        with _translated():
            self._connection.execute(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with _translated():
            return self._connection.execute(sql, parameters).fetchall()

    def stream(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Yield rows in batches; other queries may run meanwhile."""
        with _translated():
            cursor = self._connection.cursor()
            try:
                cursor.execute(sql)
                while batch := cursor.fetchmany(BATCH):
                    yield from batch
            finally:
                cursor.close()

    def close(self) -> None:
        self._connection.close()
        self._spill.cleanup()


@contextmanager
def _translated() -> Iterator[None]:
    """Turn DuckDB's errors into ours. Their texts may quote the data, so only the kind is told."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise SourceError("DuckDB ran out of the memory that its limit allows.") from error
    except duckdb.Error as error:
        raise SourceError(f"DuckDB refused the query ({type(error).__name__}).") from error
