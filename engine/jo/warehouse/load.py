"""Makes a relation of a file: a table or view in DuckDB, named as the source, with columns as declared.

Every cell is examined once for each version of a file. A Parquet file in which nothing is wrong is read where
it lies, through a view; all else becomes a table. Keys are then unique, so that a reference finds one row at
most. A row that is not as declared carries a mark in the column HIDDEN and keeps the values that could be
read; the others are NULL, and nobody may take that for knowledge.
"""

# ruff: noqa: S608 - names reach SQL through `quoted` and texts through `literal`

from collections.abc import Mapping
from dataclasses import dataclass

from jo.conditions.types import FieldType, Table
from jo.diagnostics.codes import Severity
from jo.model.source import Source
from jo.ports.warehouse import Finding
from jo.warehouse.columns import Column
from jo.warehouse.database import Database
from jo.warehouse.findings import Findings
from jo.warehouse.location import Format, SourceLocation, Version
from jo.warehouse.raw import CSV_ROWS, Raw, open_csv, open_parquet
from jo.warehouse.sql import quoted

HIDDEN = "jo.unreadable"
"""True for a row that is not as declared, else NULL. No declared field can have that name."""

KEY_TYPES = frozenset({FieldType.TEXT, FieldType.INTEGER, FieldType.DATE})
"""Types whose values are written as a text in one way only."""

