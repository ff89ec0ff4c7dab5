"""What is said about a source's data: sentences with counts and places, never with values.

An error stops all use of the source, so that its last good copy stays in use; a warning is about single rows.
"""

from collections.abc import Sequence
from typing import Any

from jo.conditions.types import FieldType
from jo.diagnostics import codes
from jo.diagnostics.codes import Code, Severity
from jo.diagnostics.nearest import suggestion
from jo.model.source import Source
from jo.ports.warehouse import Finding
from jo.warehouse.columns import DOMAINS, FORMS, Column
from jo.warehouse.location import Format, SourceLocation

_LEFT_OUT = "Lists leave out such a row, and whoever refers to it."
_LIKELY_DELIMITERS = ";\t|,"


def unlocated(source: str) -> Finding:
    return Finding(
        code=codes.MISSING_SETTING,
        source=source,
        detail=f"`jo.toml` does not say where the source `{source}` lies.",
        help=f'Add a section:\n\n    [sources.{source}]\n    path = "…"',
    )


class Findings:
    """Collects what is wrong with one source."""

    def __init__(self, source: Source, location: SourceLocation) -> None:
        self.all: list[Finding] = []
        self._source = source
        self._location = location

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.all if finding.severity is Severity.ERROR]

    def column(self, field: str) -> str:
        """Return the file's own name of a field."""
        return self._location.columns.get(field, field)

    # -- the file as a whole ---------------------------------------------------------------------------

    def unreadable(self, detail: str, help: str = "") -> None:
        self._add(codes.UNREADABLE_SOURCE, detail, help)

    def unknown_mapping(self, name: str) -> None:
        detail = (
            f"`columns` of `[sources.{self._source.name}]` names `{name}`, which is no field of the source."
        )
        self._add(codes.BAD_SETTINGS, detail, suggestion(name, self._source.fields, noun="field"))

    def header(self, names: Sequence[str]) -> None:
        """Hold the names of a file's columns against the declared fields."""
        path, fields = self._location.path, self._source.fields
        missing = [field for field in fields if self.column(field) not in names]
        if missing and len(names) == 1 and (other := _delimiter_in(names[0])):
            detail = f"The header of `{path}` is one single column."
            self.unreadable(detail, f'If its columns are parted by it, set `delimiter = "{other}"`.')
            return
        for field in missing:
            column = self.column(field)
            read = "" if column == field else f", which the field `{field}` is read from"
            detail = f"`{path}` has no column `{column}`{read}."
            self._add(codes.MISSING_COLUMN, detail, suggestion(column, names, noun="column"), field=field)
        for field in fields:
            if names.count(self.column(field)) > 1:
                self.unreadable(f"The header of `{path}` names `{self.column(field)}` more than once.")

    def mistyped(self, field: str, file_type: str) -> None:
        wanted = _a(self._source.fields[field].type)
        detail = (
            f"The column `{self.column(field)}` of `{self._location.path}` is {file_type}, never {wanted}."
        )
        help_ = "Declare the type that the file has, or write the file with the declared one."
        self._add(codes.COLUMN_TYPE, detail, help_, field=field)

    def key_type(self, type_: FieldType) -> None:
        key = self._source.key
        detail = f"A key is compared as a text, and {_a(type_)} can be written in more than one way."
        self._add(codes.COLUMN_TYPE, detail, f"Declare `{key}: text`.", field=key)

    # -- rows ------------------------------------------------------------------------------------------

    def wrong_form(self, column: Column, rows: int, filled: int, where: str) -> None:
        """Tell of cells in another form than their type asks. Where all are, the declaration is wrong."""
        type_ = column.field.type
        are = "is" if rows == 1 else "are"
        detail = f"{_count(rows, 'value')} of `{column.name}` {are} not {_a(type_)}{where}. {_LEFT_OUT}"
        severity = Severity.ERROR if rows == filled else Severity.WARNING
        help_ = f"jo reads {FORMS[type_]}."
        self._add(codes.COLUMN_TYPE, detail, help_, field=column.name, severity=severity, rows=rows)

    def outside(self, column: Column, rows: int, where: str) -> None:
        subject = f"{_count(rows, 'value')} of `{column.name}`"
        lie = "lies" if rows == 1 else "lie"
        detail = f"{subject} {lie} outside of what jo compares{where}. {_LEFT_OUT}"
        help_ = f"jo compares {DOMAINS[column.field.type]}."
        self._warn(codes.ROWS_OUT_OF_DOMAIN, detail, help_, column.name, rows)

    def missing(self, column: Column, rows: int, where: str) -> None:
        have = "has" if rows == 1 else "have"
        lacking = f"no `{column.name}`, which is declared as never NULL"
        detail = f"{_count(rows, 'row')} {have} {lacking}{where}. {_LEFT_OUT}"
        declared = f"ref {column.field.ref}" if column.field.ref else column.field.type.value
        help_ = f"If it may be missing, declare `{column.name}: {declared}?`."
        is_key = column.name == self._source.key
        self._warn(codes.COLUMN_TYPE, detail, "" if is_key else help_, column.name, rows)

    def repeated_key(self, rows: int, where: str) -> None:
        key = self._source.key
        repeat = "repeats" if rows == 1 else "repeat"
        first = "The first row of a key counts."
        detail = f"{_count(rows, 'row')} {repeat} the `{key}` of an earlier row{where}. {first}"
        self._warn(codes.DUPLICATE_ROW_KEY, detail, "", key, rows)

    def dangling(self, field: str, target: str, rows: int) -> None:
        verb = "refers" if rows == 1 else "refer"
        detail = f"{_count(rows, 'row')} {verb} by `{field}` to a row that `{target}` does not have."
        help_ = "Every field of the missing row is NULL for jo. Export both tables at the same time."
        self._warn(codes.DANGLING_ROW, detail, help_, field, rows)

    def where(self, format: Format, rows: int, places: Sequence[int]) -> str:
        """Return the first places of `rows` in words: lines of a CSV file, rows of any other."""
        if not places:
            return ""
        noun = "line" if format is Format.CSV else "row"
        *others, last = map(str, places)
        listed = f"{noun}s {', '.join(others)} and {last}" if others else f"{noun} {last}"
        return f", {'first ' if rows > len(places) else ''}in {listed} of `{self._location.path}`"

    # --------------------------------------------------------------------------------------------------

    def _warn(self, code: Code, detail: str, help: str, field: str, rows: int) -> None:
        self._add(code, detail, help, field=field, severity=Severity.WARNING, rows=rows)

    def _add(self, code: Code, detail: str, help: str, **more: Any) -> None:
        self.all.append(Finding(code=code, source=self._source.name, detail=detail, help=help, **more))


def _delimiter_in(name: str) -> str | None:
    found = next((character for character in _LIKELY_DELIMITERS if character in name), None)
    return "\\t" if found == "\t" else found


def _a(type_: FieldType) -> str:
    return f"{'an' if type_ is FieldType.INTEGER else 'a'} {type_.value}"


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
