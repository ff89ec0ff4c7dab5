"""The types of the condition language and the scope in which a condition is read.

A scope is made from the declared sources alone, so that every condition can be checked without data.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class FieldType(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"


@dataclass(frozen=True, slots=True)
class Field:
    """A declared column. A reference has the type of the key it points to."""

    type: FieldType
    nullable: bool = False
    ref: str | None = None
    """The name of the table it refers to; its columns are reached by a further dot."""


@dataclass(frozen=True, slots=True)
class Table:
    """A declared source, as conditions see it."""

    name: str
    key: str
    fields: Mapping[str, Field]
    row: str = ""
    """What conditions call one row, such as `invoice`; within `count`, so may the table's own name."""


class Place(StrEnum):
    """Where a condition stands; decides which functions may be used and what `today()` means."""

    LIST = "a power list"
    PROGRAM = "a program"
    TEMPLATE = "a template's version"


def _unknown(_step: str) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Everything a condition may name."""

    place: Place
    tables: Mapping[str, Table]
    """By source name."""
    namespaces: Mapping[str, str]
    """First word of a path → source name, such as `contact` → `contacts`, `company` → `companies`."""
    declared: Mapping[str, Mapping[str, Field]] = field(default_factory=dict)
    """Namespaces without a table: `participant` (the program's own fields) and `event` (its payload)."""
    roots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Namespace → path from the row the condition is about, such as `company` → `("contact", "company")`.
    A namespace that is not here is the row itself."""
    steps: frozenset[str] = frozenset()
    """Email steps of the program, for `sent`, `opened`, `clicked`."""
    links: Callable[[str], frozenset[str] | None] = _unknown
    """Step → names of the links in its mails, for `clicked`; None where nobody can say."""
    events: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    templates: frozenset[str] = frozenset()
    programs: frozenset[str] = frozenset()