PLACES = 3
"""How many places a finding names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    is_view: bool
    has_unreadable: bool
    """Whether there is a column HIDDEN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What became of one version of a file. There is no relation where a finding is an error."""

    location: SourceLocation
    version: Version
    table: Table
    findings: tuple[Finding, ...]
    relation: Relation | None

    @property
    def error(self) -> Finding | None:
        return next((finding for finding in self.findings if finding.severity is Severity.ERROR), None)

    @property
    def has_unreadable(self) -> bool:
        return self.relation is not None and self.relation.has_unreadable


def load(
    database: Database, source: Source, table: Table, location: SourceLocation, version: Version
) -> Loaded:
    """Read a file into its source's relation, which must not exist yet; `table` has its references typed.

    What is wrong with the file is in the findings. Raises SourceError where DuckDB itself fails.
    """
    findings = Findings(source, location)
    for name in location.columns:
        if name not in table.fields:
            findings.unknown_mapping(name)
    if table.fields[table.key].type not in KEY_TYPES:
        findings.key_type(table.fields[table.key].type)
    opened = open_csv if version.format is Format.CSV else open_parquet
    try:
        raw = opened(database, table, location, version, findings)
        relation = None
        if raw is not None and not findings.errors:
            relation = _settle(database, table, raw, version.format, findings)
    finally:
        database.run(f"drop table if exists {CSV_ROWS}")
    return Loaded(
        location=location, version=version, table=table, findings=tuple(findings.all), relation=relation
    )


@dataclass(frozen=True, slots=True)
class _Staged:
    """One column of a query that has cell, form and value side by side; each property is SQL over a row."""

    column: Column
    number: int

    @property
    def selected(self) -> str:
        column = self.column
        parts = {"cell": column.cell, "form": column.form, "value": column.value, "direct": column.direct}
        return ", ".join(f"{part} as {name}{self.number}" for name, part in parts.items() if part is not None)

    @property
    def cell(self) -> str:
        return f"cell{self.number}"

    @property
    def value(self) -> str:
        return f"value{self.number}"

    @property
    def has_wrong_form(self) -> str:
        return f"({self.cell} is not null and not form{self.number})"

    @property
    def is_outside(self) -> str:
        return f"({self.cell} is not null and form{self.number} and {self.value} is null)"

    @property
    def is_missing(self) -> str:
        return "false" if self.column.field.nullable else f"({self.cell} is null)"

    @property
    def is_unreadable(self) -> str:
        return f"({self.has_wrong_form} or {self.is_outside} or {self.is_missing})"

    @property
    def is_blank(self) -> str:
        """Whether a text of blanks stands there, which is NULL and which `direct` would not take for it."""
        if self.column.direct is None:
            return "false"
        return f"({self.cell} is null and direct{self.number} is not null)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tally:
    """How many cells of one column are what."""

    wrong_form: int
    outside: int
    missing: int
    filled: int
    blank: int

    @property
    def is_faulty(self) -> bool:
        return bool(self.wrong_form or self.outside or self.missing)


def _settle(
    database: Database, table: Table, raw: Raw, format: Format, findings: Findings
) -> Relation | None:
    """Examine the rows and make the relation, unless a column is wrong as a whole."""
    columns = {name: _Staged(column, number) for number, (name, column) in enumerate(raw.columns.items())}
    selected = ", ".join(staged.selected for staged in columns.values())
    rows = f"(select {raw.place} as place, {selected} from {raw.relation})"
    key = columns[table.key].value
    repeated, tallies = _examine(database, rows, columns, key)
    _Teller(database, rows, columns, format, findings).tell(key, repeated, tallies)
    if findings.errors:
        return None
    name = quoted(table.name)
    faulty = [columns[field] for field, tally in tallies.items() if tally.is_faulty]
    in_place = {field: _in_place(raw.columns[field], tally) for field, tally in tallies.items()}
    if not faulty and not repeated and all(in_place.values()):
        selected = ", ".join(f"{value} as {quoted(field)}" for field, value in in_place.items())
        database.run(f"create view {name} as select {selected} from {raw.relation}")
        return Relation(is_view=True, has_unreadable=False)
    selected = ", ".join(f"{staged.value} as {quoted(field)}" for field, staged in columns.items())
    if faulty:
        mark = " or ".join(staged.is_unreadable for staged in faulty)
        selected += f", case when {mark} then true end as {quoted(HIDDEN)}"
    query = f"select {selected} from {rows} where {key} is not null"
    if repeated:
        query += f" qualify row_number() over (partition by {key} order by place) = 1"
    database.run(f"create table {name} as {query}")
    return Relation(is_view=False, has_unreadable=bool(faulty))


def _in_place(column: Column, tally: _Tally) -> str | None:
    """Return the SQL of a column without fault as a view may read it; None when it has to be read first."""
    return column.cell if column.direct is not None and tally.blank else column.direct


def _examine(
    database: Database, rows: str, columns: Mapping[str, _Staged], key: str
) -> tuple[int, Mapping[str, _Tally]]:
    """Count, in one pass, rows that repeat a key, and what is wrong with the cells of each column."""
    counted = [f"count({key}) - count(distinct {key})"]
    for staged in columns.values():
        filled = f"{staged.cell} is not null"
        asked = (staged.has_wrong_form, staged.is_outside, staged.is_missing, filled, staged.is_blank)
        counted += [f"count(*) filter (where {predicate})" for predicate in asked]
    [(repeated, *counts)] = database.rows(f"select {', '.join(counted)} from {rows}")
    found = iter(counts)
    tallies = {
        name: _Tally(
            wrong_form=next(found),
            outside=next(found),
            missing=next(found),
            filled=next(found),
            blank=next(found),
        )
        for name in columns
    }
    return repeated, tallies


@dataclass(frozen=True, slots=True)
class _Teller:
    """Turns counts into findings, each with the first places."""

    database: Database
    rows: str
    columns: Mapping[str, _Staged]
    format: Format
    findings: Findings

    def tell(self, key: str, repeated: int, tallies: Mapping[str, _Tally]) -> None:
        findings = self.findings
        for name, tally in tallies.items():
            staged = self.columns[name]
            if tally.wrong_form:
                where = self._where(tally.wrong_form, staged.has_wrong_form)
                findings.wrong_form(staged.column, tally.wrong_form, tally.filled, where)
            if tally.outside:
                findings.outside(staged.column, tally.outside, self._where(tally.outside, staged.is_outside))
            if tally.missing:
                findings.missing(staged.column, tally.missing, self._where(tally.missing, staged.is_missing))
        if repeated:
            number = f"row_number() over (partition by {key} order by place)"
            findings.repeated_key(repeated, self._where(repeated, f"{key} is not null qualify {number} > 1"))

    def _where(self, rows: int, predicate: str) -> str:
        query = f"select place from {self.rows} where {predicate} order by place limit {PLACES}"
        return self.findings.where(self.format, rows, [place for (place,) in self.database.rows(query)])
