"""`jo.ports.warehouse.Warehouse` with DuckDB over CSV and Parquet files."""

# ruff: noqa: S608 - names reach SQL through `quoted`

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import count

from jo.model.power_list import PowerList
from jo.model.project import Project
from jo.model.source import Source
from jo.ports.warehouse import Audience, Counts, Fact, Finding, Member, SourceError
from jo.warehouse.database import Limits
from jo.warehouse.facts import facts_query, row_scope
from jo.warehouse.findings import Findings, unlocated
from jo.warehouse.load import Loaded
from jo.warehouse.location import LocationError, SourceLocation, present_version
from jo.warehouse.members import Known, audience_query
from jo.warehouse.reach import CONTACT, lists_within, selected, sources_within, tables_read
from jo.warehouse.sql import quoted
from jo.warehouse.tables import Tables


class DuckDbWarehouse:
    def __init__(self, locations: Mapping[str, SourceLocation], limits: Limits | None = None) -> None:
        self._locations = locations
        self._tables = Tables(locations, limits or Limits())
        self._numbers = count()

    def check(self, project: Project, source: Source) -> Sequence[Finding]:
        location = self._locations.get(source.name)
        if location is None:
            return [unlocated(source.name)]
        findings = Findings(source, location)
        try:
            present_version(location)
            loaded = self._tables.ask(project, [source.name], lambda loaded: loaded[source.name])
        except LocationError as error:
            findings.unreadable(str(error), error.help)
            return findings.all
        except SourceError as error:
            findings.unreadable(f"`{location.path}` cannot be read. {error}")
            return findings.all
        if loaded.error is None:
            for name, field in loaded.table.fields.items():
                if field.ref is not None:
                    self._check_references(project, source, name, field.ref, findings)
        return [*loaded.findings, *findings.all]

    def as_of(self, source: Source) -> datetime:
        return self._tables.version(source.name).written_at

    def audience(self, project: Project, power_list: PowerList, *, today: date, now: datetime) -> Audience:
        def compute(loaded: Mapping[str, Loaded]) -> Audience:
            known = self._known(project, power_list, _sound(loaded))
            query = audience_query(project, power_list, known, today=today, now=now)
            rows = self._tables.database.rows(query)
            left_out = {}
            while rows and rows[-1][2] is not None:
                reason, _, number = rows.pop()
                left_out[reason] = number
            return Audience(
                members=[Member(key, contact) for key, contact, _ in rows],
                as_of=min(each.version.written_at for each in loaded.values()),
                left_out=left_out,
            )

        return self._tables.ask(project, sources_within(project, power_list), compute)

    def facts(
        self,
        project: Project,
        source: Source,
        keys: Iterable[str] | None,
        fields: Collection[str],
        counts: Counts | None = None,
    ) -> Iterator[Fact]:
        wanted = None if keys is None else sorted(set(keys))
        table = f"facts.{next(self._numbers)}"
        sources = {source.name}
        if counts is not None:
            scope = row_scope(project, source)
            sources.update(name for call in counts.calls for name in tables_read(call, scope))

        def compute(loaded: Mapping[str, Loaded]) -> tuple[str, ...]:
            query = facts_query(
                project,
                source,
                fields,
                counts,
                is_marked=_sound(loaded)[source.name].has_unreadable,
                only_wanted=wanted is not None,
            )
            parameters = [] if wanted is None else [wanted]
            self._tables.database.run(f"create or replace table {quoted(table)} as {query.text}", parameters)
            return query.names

        return self._stream(table, self._tables.ask(project, sources, compute))

    def explain(self, project: Project, power_list: PowerList, *, today: date, now: datetime) -> str:
        return audience_query(project, power_list, Known(), today=today, now=now)

    def close(self) -> None:
        self._tables.close()

    def _stream(self, table: str, names: Sequence[str]) -> Iterator[Fact]:
        """Yield the facts of a table and drop it. It was made at once, so the files may change meanwhile."""
        try:
            for key, is_readable, *values in self._tables.database.stream(f"from {quoted(table)}"):
                yield Fact(key=key, data=dict(zip(names, values, strict=True)), is_readable=is_readable)
        finally:
            self._tables.database.run(f"drop table {quoted(table)}")

    def _known(self, project: Project, power_list: PowerList, loaded: Mapping[str, Loaded]) -> Known:
        folded = {}
        for each in lists_within(project, power_list):
            address = selected(project, each).get("address")
            if address is not None:
                contacts = project.list_scope(each).namespaces[CONTACT]
                relation = self._tables.folded(contacts, address.words[-1])
                if relation is not None:
                    folded[contacts] = relation
        return Known(
            unreadable=frozenset(name for name, each in loaded.items() if each.has_unreadable), folded=folded
        )

    def _check_references(
        self, project: Project, source: Source, field: str, target: str, findings: Findings
    ) -> None:
        """Count the rows that refer to nothing. A fault of the target itself is told by its own check."""
        key, reference = quoted(project.tables[target].key), quoted(field)
        found = f"select 1 from {quoted(target)} as target where target.{key} = own.{reference}"
        dangling = f"own.{reference} is not null and not exists ({found})"
        query = f"select count(*) from {quoted(source.name)} as own where {dangling}"

        def compute(loaded: Mapping[str, Loaded]) -> int:
            _sound(loaded)
            [(rows,)] = self._tables.database.rows(query)
            return int(rows)

        try:
            rows = self._tables.ask(project, [source.name, target], compute)
        except SourceError:
            return
        if rows:
            findings.dangling(field, target, rows)


def _sound(loaded: Mapping[str, Loaded]) -> Mapping[str, Loaded]:
    """Return the sources when all can be used. Raises SourceError."""
    for each in loaded.values():
        if each.error is not None:
            raise SourceError(each.error.detail)
    return loaded
