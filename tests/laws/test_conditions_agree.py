"""Laws of conditions: SQL and Python agree on every value, NULL included; every condition has its texts.

`pytest -s` prints the coverage; so does `python -m tests.laws.conditions_coverage`.
"""

import math
import random
import re
import sys
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from functools import partial

import duckdb
import psycopg
import pytest

from jo.conditions import text as texts
from jo.conditions.check import check
from jo.conditions.parse import parse
from jo.conditions.sql_texts import Dialect
from jo.conditions.to_english import to_english
from jo.conditions.to_sql import to_sql
from jo.conditions.to_text import to_text
from jo.conditions.tree import Arithmetic, Call, Expr, Operator
from jo.diagnostics.codes import Severity
from tests.laws.conditions_coverage import (
    CONDITIONS,
    SEED,
    OpenEngine,
    compare_at_random,
    compare_every_node,
)
from tests.laws.conditions_generator import Generator
from tests.laws.conditions_world import NOW, SCOPE, TODAY, DuckDb, People, Postgres, World, contact

LAST_LETTER = 0x1FFFF
"""No cased letter stands beyond."""


@pytest.fixture(scope="module")
def conditions() -> list[Expr]:
    generator = Generator(SEED)
    return [generator.condition() for _ in range(CONDITIONS)]


@pytest.fixture(params=["DuckDB", "PostgreSQL"])
def open_engine(request: pytest.FixtureRequest) -> OpenEngine:
    if request.param == "DuckDB":
        return DuckDb
    return partial(Postgres, request.getfixturevalue("postgres_url"))


def test_every_node_with_every_type_and_null_is_the_same_in_sql_and_python(open_engine: OpenEngine) -> None:
    coverage = compare_every_node(open_engine)
    print()
    print("\n".join(coverage.lines()))
    assert coverage.differences == []
    assert all(nulls < coverage.values[case] for case, nulls in coverage.nulls.items())


def test_conditions_at_random_are_the_same_on_duckdb_and_in_python(conditions: list[Expr]) -> None:
    coverage = compare_at_random(DuckDb, conditions)
    print(f"\n{len(conditions):,} conditions, seed {SEED}: {dict(coverage.outcomes)}")
    assert coverage.differences == []
    assert min(coverage.outcomes[outcome] for outcome in (True, False, None)) > 50_000


def test_conditions_at_random_are_the_same_on_postgresql_and_in_python(
    conditions: list[Expr], postgres_url: str
) -> None:
    some = conditions[::4]  # PostgreSQL plans each of them; `conditions_coverage` compares all
    coverage = compare_at_random(partial(Postgres, postgres_url), some)
    print(f"\n{len(some):,} conditions, seed {SEED}: {dict(coverage.outcomes)}")
    assert coverage.differences == []
    assert min(coverage.outcomes[outcome] for outcome in (True, False, None)) > 12_500


@pytest.mark.parametrize("by", list(Operator))
def test_arithmetic_where_doubles_end_is_the_same_in_sql_and_python(
    by: Operator, open_engine: OpenEngine
) -> None:
    world = World.of_numbers(_pairs_where_doubles_end(by, 1_000))
    computed = Arithmetic(by, contact("number1"), contact("number2"))
    with closing(open_engine(world)) as engine:
        [sql] = engine.evaluate([computed])
    [python] = People(world).evaluate([computed])
    assert sql == python
    assert {None, 0.0} < set(python) or by in (Operator.PLUS, Operator.MINUS)


def test_a_condition_is_the_same_however_it_is_written(conditions: list[Expr]) -> None:
    chance = random.Random(SEED)
    for expr in conditions[::4]:
        normal = to_text(expr)
        assert parse(normal).expr == expr, normal
        assert parse(_untidy(normal, chance)).expr == expr, normal


def test_well_typed_conditions_pass_the_check_and_read_as_english(conditions: list[Expr]) -> None:
    for expr in conditions[::4]:
        faults = check(parse(to_text(expr)), SCOPE)
        assert [fault for fault in faults if fault.severity is Severity.ERROR] == []
        assert to_english(expr)


