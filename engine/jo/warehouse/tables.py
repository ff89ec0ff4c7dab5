"""Keeps one relation per source for the present version of its file, and answers questions about them.

A file is read once for each of its versions and serves all lists and facts until it changes. An answer counts
only when no file that it was made of changed on the way, so a file that is just being replaced never gives a
mixture of old and new.
"""

# ruff: noqa: S608 - names reach SQL through `quoted`

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from jo.flow.mailbox import address_key
from jo.model.project import Project
from jo.ports.warehouse import SourceError
from jo.warehouse.database import Database, Limits
from jo.warehouse.findings import unlocated
from jo.warehouse.load import Loaded, load
from jo.warehouse.location import LocationError, SourceLocation, Version, parquet_path, present_version
from jo.warehouse.sql import quoted

TRIES = 3
"""How often a question is asked when files change meanwhile."""

T = TypeVar("T")


class Tables:
    def __init__(self, locations: Mapping[str, SourceLocation], limits: Limits) -> None:
        self._locations = locations
        self._limits = limits
        self._database: Database | None = None
        self._loaded: dict[str, Loaded] = {}
        self._folded: dict[str, str | None] = {}

    @property
    def database(self) -> Database:
        if self._database is None:
            paths = map(parquet_path, self._locations.values())
            self._database = Database([path for path in paths if path is not None], self._limits)
        return self._database

    def version(self, name: str) -> Version:
        """Look at the file of a source. Raises SourceError."""
        location = self._locations.get(name)
        if location is None:
            raise SourceError(unlocated(name).detail)
        try:
            return present_version(location)
        except LocationError as error:
            raise SourceError(f"The source `{name}` cannot be read. {error}") from error

    def ask(self, project: Project, names: Iterable[str], question: Callable[[Mapping[str, Loaded]], T]) -> T:
        """Load the sources and ask a question about them, again when a file changed meanwhile.

        Findings of the sources are for the question to judge. Raises SourceError.
        """
        wanted = sorted(set(names))
        for _ in range(TRIES):
            versions = self._versions(wanted)
            try:
                answer = question({name: self._load(project, name, versions[name]) for name in wanted})
            except SourceError:
                if self._versions(wanted) == versions:
                    raise
            else:
                if self._versions(wanted) == versions:
                    return answer
        raise SourceError("A file changes again and again while it is read.")

    def _versions(self, names: Iterable[str]) -> dict[str, Version]:
        return {name: self.version(name) for name in names}

    def folded(self, name: str, address: str) -> str | None:
        """Return a relation of the odd addresses of a loaded source, each with its folded form, or None.

        SQL folds an address of printable ASCII as Python does; all others are folded by `address_key`.
        """
        if name not in self._folded:
            column = quoted(address)
            odd = f"{column} is not null and not regexp_full_match({column}, '[ -~]*')"
            rows = self.database.rows(f"select distinct {column} from {quoted(name)} where {odd}")
            addresses = [address for (address,) in rows]
            relation = f"folded.{name}"
            if addresses:
                self.database.run(
                    f"create table {quoted(relation)} as select unnest($1) as address, unnest($2) as folded",
                    [addresses, [address_key(address) for address in addresses]],
                )
            self._folded[name] = relation if addresses else None
        return self._folded[name]

    def close(self) -> None:
        if self._database is not None:
            self._database.close()
        self._database = None
        self._loaded.clear()
        self._folded.clear()

    def _load(self, project: Project, name: str, version: Version) -> Loaded:
        table, location = project.tables[name], self._locations[name]
        present = self._loaded.get(name)
        if present is not None:
            if (present.version, present.table, present.location) == (version, table, location):
                return present
            self._drop(present)
        loaded = load(self.database, project.sources[name], table, location, version)
        self._loaded[name] = loaded
        return loaded

    def _drop(self, loaded: Loaded) -> None:
        name = loaded.table.name
        del self._loaded[name]
        if loaded.relation is not None:
            kind = "view" if loaded.relation.is_view else "table"
            self.database.run(f"drop {kind} {quoted(name)}")
        folded = self._folded.pop(name, None)
        if folded is not None:
            self.database.run(f"drop table {quoted(folded)}")
