"""Opens a file as rows of cells, before anybody asks whether they are as declared.

A CSV file is read by our own reader and handed to DuckDB in large texts, whose cells end in characters that
almost no data holds; binding cell by cell is three times slower. A Parquet file stays where it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from jo.conditions.types import Table
from jo.ports.warehouse import SourceError
from jo.warehouse.columns import Column, cell_of_text, text_column, typed_column
from jo.warehouse.database import Database
from jo.warehouse.findings import Findings
from jo.warehouse.location import SourceLocation, Version
from jo.warehouse.records import BrokenFileError, Record, read_records
from jo.warehouse.sql import literal, quoted

CSV_ROWS = '"jo.raw"'
"""The table that holds the cells of the CSV file that is being read."""

_LINE = '"jo.line"'
_TEXT_END, _ROW_END = "\x1f", "\x1e"
_ROWS = 20_000
"""Handed over at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    relation: str
    """SQL to stand behind `from`."""
    place: str
    """SQL of where a row stands: its line in a CSV file, else its number; 1-based."""
    columns: Mapping[str, Column]


def open_csv(
    database: Database, table: Table, location: SourceLocation, version: Version, findings: Findings
) -> Raw | None:
    """Read the declared columns into `CSV_ROWS`. None when there is a fault, which is in the findings."""
    try:
        records = read_records(version.path, encoding=location.encoding, delimiter=location.delimiter)
        _, header = next(records, (0, []))
        if not header:
            findings.unreadable(f"`{location.path}` is empty and has no header.")
            return None
        names = [name.strip() for name in header]
        findings.header(names)
        if findings.errors:
            return None
        _insert(database, table, [names.index(findings.column(name)) for name in table.fields], records)
    except BrokenFileError as broken:
        where = f"`{location.path}`" if broken.line is None else f"`{location.path}`, line {broken.line}"
        findings.unreadable(f"{where}: {broken}", broken.help)
        return None
    except OSError as error:
        findings.unreadable(f"`{location.path}` cannot be read: {error.strerror}.")
        return None
    columns = {name: text_column(name, field, quoted(name)) for name, field in table.fields.items()}
    return Raw(relation=CSV_ROWS, place=_LINE, columns=columns)


def _insert(database: Database, table: Table, indexes: Sequence[int], records: Iterator[Record]) -> None:
    """Make `CSV_ROWS` of the fields at `indexes`, which are those of the table in order."""
    declared = ", ".join(f"{quoted(name)} varchar" for name in table.fields)
    database.run(f"create or replace table {CSV_ROWS} ({_LINE} bigint, {declared})")
    cells = ", ".join(
        cell_of_text(f"texts[{number}]", field.type) for number, field in enumerate(table.fields.values(), 2)
    )
    insert = f"insert into {CSV_ROWS} select cast(texts[1] as bigint), {cells} from"
    many = f"{insert} (select string_split(unnest(string_split($1, chr(30))), chr(31)) as texts)"
    one = f"{insert} (select $1::varchar[] as texts)"
    while rows := [(str(line), *[fields[i] for i in indexes]) for line, fields in islice(records, _ROWS)]:
        chunk = _ROW_END.join(map(_TEXT_END.join, rows))
        if chunk.count(_TEXT_END) == len(rows) * len(indexes) and chunk.count(_ROW_END) == len(rows) - 1:
            database.run(many, [chunk])
        else:
            for row in rows:
                database.run(one, [row])


def open_parquet(
    database: Database, table: Table, location: SourceLocation, version: Version, findings: Findings
) -> Raw | None:
    """Hold a file's schema against the fields. None when there is a fault, which is in the findings."""
    path = literal(str(version.path))
    try:
        described = database.rows(f"describe from read_parquet({path}, hive_partitioning = false)")
    except SourceError:
        findings.unreadable(f"`{location.path}` is no Parquet file that DuckDB can read.")
        return None
    types = {str(name): str(file_type) for name, file_type, *_ in described}
    findings.header(list(types))
    if findings.errors:
        return None
    columns = {}
    for name, field in table.fields.items():
        own_name = findings.column(name)
        column = typed_column(name, field, quoted(own_name), types[own_name])
        if column is None:
            findings.mistyped(name, types[own_name])
        else:
            columns[name] = column
    relation = f"read_parquet({path}, file_row_number = true, hive_partitioning = false)"
    return Raw(relation=relation, place="(file_row_number + 1)", columns=columns)