def test_duckdb_maps_the_case_of_every_letter_as_python_does() -> None:
    rows = duckdb.execute(
        "select n, lower(chr(n::int)), upper(chr(n::int)) from range(1, ?) as numbers(n)"
        " where n not between 55296 and 57343",
        [LAST_LETTER],
    ).fetchall()
    differing = _mapped_otherwise(rows)
    # Python brings a version of Unicode of its own: letters that either side does not know yet may differ.
    assert len(differing) <= 200
    assert all(ord(letter) > 0x1C80 for letter in differing)


def test_postgresql_maps_the_case_of_every_letter_as_python_does(postgres_url: str) -> None:
    lower, upper = (
        to_sql(Call(name, (contact("text1"),)), SCOPE, today=TODAY, now=NOW, dialect=Dialect.POSTGRES).text
        for name in ("lower", "upper")
    )
    letters = (
        f"(select n, chr(n) as text1 from generate_series(1, {LAST_LETTER}) as numbers(n)"
        " where n not between 55296 and 57343) as contact"
    )
    with psycopg.connect(postgres_url) as connection:
        rows = connection.execute(f"select n, {lower}, {upper} from {letters}".encode()).fetchall()
    assert len(rows) > 100_000
    assert _mapped_otherwise(rows) == []


def _mapped_otherwise(rows: list[tuple[int, str, str]]) -> list[str]:
    return [
        chr(number)
        for number, lower, upper in rows
        if (texts.lower(chr(number)), texts.upper(chr(number))) != (lower, upper)
    ]


def _pairs_where_doubles_end(by: Operator, count: int) -> Iterator[tuple[float, float]]:
    """Yield operands whose result is near the greatest double, or near 0, on both sides of it."""
    chance = random.Random(f"{SEED} {by}")
    least, greatest = 5e-324, sys.float_info.max
    for _ in range(count):
        first = math.ldexp(chance.uniform(0.5, 1), chance.randint(-1074, 1024)) or least
        end = greatest if by in (Operator.PLUS, Operator.MINUS) else chance.choice((least, greatest))
        match by:
            case Operator.PLUS | Operator.MINUS:
                first = chance.choice((first, greatest * chance.uniform(0.4, 1)))
                second = end - first
            case Operator.TIMES:
                second = _clamped(Fraction(end) / Fraction(first))
            case Operator.OVER:
                second = _clamped(Fraction(first) / Fraction(end))
        for _ in range(chance.randint(0, 3)):
            second = math.nextafter(second, chance.choice((0.0, math.inf)))
        second = min(max(second * chance.choice((0.5, 1, 1, 1, 2)), 0.0), greatest)
        half = Fraction(1, 2**1075)
        if by is Operator.TIMES and half < Fraction(first) * Fraction(second) < half * (
            1 + Fraction(1, 2**52)
        ):
            continue  # `sql_texts` tells what PostgreSQL makes of these
        minus = -1 if by is Operator.MINUS else 1
        sign = chance.choice((1, -1))
        yield sign * first, sign * minus * second


def _clamped(exact: Fraction) -> float:
    return float(min(max(exact, Fraction(5e-324)), Fraction(sys.float_info.max)))


def _untidy(text: str, chance: random.Random) -> str:
    """Write a condition as somebody in a hurry would: other case, other spaces, other parentheses."""
    parts = re.split(r"('(?:[^']|'')*')", text)
    for index in range(0, len(parts), 2):
        words = re.split(r"(\W+)", parts[index])
        loud = [
            w.upper() if w in ("and", "or", "not", "in", "is", "null") and chance.random() < 0.5 else w
            for w in words
        ]
        parts[index] = re.sub(" ", lambda _: chance.choice((" ", "\n", "  ")), "".join(loud))
        parts[index] = parts[index].replace("!=", chance.choice(("!=", "<>")))
    return f"( {''.join(parts)})" if chance.random() < 0.5 else "".join(parts)
