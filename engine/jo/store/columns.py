"""Column types: how jo's values lie in the tables, the same in every database.

Texts compare by code point, instants are whole microseconds since 1970 UTC, plain data is JSON text in one
canonical spelling (so that equal texts mean equal data), members of enums are their words.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Dialect, Integer, Text, type_coerce
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Not as the server's language sorts: pages, ties and the order of mails have to be the same everywhere."""

_Kept = TypeVar("_Kept")
_Member = TypeVar("_Member", bound=StrEnum)


def to_instant(stored: int) -> datetime:
    return EPOCH + timedelta(0, 0, stored)


class _Column(TypeDecorator[_Kept]):
    """A type that names the functions of its values: what SQLAlchemy puts around a method for one value
    costs, for millions of them, more than the method.
    """

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[_Kept | None], Any]:
        return self._write

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], _Kept | None]:
        return self._read

    _write: Callable[[Any], Any]
    _read: Callable[[Any], Any]


class Instant(_Column[datetime]):
    """An aware datetime. A naive one is refused with TypeError."""

    impl = BigInteger
    cache_ok = True

    @staticmethod
    def _write(value: datetime | None) -> int | None:
        return None if value is None else (value - EPOCH) // MICROSECOND

    @staticmethod
    def _read(value: int | None) -> datetime | None:
        return None if value is None else to_instant(value)


class Json(_Column[Any]):
    """Plain data. Written in ASCII, because neither lone surrogates nor NUL can stand in every database."""

    impl = TEXT
    cache_ok = True

    @staticmethod
    def _write(value: Any) -> str | None:
        return None if value is None else to_json(value)

    @staticmethod
    def _read(value: str | None) -> Any:
        return None if value is None else _DECODER.raw_decode(value)[0]  # nothing stands around it


class Tally(Json):
    """How often what happened, by its name. Many rows hold the same, so each text is read and written once;
    what was read cannot be changed.
    """

    cache_ok = True

    @staticmethod
    def _write(value: Mapping[str, int] | None) -> str | None:
        return None if value is None else _tally_to_json(tuple(sorted(value.items())))

    @staticmethod
    def _read(value: str | None) -> Mapping[str, int] | None:
        return None if value is None else to_tally(value)


class Document(Json):
    """A canonical document. Its maps keep their order: the first step of a program is where people enter."""

    cache_ok = True

    @staticmethod
    def _write(value: Any) -> str | None:
        return None if value is None else _IN_ORDER.encode(value)


class Word(_Column[_Member]):
    """A member of an enum."""

    impl = TEXT
    cache_ok = True

    def __init__(self, words: type[_Member]) -> None:
        super().__init__()
        self.words = words
        # A word that no member has is a KeyError: nothing of ours has written it.
        members: dict[str | None, _Member | None] = {member.value: member for member in words}
        self._read = {**members, None: None}.__getitem__

    @staticmethod
    def _write(value: _Member | None) -> str | None:
        return None if value is None else value.value


def to_json(value: Any) -> str:
    """Write plain data as JSON: keys sorted, no spaces, equal for equal data."""
    return _ENCODER.encode(value)


@lru_cache(maxsize=4096)
def _tally_to_json(tally: tuple[tuple[str, int], ...]) -> str:
    return to_json(dict(tally))


@lru_cache(maxsize=4096)
def to_tally(tally: str) -> Mapping[str, int]:
    return MappingProxyType(json.loads(tally))


def as_stored(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the column for a query whose reader turns its values himself."""
    type_ = column.type
    return type_coerce(column, type_.impl) if isinstance(type_, TypeDecorator) else column


def row_id() -> TypeEngine[int]:
    """Return the type of a key that the database gives out; SQLite does so for INTEGER only."""
    return BigInteger().with_variant(Integer, "sqlite")


def _plain(value: object) -> dict[Any, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not plain data")


_DECODER = json.JSONDecoder()
_IN_ORDER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=_plain)
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)
