"""How values lie in the tables."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from jo.flow.intent import Intent
from jo.flow.passage import Passage, Stand
from jo.store import codec
from jo.store.columns import EPOCH, MICROSECOND, Instant, Json, Tally, to_json
from tests.support.builders import a_passage

DIALECT = sqlite.dialect()


@settings(derandomize=True)
@given(microseconds=st.integers(-(10**16), 10**16), zone=st.timezones())
def test_an_instant_is_exact_whatever_its_zone(microseconds: int, zone: ZoneInfo) -> None:
    moment = (EPOCH + microseconds * MICROSECOND).astimezone(zone)

    stored = Instant().bind_processor(DIALECT)(moment)
    back = Instant().result_processor(DIALECT, None)(stored)

    assert stored == microseconds
    assert back == moment.astimezone(UTC)
    assert back is not None
    assert back.tzinfo is UTC


def test_later_instants_are_greater_numbers() -> None:
    before = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    after = before.replace(fold=1)

    stored = [Instant().bind_processor(DIALECT)(moment) for moment in (before, after)]

    assert stored == sorted(set(stored))


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(TypeError):
        Instant().bind_processor(DIALECT)(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


def test_equal_data_is_the_same_text() -> None:
    assert to_json({"b": 1, "a": [1.5, None]}) == '{"a":[1.5,null],"b":1}'
    assert to_json(MappingProxyType({"b": MappingProxyType({}), "a": ()})) == '{"a":[],"b":{}}'


@pytest.mark.parametrize("text", ["\x00", "\ud800", "日本", "\u2028", '"', "😀"])
def test_any_text_can_be_stored_in_any_database(text: str) -> None:
    stored = Json().bind_processor(DIALECT)({"text": text})

    assert stored is not None
    assert stored.isascii()
    assert Json().result_processor(DIALECT, None)(stored) == {"text": text}


@pytest.mark.parametrize("data", [float("nan"), float("inf"), timedelta(1), object(), {1, 2}])
def test_what_is_not_plain_data_is_refused(data: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        to_json({"value": data})


def names(of: type[Any]) -> set[str]:
    return {field.name for field in fields(of)}


def test_every_field_of_a_record_has_its_column() -> None:
    passage = a_passage()
    assert {"id", "shard", *codec.entry_values(passage)} == {"shard", *names(Passage)} - {"stand"}
    assert {*codec.stand_values(passage.stand)} == names(Stand)
    assert [column.name for column in codec.INTENT] == [name.rstrip("_") for name in Intent._fields]


TALLIES = st.dictionaries(
    st.text(st.characters(codec="utf-8"), max_size=6), st.integers(0, 10**6), max_size=4
)


@settings(derandomize=True)
@given(tally=TALLIES)
def test_a_tally_comes_back_and_is_one_text_whatever_its_order(tally: dict[str, int]) -> None:
    write, read = Tally().bind_processor(DIALECT), Tally().result_processor(DIALECT, None)
    backwards = dict(reversed(tally.items()))

    stored = write(tally)

    assert stored == write(backwards) == to_json(tally)
    assert read(stored) == tally


def test_a_tally_that_many_rows_share_cannot_be_changed_by_one() -> None:
    read = Tally().result_processor(DIALECT, None)
    found, again = read('{"hello":2}'), read('{"hello":2}')

    assert found is not None
    with pytest.raises(TypeError):
        found["hello"] = 3  # type: ignore[index]  # that is the point
    assert again == {"hello": 2}


def test_what_a_tally_was_made_of_may_change_afterwards() -> None:
    write = Tally().bind_processor(DIALECT)
    tally = {"hello": 1}
    before = write(tally)
    tally["hello"] = 2

    assert (before, write(tally)) == ('{"hello":1}', '{"hello":2}')


def test_no_tally_is_none() -> None:
    assert Tally().bind_processor(DIALECT)(None) is None
    assert Tally().result_processor(DIALECT, None)(None) is None
