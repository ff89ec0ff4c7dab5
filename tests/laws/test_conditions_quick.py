"""The quick reader of conditions and SQLGlot's way: the same tree and spans, or the quick one declines."""

import random
from collections.abc import Iterator

import pytest

from jo.conditions.condition import Condition
from jo.conditions.functions import FUNCTIONS
from jo.conditions.parse import parse_with_care
from jo.conditions.quick import RESERVED, quick
from jo.conditions.tree import Expr, children
from tests.laws.conditions_generator import Generator, enumerated

SEED = 20_261_201

WORDS = (
    *("and", "or", "not", "in", "is", "null", "is not null", "is null", "between", "like", "ilike"),
    *("AND", "Or", "NOT", "Is", "not in", "not like", "not between", "true", "False", "isnull", "date"),
    *("=", "!=", "<>", "<", "<=", ">", ">=", "(", ")", ",", ".", "-", "+", "*", "==", "::", "'", "||"),
    *("contact.role", "company.segment", "Contact.Role", "a", "a.b.c", "contact.not", "contact.select"),
    *("'x'", "''", "'it''s'", "'a\\'", "'é'", "'\n'", "'--'", "1", "1.5", "007", "1e3", ".5", "1.", "1_0"),
    *("lower(", "today()", "count(tickets)", "coalesce(", "sent('hello')", "nothing(", "LOWER("),
)
"""Parts of texts, put together at random: mostly nonsense, some of which SQLGlot can read."""

SHAPES = (
    *(
        "{}.x = 1",
        "contact.{} = 1",
        "contact.{}.x = 1",
        "{} = 1",
        "1 = contact.{}",
        "1 = {}",
        "contact.x {} 1",
    ),
    *(
        "{}(contact.x) = 1",
        "{}() = 1",
        "{}(contact.x, 'a')",
        "count({}) = 1",
        "contact.x is {}",
        "{}",
        "not {}",
    ),
    *("contact.x in ({})", "contact.x between {} and 2", "contact.x like {}", "{} contact.x", "contact.x {}"),
)
"""Where a word may stand in a condition."""


def test_conditions_in_their_normal_text() -> None:
    generator = Generator(SEED)
    exprs = [generator.condition(depth=index % 4) for index in range(4_000)]
    exprs += [expr for _, _, expr in enumerated()]
    accepted = sum(_agrees(Condition(expr).text) for expr in exprs)
    print(f"{accepted} of {len(exprs)} conditions were read quickly")
    assert accepted > len(exprs) / 3


def test_texts_put_together_at_random() -> None:
    chance = random.Random(SEED)
    texts = [_text(chance) for _ in range(20_000)]
    accepted = sum(map(_agrees, texts))
    print(f"{accepted} of {len(texts)} texts were read quickly")
    assert accepted > 100


@pytest.mark.parametrize("shape", SHAPES)
def test_every_keyword_of_sqlglot_and_every_function_in_every_place(shape: str) -> None:
    for word in (*_keywords(), *FUNCTIONS, *RESERVED):
        _agrees(shape.format(word))
        _agrees(shape.format(word.title()))


def _agrees(text: str) -> bool:
    """Hold one text to the law; tell whether it was read quickly."""
    found = quick(text)
    if found is None:
        return False
    expr, spans = found
    parsed = parse_with_care(text)
    assert parsed.expr is not None, text
    # Equal trees may differ in types (1 and 1.0), which their text shows; so both are compared.
    assert (expr, repr(expr)) == (parsed.expr, repr(parsed.expr)), text
    for mine, other in zip(_nodes(expr), _nodes(parsed.expr), strict=True):
        assert spans[id(mine)] == parsed.span(other), f"{text}: {mine}"
    return True


def _nodes(expr: Expr) -> Iterator[Expr]:
    yield expr
    for child in children(expr):
        yield from _nodes(child)


def _text(chance: random.Random) -> str:
    words = chance.choices(WORDS, k=chance.randint(1, 9))
    return "".join(word + chance.choice((" ", " ", " ", "", "\n ")) for word in words)


def _keywords() -> Iterator[str]:
    from sqlglot.dialects.postgres import Postgres

    tables = [Postgres.Tokenizer.KEYWORDS, *vars(Postgres.Parser).values()]
    tables += [getattr(Postgres.Parser, name) for name in dir(Postgres.Parser) if name.isupper()]
    words = {word for table in tables if isinstance(table, dict) for word in table if isinstance(word, str)}
    yield from sorted(word.lower() for word in words if word.replace("_", "").isalnum())
