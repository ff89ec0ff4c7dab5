"""The rows of a batch: all that a decision about its people, or a mail to them, may read.

They are plain JSON values, as the store keeps them; decisions read them as the types that are declared.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from jo.conditions.facts import Row
from jo.conditions.types import Field, FieldType
from jo.model.source import Source

Plain = Mapping[str, Any]
"""A row as the store keeps it."""

Rows = Mapping[str, Mapping[str, Plain]]
"""Source → key → row."""

_NONE: Mapping[str, Plain] = {}

REFERENCE_DEPTH = 3
"""How far references of references are followed from a contact."""


@dataclass(frozen=True, kw_only=True)
class Atlas:
    """The rows of one batch: every row that a decision about its people may read."""

    sources: Mapping[str, Source]
    rows: Rows
    gone: Collection[tuple[str, str]] = frozenset()
    """Those of the rows that have vanished from their source."""
    _typed: dict[tuple[str, str], Row] = field(default_factory=dict, init=False, repr=False, compare=False)

    def plain(self, source: str, key: object) -> Plain | None:
        return self.rows.get(source, _NONE).get(str(key)) if key is not None else None

    def row(self, source: str, key: object) -> Row | None:
        if key is None:
            return None
        place = source, str(key)
        row = self._typed.get(place)
        if row is None:
            plain = self.plain(source, key)
            if plain is None:
                return None
            row = self._typed[place] = typed(self.sources[source].fields, plain)
        return row


def gather(
    sources: Mapping[str, Source],
    wanted: Mapping[str, Collection[str]],
    load: Callable[[str, Collection[str]], Mapping[str, Plain]],
) -> Rows:
    """Return the rows that are wanted, as source → keys, and those that they refer to, as far as it matters.

    `load` is asked once for each source and level of references.
    """
    rows: dict[str, dict[str, Plain]] = {}
    for _ in range(REFERENCE_DEPTH + 1):
        referred: dict[str, set[str]] = {}
        for name in sorted(wanted):
            found = load(name, wanted[name])
            rows.setdefault(name, {}).update(found)
            for field_name, declared in sources[name].fields.items():
                if declared.ref is not None and declared.ref in sources:
                    keys = {str(row[field_name]) for row in found.values() if row.get(field_name) is not None}
                    referred.setdefault(declared.ref, set()).update(keys)
        missing = {name: keys - rows.get(name, _NONE).keys() for name, keys in referred.items()}
        wanted = {name: keys for name, keys in missing.items() if keys}
        if not wanted:
            break
    return rows


def references(source: Source, plain: Plain) -> list[tuple[str, str]]:
    """Return (source, key) of the rows that a row refers to."""
    return [
        (declared.ref, str(plain[name]))
        for name, declared in source.fields.items()
        if declared.ref is not None and plain.get(name) is not None
    ]


def typed(fields: Mapping[str, Field], plain: Plain) -> Row:
    """Return the row with the values that conditions compare: dates and instants instead of their texts.

    A value from a time when the field had another type is NULL until the source is read again.
    """
    return _Typed(fields, plain)


class _Typed(Row):
    """Most fields of a row are never asked for by a decision, so values are turned when they are."""

    __slots__ = ("_fields", "_plain")

    def __init__(self, fields: Mapping[str, Field], plain: Plain) -> None:
        self._fields = fields
        self._plain = plain

    def __getitem__(self, name: str) -> object:
        return self._turned(name, self._plain[name])

    def get(self, name: str, default: object = None) -> object:
        return self._turned(name, self._plain.get(name, default))

    def __iter__(self) -> Iterator[str]:
        return iter(self._plain)

    def __len__(self) -> int:
        return len(self._plain)

    def _turned(self, name: str, value: object) -> object:
        declared = self._fields.get(name)
        if value is None or declared is None or declared.ref is not None:
            return value
        return _READ[declared.type](value)


def _date(plain: object) -> date | None:
    try:
        return date.fromisoformat(plain) if isinstance(plain, str) else None
    except ValueError:
        return None


def _instant(plain: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(plain) if isinstance(plain, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _number(plain: object) -> int | float | None:
    return plain if isinstance(plain, int | float) and not isinstance(plain, bool) else None


_READ: Mapping[FieldType, Callable[[object], object]] = {
    FieldType.TEXT: lambda plain: plain if isinstance(plain, str) else None,
    FieldType.INTEGER: _number,
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: lambda plain: plain if isinstance(plain, bool) else None,
    FieldType.DATE: _date,
    FieldType.TIMESTAMP: _instant,
}
"""Type → value of a plain one; None when it is not of the type."""
