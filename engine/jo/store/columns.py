"""Column types: how jo's values lie in the tables, the same in every database.

Texts compare by code point, instants are whole microseconds since 1970 UTC, plain data is JSON text in one
canonical spelling (so that equal texts mean equal data), members of enums are their words.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Not as the server's language sorts: pages, ties and the order of mails have to be the same everywhere."""

_Member = TypeVar("_Member", bound=StrEnum)


class Instant(TypeDecorator[datetime]):
    """An aware datetime. A naive one is refused with TypeError."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Json(TypeDecorator[Any]):
    """Plain data. Written in ASCII, because neither lone surrogates nor NUL can stand in every database."""

    impl = TEXT
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else to_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Tally(Json):
    """How often what happened, by its name. Many rows hold the same, so each text is read and written once;
    what was read cannot be changed.
    """

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else _written(tuple(sorted(value.items())))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else _read(value)


class Document(Json):
    """A canonical document. Its maps keep their order: the first step of a program is where people enter."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else _IN_ORDER.encode(value)


class Word(TypeDecorator[_Member]):
    """A member of an enum."""

    impl = TEXT
    cache_ok = True

    def __init__(self, words: type[_Member]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: _Member | None, dialect: Dialect) -> str | None:
        return None if value is None else value.value

    def process_result_value(self, value: str | None, dialect: Dialect) -> _Member | None:
        return None if value is None else self.words(value)


def to_json(value: Any) -> str:
    """Write plain data as JSON: keys sorted, no spaces, equal for equal data."""
    return _ENCODER.encode(value)


@lru_cache(maxsize=4096)
def _written(tally: tuple[tuple[str, int], ...]) -> str:
    return to_json(dict(tally))


@lru_cache(maxsize=4096)
def _read(tally: str) -> Mapping[str, int]:
    return MappingProxyType(json.loads(tally))


def row_id() -> TypeEngine[int]:
    """Return the type of a key that the database gives out; SQLite does so for INTEGER only."""
    return BigInteger().with_variant(Integer, "sqlite")


def _plain(value: object) -> dict[Any, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not plain data")


_IN_ORDER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=_plain)
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)
